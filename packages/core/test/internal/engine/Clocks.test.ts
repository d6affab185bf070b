import { assert, describe, it } from "@effect/vitest"
import * as Clocks from "../../../src/internal/engine/Clocks.ts"

/** What is known after looks at both clocks, one after the other. */
const after = (...looks: ReadonlyArray<readonly [wall: number, monotonic: number]>): Clocks.Now =>
  looks.reduce((seen, [wall, monotonic]) => Clocks.compare(seen, wall, monotonic), Clocks.never)

describe("Clocks", () => {
  it("follow the wall clock while both clocks agree", () => {
    assert.deepInclude(after([1_000_000, 5], [1_060_000, 60_005]), { wall: 1_060_000, steady: 1_060_000, setBack: 0 })
  })

  it("continue when the wall clock is set back", () => {
    const { setBack, steady } = after([10_000_000, 0], [6_401_000, 1_000])
    assert.strictEqual(steady, 10_001_000)
    assert.strictEqual(setBack, 3_600_000)
  })

  it("count the time of a suspension that the monotonic clock did not count", () => {
    assert.strictEqual(after([10_000_000, 0], [38_800_000, 1_000]).steady, 38_800_000)
  })

  it("continue when the wall clock is set back after a suspension, twice", () => {
    const asleep = [[10_000_000, 0], [38_800_000, 1_000]] as const
    assert.strictEqual(after(...asleep, [35_200_000, 1_000]).steady, 38_800_000)
    assert.strictEqual(after(...asleep, [35_200_000, 1_000], [31_610_000, 11_000]).steady, 38_810_000)
  })

  it("ignore a small difference, and add up many in one direction", () => {
    assert.strictEqual(after([10_000_000, 0], [10_000_950, 1_000]).setBack, 0)
    assert.isAbove(after([10_000_000, 0], [10_000_950, 1_000], [10_001_880, 2_000]).setBack, 100)
  })

  it("are compared when the wall clock has gone back, or a second has passed", () => {
    const seen = after([10_000_000, 0])
    assert.isTrue(Clocks.isBefore(10_005_000, seen, 10_000_999))
    assert.isFalse(Clocks.isBefore(10_005_000, seen, 10_001_000))
    assert.isFalse(Clocks.isBefore(10_005_000, seen, 9_999_999))
    assert.isFalse(Clocks.isBefore(10_000_500, seen, 10_000_500))
  })
})
