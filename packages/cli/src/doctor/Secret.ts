import { formEncode } from "@mintmark/core/internal/formEncode"
import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"

/**
 * The characters of a text that raw and form-encoded Basic send differently, in an order of their own: neither where
 * they are nor how often. Characters outside ASCII are not named, so that little is revealed of a secret in another
 * script.
 */
export const charactersThatDiffer = (text: string): ReadonlyArray<string> => {
  const different = [...new Set(text)].filter((character) => formEncode(character) !== character)
  const ascii = different.filter((character) => character <= "~").toSorted()
  return [
    ...ascii.map((character) => character === " " ? "(space)" : character),
    ...(ascii.length < different.length ? ["(characters outside ASCII)"] : [])
  ]
}

/** The spaces around a credential, in words that go on from its name. */
export const spaces = (text: string): ReadonlyArray<string> =>
  [
    /^(?![\p{Cc}\p{Cf}])\s/u.test(text) && "begins with a space",
    /(?![\p{Cc}\p{Cf}])\s$/u.test(text) && "ends with a space"
  ].filter((space) => space !== false)

/** What looks as if a credential had been copied wrongly, in words that go on from its name. */
export const oddities = (secret: string, id: string): ReadonlyArray<string> =>
  [
    /^<.*>$|^(?:your|my)[\s_-].*(?:id|key|password|secret|token)$|^(?:change-?me|placeholder|todo|x{3,})$/i.test(
      secret
    ) &&
    "is a placeholder",
    /^(?:\$\w+|\$\{\w+\}|%\w+%)$/.test(secret) && "is the name of a variable, whose value was not put in its place",
    /^[*\u2022\u25CF]+$/.test(secret) && "is what stands where a secret is hidden",
    /[\u200B-\u200F\u2060\uFEFF]/.test(secret) && "contains an invisible character",
    ...spaces(secret),
    /^(["'`]).*\1$/.test(secret) && "is in quotes",
    /^(?:Basic|Bearer) /i.test(secret) && "begins with the name of a header's scheme",
    /%[\dA-F]{2}/i.test(secret) && "looks percent-encoded already; it is encoded here where the provider wants that",
    /\u00A0/.test(secret) && "contains a space that doesn't break, as web pages have it",
    /[\u2013\u2014\u2018\u2019\u201C\u201D]/.test(secret) && "contains a typographic dash or quote",
    secret === id && "is the same as the id",
    secret.startsWith(`${id}:`) && "begins with the id and a colon: the secret is what follows",
    isBasicCredential(secret, id) && "is the id and the secret together, in Base64"
  ].filter((oddity) => oddity !== false)

const isBasicCredential = (secret: string, id: string): boolean =>
  Result.match(Base64.decodeString(secret), {
    onFailure: () => false,
    onSuccess: (decoded) => decoded.startsWith(`${id}:`)
  })
