import { assert, describe, it } from "@effect/vitest"
import type * as Duration from "effect/Duration"
import { millisOf } from "../../src/internal/timeSpan.ts"

describe("millisOf", () => {
  it.each<[Duration.Input, number]>([
    [1_500, 1_500],
    ["30 seconds", 30_000],
    ["1 hour", 3_600_000],
    [0.5, 0.5],
    [{ minutes: 1 }, 60_000]
  ])("reads %j", (input, millis) => assert.strictEqual(millisOf(input), millis))

  it.each<Duration.Input>([0, -1, NaN, Infinity, -Infinity, "0 seconds", "-1 second", "Infinity"])(
    "reads nothing in %s, which is not positive and finite",
    (input) => assert.isUndefined(millisOf(input))
  )
})
