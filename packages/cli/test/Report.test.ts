import { assert, describe, it } from "@effect/vitest"
import { ending, row } from "../src/doctor/Report.ts"

const finding = { step: "endpoint", state: "failed", detail: "503" } as const

describe("A row of the doctor's table", () => {
  it("is aligned with the other rows", () => {
    assert.strictEqual(row(finding, false), "endpoint     failed   503")
  })

  it("has its state in color where the terminal has colors, and the same text without them", () => {
    const colored = row(finding, true)
    assert.include(colored, "\x1b[31mfailed \x1b[0m")
    // oxlint-disable-next-line no-control-regex
    assert.strictEqual(colored.replaceAll(/\x1b\[\d+m/g, ""), row(finding, false))
    assert.include(row({ ...finding, state: "ok" }, true), "\x1b[32mok     \x1b[0m")
  })
})

describe("The conclusion", () => {
  it("is a sentence below the table, with the next step in another line", () => {
    assert.strictEqual(ending({ cause: "it is late", next: "Sleep.", exitCode: 4 }, false), "\nIt is late.\nSleep.")
    assert.strictEqual(ending({ cause: "everything works" }, true), "\n\x1b[1;32mEverything works.\x1b[0m")
  })
})
