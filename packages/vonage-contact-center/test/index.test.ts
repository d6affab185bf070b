import { assert, describe, it } from "@effect/vitest"

describe("@mintmark/vonage-contact-center", () => {
  it("answers to its name, and keeps its internal modules closed", async () => {
    assert.isDefined(await import("@mintmark/vonage-contact-center"))
    const internal = "@mintmark/vonage-contact-center/internal/anything"
    const refused = await import(internal).then(() => false, () => true)
    assert.isTrue(refused)
  })
})
