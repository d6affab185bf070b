import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import * as ExitCode from "../src/ExitCode.ts"
import * as Providers from "../src/Providers.ts"

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")

/** The cells of the rows of the README's tables, by the first of them. */
const rows = new Map(
  [...readme.matchAll(/^\| (.+) \|$/gm)].map(([, row = ""]) => {
    const [first = "", ...cells] = row.split(" | ")
    return [first.replaceAll("`", ""), cells.map((cell) => cell.replaceAll("`", "").split(" "))] as const
  })
)

describe("The README", () => {
  it("lists the required and the optional variables of each provider", () => {
    for (const id of Providers.ids) {
      const required = Providers.entry(id).required.map(({ variable }) => variable)
      const optional = Providers.entry(id).settings
        .flatMap(({ name, variable }) => required.includes(variable) || name === "baseUrl" ? [] : [variable])
      const [needs = [], mayHave = []] = rows.get(id) ?? []
      assert.sameMembers(needs, required, id)
      assert.sameMembers(mayHave, optional, id)
    }
  })

  it("explains every exit code", () => {
    for (const code of Object.values(ExitCode)) assert.isTrue(rows.has(String(code)), String(code))
  })
})
