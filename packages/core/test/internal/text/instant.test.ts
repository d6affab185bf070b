import { assert, describe, it } from "@effect/vitest"
import { readInstant } from "../../../src/internal/text/instant.ts"

const at = Date.UTC(1994, 10, 6, 8, 49, 37)
const present = Date.UTC(2026, 10, 26)

describe("readInstant", () => {
  it.each([
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
    "sun, 6 november 1994 08:49:37 gmt",
    "6 Nov 1994 09:49:37 +0100",
    "06 Nov 1994 03:49:37 -05:00",
    "1994-11-06T08:49:37Z",
    "1994-11-06 08:49:37.999",
    "19941106T084937Z",
    "1994-11-06T10:49:37+02"
  ])("reads %s", (text) => assert.strictEqual(readInstant(text, present), at))

  it("reads a year of two digits as one that is at most 50 years ahead", () => {
    assert.strictEqual(readInstant("Sunday, 06-Nov-76 08:49:37 GMT", present), Date.UTC(2076, 10, 6, 8, 49, 37))
    assert.strictEqual(readInstant("Sunday, 06-Nov-77 08:49:37 GMT", present), Date.UTC(1977, 10, 6, 8, 49, 37))
  })

  it.each([
    "",
    "soon",
    "06 Nov 1994",
    "31 Feb 1994 08:49:37 GMT",
    "06 Xyz 1994 08:49:37 GMT",
    "06 Nov 1994 24:00:00 GMT",
    "06 Nov 1994 08:60:00 GMT",
    "1994-13-06T08:49:37Z",
    "1994-11-06T08:49:37+1",
    `${"x".repeat(64)}Sun, 06 Nov 1994 08:49:37 GMT`
  ])("reads nothing in %j", (text) => assert.isUndefined(readInstant(text, present)))
})
