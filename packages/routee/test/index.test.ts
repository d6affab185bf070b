import { assert, describe, it } from "@effect/vitest"

describe("@mintmark/routee", () => {
  it("answers to its name, and keeps its internal modules closed", async () => {
    assert.isDefined(await import("@mintmark/routee"))
    const internal = "@mintmark/routee/internal/anything"
    const refused = await import(internal).then(() => false, () => true)
    assert.isTrue(refused)
  })
})
