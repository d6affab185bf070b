import { assert, describe, it } from "@effect/vitest"
import * as Core from "@mintmark/core"
import { readdirSync, readFileSync } from "node:fs"

describe("@mintmark/core", () => {
  it("has the public modules that its README lists, and no others", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
    const table = readme.slice(readme.indexOf("## The modules"), readme.indexOf("## What happens when"))
    const listed = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
    assert.strictEqual(listed.length, 21)
    assert.sameMembers(Object.keys(Core), listed)
    const files = readdirSync(new URL("../src", import.meta.url)).filter((file) => file.endsWith(".ts"))
    assert.sameMembers(files, ["index.ts", ...listed.map((name) => `${name}.ts`)])
  })
})
