import { assert, describe, it } from "@effect/vitest"
import { formEncode } from "../../src/internal/formEncode.ts"

describe("formEncode", () => {
  it("leaves letters, digits and -._~ unchanged", () => {
    const unchanged = "ABCxyz0189-._~"
    assert.strictEqual(formEncode(unchanged), unchanged)
  })

  it("encodes everything else, in UTF-8", () => {
    assert.strictEqual(formEncode("a b+c/d=e&f:g%h"), "a+b%2Bc%2Fd%3De%26f%3Ag%25h")
    assert.strictEqual(formEncode("!'()*"), "%21%27%28%29%2A")
    assert.strictEqual(formEncode("é🔑"), "%C3%A9%F0%9F%94%91")
  })
})
