import { assert, describe, it } from "vitest"
import { found, isLookedAt, phrases } from "../words.mjs"

describe("the check of words", () => {
  it.each(phrases)("finds %s", (_, example) => {
    assert.isNotEmpty(found(`The first line.\nHere: ${example}.`))
    assert.deepStrictEqual([...new Set(found(`The first line.\nHere: ${example}.`).map(({ line }) => line))], [2])
  })

  it("finds a phrase in any case, and says what to write instead", () => {
    assert.deepStrictEqual(found("Nobody waits."), [
      { line: 1, phrase: "Nobody", instead: "no caller, no process" }
    ])
  })

  it.each([
    "a token request in flight, however many callers wait",
    "the token has expired; the lifetime is an hour; no expired token is sent",
    "behavior, canceled, catalog, recognized, tabpanel",
    "over https, no token, handled"
  ])("finds no phrase in: %s", (text) => {
    assert.deepStrictEqual(found(text), [])
  })

  it("checks documents, sources, tests and the page", () => {
    const files = ["README.md", ".changeset/a.md", "packages/a/src/b.ts", "packages/a/test/b.test.ts", "a/page/c.html"]
    assert.deepStrictEqual(files.filter((file) => !isLookedAt(file)), [])
    assert.isFalse(isLookedAt("packages/a/api.txt"))
    assert.isFalse(isLookedAt("packages/a/CHANGELOG.md"))
  })
})
