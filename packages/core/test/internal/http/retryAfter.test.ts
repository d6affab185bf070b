import { assert, describe, it } from "@effect/vitest"
import { longestRetryAfter, readRetryAfter } from "../../../src/internal/http/retryAfter.ts"
import { cost } from "../../support/cost.ts"

const receivedAt = Date.UTC(2030, 0, 1, 12, 0, 0, 250)

const wait = (retryAfter: string | undefined, date?: string): number | undefined => {
  const at = readRetryAfter({ retryAfter, date, receivedAt })
  return at === undefined ? undefined : at - receivedAt
}

describe("readRetryAfter", () => {
  it.each([
    ["2", 2_000],
    ["30.5", 31_000],
    ["0.2", 1_000],
    ["2.", 2_000],
    ["2.0", 2_000],
    ["  7  ", 7_000],
    ["30s", 30_000],
    ["30 seconds", 30_000],
    ["0.5 sec", 1_000],
    ["3600", 3_600_000],
    ["2, 60", 60_000],
    ["60.5, 2", 61_000],
    ["2, rubbish", 2_000],
    ["3601", longestRetryAfter],
    ["1000000000", longestRetryAfter],
    ["999999999999999", longestRetryAfter]
  ])("reads seconds, rounds them up, and limits them to an hour: %s", (text, expected) => {
    assert.strictEqual(wait(text), expected)
  })

  const minuteLater = [
    "Tue, 01 Jan 2030 12:01:00 GMT",
    "Tue, 1 Jan 2030 12:01:00 GMT",
    "tue, 01 jan 2030 12:01:00 gmt",
    "Tue, 01 Jan 2030 12:01:00 UTC",
    "Tue, 01 Jan 2030 12:01:00 +0000",
    "Tue, 01 Jan 2030 13:31:00 +01:30",
    "Tue, 01 Jan 2030 04:01:00 -0800",
    "Tue, 01 Jan 2030 12:01:00",
    "01 Jan 2030 12:01:00 GMT",
    "Tue, 01 Jan 2030 12:01 GMT",
    "Tue 01 Jan 2030 12:01:00 GMT",
    "Tuesday, 01-Jan-30 12:01:00 GMT",
    "Tue, 01-Jan-2030 12:01:00 GMT",
    "Tue Jan  1 12:01:00 2030",
    "Tue Jan 01 12:01:00 2030",
    "Tue Jan 1 12:01:00 UTC 2030",
    "2030-01-01T12:01:00Z",
    "2030-01-01T12:01:00.000Z",
    "2030-01-01T12:01:00.123456789Z",
    "2030-01-01T13:01:00+01:00",
    "2030-01-01T12:01:00",
    "2030-01-01T12:01Z",
    "2030-01-01 12:01:00",
    "2030-01-01 12:01:00 UTC",
    "20300101T120100Z"
  ]

  it.each(minuteLater)("reads a date: %s", (text) => {
    assert.strictEqual(wait(text), 59_750)
  })

  it.each(minuteLater)("reads a date relative to the reply's own Date, whatever this clock says: %s", (text) => {
    assert.strictEqual(wait(text, "Tue, 01 Jan 2030 12:00:00 GMT"), 60_000)
    assert.strictEqual(wait(text, "Tue Jan  1 11:58:00 2030"), 180_000)
    assert.isUndefined(wait(text, "Tue, 01 Jan 2030 12:02:00 GMT"))
    assert.strictEqual(wait(text, "rubbish"), 59_750)
  })

  it("reads a date relative to a Date that is years away", () => {
    assert.strictEqual(wait("Sat, 01 Jan 2000 00:00:20 GMT", "Sat, 01 Jan 2000 00:00:00 GMT"), 20_000)
    assert.strictEqual(wait("Tue, 01 Jan 2080 00:00:20 GMT", "Tue, 01 Jan 2080 00:00:00 GMT"), 20_000)
  })

  it("reads a time in seconds since the Unix epoch, if it is within the next hour", () => {
    const epoch = Math.floor(receivedAt / 1000)
    assert.strictEqual(wait(String(epoch + 60)), 59_750)
    assert.strictEqual(wait(String(epoch + 60), "Tue, 01 Jan 2030 12:00:00 GMT"), 60_000)
    assert.strictEqual(wait(String(epoch + 7_200)), longestRetryAfter)
  })

  it("uses the later of two dates, and the longer of a date and seconds", () => {
    assert.strictEqual(wait("Tue, 01 Jan 2030 12:01:00 GMT, Tue, 01 Jan 2030 12:02:00 GMT"), 119_750)
    assert.strictEqual(wait("5, Tue, 01 Jan 2030 12:01:00 GMT"), 59_750)
    assert.strictEqual(wait("Tue, 01 Jan 2030 12:01:00 GMT, 90"), 90_000)
  })

  it.each(["Fri, 31 Dec 9999 23:59:59 GMT", "9999-12-31T23:59:59Z"])("limits a date to an hour: %s", (text) => {
    assert.strictEqual(wait(text), longestRetryAfter)
  })

  it.each([
    undefined,
    "",
    "0",
    "0.0",
    "-1",
    "-0.5",
    "1e9",
    ".5",
    "+5",
    "0x10",
    "5 minutes",
    "PT30S",
    "rubbish",
    "9".repeat(1_000),
    new Date(0).toUTCString(),
    "Xxx, 99 Yyy GMT",
    "Tue, 32 Jan 2030 12:01:00 GMT",
    "Tue, 30 Feb 2031 12:01:00 GMT",
    "Tue, 01 Foo 2030 12:01:00 GMT",
    "Tue, 01 Jan 2030 24:01:00 GMT",
    "Tue, 01 Jan 2030 12:61:00 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "2030-13-01T12:01:00Z",
    "2030-01-01T11:59:59Z"
  ])("returns nothing for %j", (text) => {
    assert.isUndefined(wait(text))
  })

  it("takes a few milliseconds for 1 MB that is meant to be slow", () => {
    for (const piece of ["9", ", ", " ", "Tue, ", "1, ", "Tue, 01 Jan 2030 12:01:00 GMT, "]) {
      const text = piece.repeat(1_000_000 / piece.length)
      assert.isBelow(cost(() => wait(text, text)), 200)
    }
  })
})
