import { assert, describe, it } from "@effect/vitest"

describe("@mintmark/voipex", () => {
  it("answers to its name, and keeps its internal modules closed", async () => {
    assert.isDefined(await import("@mintmark/voipex"))
    const internal = "@mintmark/voipex/internal/anything"
    const refused = await import(internal).then(() => false, () => true)
    assert.isTrue(refused)
  })
})
