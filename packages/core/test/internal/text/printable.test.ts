import { assert, describe, it } from "@effect/vitest"
import { printable } from "../../../src/internal/text/printable.ts"

describe("printable", () => {
  it("quotes a text, and shortens it to 100 characters", () => {
    assert.strictEqual(printable("a \"region\""), "\"a \\\"region\\\"\"")
    assert.strictEqual(printable("a".repeat(100)), `"${"a".repeat(100)}"`)
    assert.strictEqual(printable("a".repeat(101)), `"${"a".repeat(100)}…"`)
  })

  it.each(["\n", "\r", "\x1B[2J", "\x9B2J", "\u202E", "\u2028", "\u2029", "\u200B", "\uD800"])(
    "contains no control character: %j",
    (character) => {
      assert.notMatch(printable(`a${character}b`), /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u)
    }
  )
})
