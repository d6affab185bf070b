import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"

describe("@mintmark/core", () => {
  it("has its internal modules at run time for our own packages, and publishes no types of them", async () => {
    assert.isDefined(await import("@mintmark/core"))
    assert.isFunction((await import("@mintmark/core/internal/timeSpan")).millisOf)
    const { publishConfig } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
    assert.strictEqual(publishConfig.exports["./internal/*"].types, null)
  })
})
