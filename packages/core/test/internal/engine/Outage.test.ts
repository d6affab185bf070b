import { assert, describe, it } from "@effect/vitest"
import { TokenError, Unavailable } from "@mintmark/core/TokenError"
import * as Clocks from "../../../src/internal/engine/Clocks.ts"
import * as Outage from "../../../src/internal/engine/Outage.ts"

const error = new TokenError({ provider: "acme", reason: new Unavailable({ kind: "status", status: 503 }) })
const at = (millis: number) => Clocks.compare(Clocks.never, millis, millis)

/** An endpoint that has failed for so many accounts. */
const failing = (accounts: number, random = 1) => {
  const outage = Outage.make()
  for (let account = 0; account < accounts; account++) outage.failed({ account }, error, at(0), random)
  return outage
}

/** When so many accounts may try that check at once, in milliseconds. */
const waits = (outage: Outage.Outage, accounts: number, now: number) =>
  Array.from({ length: accounts }, () => outage.check(at(now), 0)?.until).filter((until) => until !== undefined)

describe("Outage", () => {
  it("delays no account while few accounts fail", () => {
    const account = {}
    const outage = failing(2)
    assert.isUndefined(outage.check(at(1), 0.5))
    outage.failed(account, error, at(1), 1)
    outage.answered()
    for (const now of [2, 3, 4]) outage.failed(account, error, at(now), 1)
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

  it("is probed by each process at a different time, though all of them see it start at the same time", () => {
    const firstProbe = (random: number) => {
      const outage = failing(3, random)
      let now = 0
      while (outage.check(at(now), 0) !== undefined) now++
      return now
    }
    assert.deepStrictEqual([0, 0.1, 0.5, 1].map(firstProbe), [2_500, 2_750, 3_750, 5_000])
  })

  it("lets one account follow in each millisecond, with jitter, and several where more than 5,000 wait", () => {
    const few = waits(failing(3), 100, 1)
    assert.deepStrictEqual(few, Array.from({ length: 100 }, (_, account) => 5_000 + account))
    assert.strictEqual(failing(3).check(at(1), 0.5)?.until, 5_000.5)
    const many = waits(failing(3), 20_000, 1)
    assert.strictEqual(Math.max(...many), 9_999)
    for (const millisecond of [5_000, 7_777, 9_999]) {
      assert.strictEqual(many.filter((until) => until === millisecond).length, 4)
    }
  })

  it("lets accounts that check during a probe follow that probe, and the next probe if it fails", () => {
    const outage = failing(3)
    assert.isUndefined(outage.check(at(5_000), 0))
    assert.deepStrictEqual(waits(outage, 3, 5_100), [5_000, 5_001, 5_002])
    outage.failed({}, error, at(5_200), 0)
    assert.deepStrictEqual(waits(outage, 3, 5_300), [10_000, 10_001, 10_002])
    // One that failed besides, such as a `renew`, sends none of those who come after it to the front.
    outage.failed({}, error, at(5_400), 0)
    assert.deepStrictEqual(waits(outage, 3, 5_500), [10_003, 10_004, 10_005])
  })

  for (const wave of ["first", "second"]) {
    it(`spreads 10,000 accounts that check at the same time evenly over 5 s, in its ${wave} 5 s`, () => {
      const outage = failing(3)
      const now = wave === "first" ? 1 : 5_000
      if (wave === "second") {
        waits(outage, 10_000, 1)
        outage.check(at(now), 0)
        outage.failed({}, error, at(now), 0)
      }
      const all = waits(outage, 10_000, now)
      const from = wave === "first" ? 5_000 : 10_000
      const perSecond = [0, 1, 2, 3, 4].map((second) =>
        all.filter((until) => Math.floor((until - from) / 1_000) === second).length
      )
      assert.deepStrictEqual(perSecond, [2_000, 2_000, 2_000, 2_000, 2_000])
    })
  }

  it("ends with the first reply", () => {
    const outage = failing(100)
    outage.answered()
    assert.isFalse(outage.isActive())
    assert.isUndefined(outage.check(at(1), 0))
  })
})
