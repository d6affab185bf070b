import { assert, describe, it } from "@effect/vitest"
import { isToken, longestToken } from "../../../src/internal/text/isToken.ts"

describe("isToken", () => {
  it.each(["a", "mF_9.B5f-4.1JqM", "eyJhbGciOiJub25lIn0.e30.", "!~", "a".repeat(longestToken)])(
    "accepts %s",
    (value) => assert.isTrue(isToken(value))
  )

  it.each(["", " ", "a b", "a\n", "a\r\nb", "a\0", "\x7F", "é", "🔑", "a".repeat(longestToken + 1)])(
    "does not accept %j",
    (value) => assert.isFalse(isToken(value))
  )

  it.each([undefined, null, 7, true, {}, ["a"]])("does not accept %o", (value) => assert.isFalse(isToken(value)))
})
