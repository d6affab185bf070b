import { assert, describe, it } from "@effect/vitest"
import * as Lifetime from "../../../src/internal/engine/Lifetime.ts"

describe("Lifetime", () => {
  it("has an expiring window of a fifth, and five minutes at most", () => {
    assert.strictEqual(Lifetime.make(0, 60_000, 0).expiringAt, 48_000)
    assert.strictEqual(Lifetime.make(0, 3_600_000, 0).expiringAt, 3_300_000)
    assert.strictEqual(Lifetime.make(0, 631_139_040_000, 0).expiringAt, 631_138_740_000)
  })

  it("lets jitter move the start of the window within its first half", () => {
    assert.strictEqual(Lifetime.make(0, 60_000, 1).expiringAt, 54_000)
    assert.strictEqual(Lifetime.make(0, 60_000, 0.5).expiringAt, 51_000)
  })

  it("has three phases", () => {
    const lifetime = Lifetime.make(0, 60_000, 0)
    assert.deepStrictEqual(
      [0, 47_999, 48_000, 59_999, 60_000].map((now) => Lifetime.phase(lifetime, now)),
      ["fresh", "fresh", "expiring", "expiring", "expired"]
    )
  })
})
