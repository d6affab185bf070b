import { assert, describe, it } from "@effect/vitest"

describe("@mintmark/conformance", () => {
  it("answers to its name, and keeps its internal modules closed", async () => {
    assert.isDefined(await import("@mintmark/conformance"))
    const internal = "@mintmark/conformance/internal/wire"
    const refused = await import(internal).then(() => false, () => true)
    assert.isTrue(refused)
  })
})
