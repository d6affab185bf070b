import { assert, describe, it } from "vitest"

describe("@mintmark/effect-3", () => {
  it("answers to its name, and keeps its internal modules closed", async () => {
    assert.isDefined(await import("@mintmark/effect-3"))
    const internal = "@mintmark/effect-3/internal/anything"
    const refused = await import(internal).then(() => false, () => true)
    assert.isTrue(refused)
  })
})
