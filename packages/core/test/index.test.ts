import { assert, describe, it } from "@effect/vitest"

describe("@mintmark/core", () => {
  it("answers to its name, and keeps its internal modules closed", async () => {
    assert.isDefined(await import("@mintmark/core"))
    const internal = "@mintmark/core/internal/anything"
    const refused = await import(internal).then(() => false, () => true)
    assert.isTrue(refused)
  })
})
