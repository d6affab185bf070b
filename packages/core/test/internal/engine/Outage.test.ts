import { assert, describe, it } from "@effect/vitest"
import { TokenError, Unavailable } from "@mintmark/core/TokenError"
import * as Clocks from "../../../src/internal/engine/Clocks.ts"
import * as Outage from "../../../src/internal/engine/Outage.ts"

const error = new TokenError({ provider: "acme", reason: new Unavailable({ kind: "status", status: 503 }) })
const at = (millis: number) => Clocks.compare(Clocks.never, millis, millis)

/** An endpoint that has failed for so many accounts. */
const failing = (accounts: number) => {
  const outage = Outage.make()
  for (let account = 0; account < accounts; account++) outage.failed({ account }, error, at(0))
  return outage
}

describe("Outage", () => {
  it("delays no account while few accounts fail", () => {
    const account = {}
    const outage = failing(2)
    assert.isUndefined(outage.check(at(1), 0.5))
    outage.failed(account, error, at(1))
    outage.answered()
    outage.failed(account, error, at(2))
    outage.failed(account, error, at(3))
    outage.failed(account, error, at(4))
    assert.isFalse(outage.isActive())
  })

  it("lets one account probe every 5 s, and delays the others", () => {
    const outage = failing(3)
    assert.isTrue(outage.isActive())
    const probes: Array<number> = []
    for (let now = 0; now < 30_000; now += 10) {
      for (let account = 0; account < 10; account++) {
        if (outage.check(at(now), account / 10) === undefined) probes.push(now)
      }
    }
    assert.deepStrictEqual(probes, [5_000, 10_000, 15_000, 20_000, 25_000])
  })

  it("spreads waiting accounts over as many milliseconds as there are accounts, and 5 s at most", () => {
    const outage = failing(3)
    const spread = (accounts: number) => {
      let last = 0
      for (let account = 0; account < accounts; account++) last = Math.max(last, outage.check(at(1), 1)?.until ?? 0)
      return last - 5_000
    }
    assert.strictEqual(spread(100), 100)
    assert.strictEqual(spread(20_000), 5_000)
  })

  it("spreads accounts that check at the same time evenly, by how many waited for the probe before", () => {
    const outage = failing(3)
    const perSecond = (now: number) => {
      const counts = [0, 0, 0, 0, 0]
      for (let account = 0; account < 10_000; account++) {
        const held = outage.check(at(now), (account * 0.618034) % 1)
        if (held === undefined) continue
        const second = Math.floor((held.until - now - 5_000) / 1_000)
        counts[second] = (counts[second] ?? 0) + 1
      }
      return counts
    }
    perSecond(5_000)
    const counts = perSecond(10_000)
    assert.strictEqual(counts.length, 5)
    for (const count of counts) assert.closeTo(count, 2_000, 50)
  })

  it("ends with the first reply", () => {
    const outage = failing(100)
    outage.answered()
    assert.isFalse(outage.isActive())
    assert.isUndefined(outage.check(at(1), 0))
  })
})
