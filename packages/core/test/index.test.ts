import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"

describe("@mintmark/core", () => {
  it("exports its internal modules at run time for our own packages, without types", async () => {
    assert.isDefined(await import("@mintmark/core"))
    assert.isFunction((await import("@mintmark/core/internal/timeSpan")).millisOf)
    const { publishConfig } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
    assert.strictEqual(publishConfig.exports["./internal/*"].types, null)
  })
})
