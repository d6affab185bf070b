import { assert, describe, it } from "@effect/vitest"
import { row } from "../src/doctor/Report.ts"

const finding = { step: "endpoint", state: "failed", detail: "503", advice: "Try again later.\nOr don't." } as const

describe("A row of the doctor's table", () => {
  it("has its columns below those of the others, and its advice below its detail", () => {
    assert.strictEqual(
      row(finding, false),
      [
        "endpoint     failed   503",
        "                      Try again later.",
        "                      Or don't."
      ].join("\n")
    )
  })

  it("says its state in colour where there are colours, and is the same otherwise", () => {
    const coloured = row(finding, true)
    assert.include(coloured, "\x1b[31mfailed \x1b[0m")
    // oxlint-disable-next-line no-control-regex
    assert.strictEqual(coloured.replaceAll(/\x1b\[\d+m/g, ""), row(finding, false))
    assert.include(row({ ...finding, state: "ok" }, true), "\x1b[32mok     \x1b[0m")
  })
})
