import { assert, describe, it } from "@effect/vitest"
import { charactersThatDiffer, oddities } from "../src/doctor/Secret.ts"

describe("charactersThatDiffer", () => {
  it("lists the characters that form encoding changes, sorted, once each, and none outside ASCII", () => {
    assert.deepStrictEqual(charactersThatDiffer("p:+/%=& é€\"+"), [
      "(space)",
      "\"",
      "%",
      "&",
      "+",
      "/",
      ":",
      "=",
      "(characters outside ASCII)"
    ])
  })

  it("finds nothing in letters, digits and -._~, which no encoding changes", () => {
    assert.deepStrictEqual(charactersThatDiffer("b2014e88-86ff.AZ_~"), [])
  })
})

describe("unusual characters", () => {
  it("finds what copying a secret may have added or left out", () => {
    const found = (secret: string) => oddities(secret, "client").join(" | ")
    assert.strictEqual(found("9pBl+xY1MW+Abs/dZ="), "")
    assert.include(found("secret "), "space")
    assert.include(found("'secret'"), "quotes")
    assert.include(found("a%2Bb"), "percent-encoded")
    assert.include(found("a\u200bb"), "invisible")
    assert.include(found("a\u2013b"), "typographic")
    assert.include(found("client"), "same as the id")
    assert.include(found("client:secret"), "the id and a colon")
    assert.include(found("Basic abc"), "scheme")
    assert.include(found(btoa("client:secret")), "in Base64")
  })
})
