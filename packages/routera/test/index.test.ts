import { assert, describe, it } from "@effect/vitest"

describe("@mintmark/routera", () => {
  it("answers to its name, and keeps its internal modules closed", async () => {
    assert.isDefined(await import("@mintmark/routera"))
    const internal = "@mintmark/routera/internal/anything"
    const refused = await import(internal).then(() => false, () => true)
    assert.isTrue(refused)
  })
})
