import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { scrub } from "../../src/internal/scrub.ts"
import { cost } from "../support/cost.ts"
import { anyText, tried } from "../support/strings.ts"

const secret = "hunter+2/ä & <\"zwei\">"
const clean = (text: string, ...secrets: ReadonlyArray<string>) =>
  scrub(text, secrets.map((each) => Redacted.make(each)))

const base64 = (text: string) => Buffer.from(text).toString("base64")
const percents = (text: string) => Buffer.from(text).toString("hex").replace(/../g, "%$&")
const entities = (text: string) => text.replace(/[^a-z\d ]/gi, (character) => `&#${character.codePointAt(0)};`)

/** Secrets that a request can carry, and that occur nowhere else, so that finding them is no accident. */
const secretText = Arbitrary.map(
  Arbitrary.all([Arbitrary.schema(Schema.Int), anyText]),
  ([number, text]) => `QZX${Math.abs(number)}JKW${text.replace(/\p{Cs}/gu, "")}VQX`
)

describe("scrub", () => {
  it("leaves a harmless text as it is", () => {
    assert.strictEqual(
      clean("The client 100% isn't known: try a+b, \\u, &amp; or 50%.", secret),
      "The client 100% isn't known: try a+b, \\u, &amp; or 50%."
    )
    assert.strictEqual(clean(""), "")
  })

  const forms: ReadonlyArray<[string, string]> = [
    ["as it is", secret],
    ["in capitals", secret.toUpperCase()],
    ["percent-encoded", encodeURIComponent(secret)],
    ["percent-encoded in small letters", encodeURIComponent(secret).toLowerCase()],
    ["percent-encoded to the last letter", percents(secret)],
    ["percent-encoded twice", encodeURIComponent(encodeURIComponent(secret))],
    ["percent-encoded beside a broken escape", `100%: ${percents(secret)}`],
    ["form-encoded", new URLSearchParams({ secret }).toString()],
    ["as JSON", JSON.stringify(secret)],
    ["read as Latin-1", Buffer.from(secret).toString("latin1")],
    ["with a mark in the place of a letter", secret.replace("ä", "?")],
    ["with marks in the place of a letter's bytes", secret.replace("ä", "\uFFFD\uFFFD")],
    ["with a letter left out", secret.replace("ä", "")],
    ["as JSON in JSON", JSON.stringify(JSON.stringify(secret))],
    ["as JSON in ASCII", JSON.stringify(secret).replace("ä", "\\u00e4")],
    [
      "as HTML",
      secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;")
    ],
    ["as HTML in numbers", entities(secret)],
    ["in decomposed characters", secret.normalize("NFD")],
    ["in Base64", base64(secret)],
    ["in Base64 for URLs", base64(secret).replaceAll("+", "-").replaceAll("/", "_")],
    ["in Base64 behind a name", base64(`id:${secret}`)],
    ["in Base64 behind another name, with more after it", base64(`the-id:${secret} and more`)],
    ["in Base64, form-encoded before", base64(`id:${new URLSearchParams({ secret })}`)],
    ["in hexadecimal", Buffer.from(secret).toString("hex")],
    ["with line breaks for its spaces", secret.replaceAll(" ", "\r\n")]
  ]
  for (const [name, form] of forms) {
    it(`hides a secret ${name}`, () => {
      const shown = clean(`before ${form} after`, secret)
      assert.include(shown, "<redacted>")
      for (const [, each] of forms) assert.notInclude(shown, each)
      assert.notInclude(shown, "hunter")
      assert.notInclude(shown, Buffer.from("hunter").toString("hex"))
      assert.notInclude(shown, "zwei")
    })
  }

  it("hides the credentials of a Basic header with and without the word", () => {
    const header = `Basic ${base64(`id:${secret}`)}`
    assert.strictEqual(clean(`got ${header}`, header), "got <redacted>")
    assert.strictEqual(clean(`got ${header.slice(6)}`, header), "got <redacted>")
  })

  it("hides a secret that is a part of another, or of the mark", () => {
    assert.strictEqual(clean("abc ab", "ab", "abc"), "<redacted> <redacted>")
    assert.strictEqual(clean("red green", "red"), "<redacted> green")
    assert.strictEqual(clean("x", "<redacted>"), "x")
  })

  it("hides a secret before it cuts, so that no half of it is left", () => {
    const shown = clean(`${"x".repeat(190)}${secret}`, secret)
    assert.notInclude(shown, "hunter")
    assert.isAtMost(shown.length, 201)
  })

  it("takes no notice of secrets that are empty", () => {
    assert.strictEqual(clean("a b", "", ""), "a b")
  })

  it("cuts between characters", () => {
    assert.notMatch(clean("x" + "🔑".repeat(500)), /\p{Cs}/u)
  })

  it.prop(
    "shows no secret, and nothing that moves a cursor, whatever surrounds it",
    [anyText, secretText, anyText],
    ([before, hidden, after]) => {
      for (
        const form of [
          hidden,
          encodeURIComponent(hidden),
          base64(`${before}${hidden}${after}`),
          JSON.stringify(hidden),
          percents(hidden)
        ]
      ) {
        const shown = clean(`${before}${form}${after}`, hidden)
        assert.notMatch(shown, /[\p{Cc}\p{Cf}\p{Cs}]/u)
        assert.notMatch(shown, /QZX\d+JKW/i)
        assert.isAtMost(shown.length, 201)
        const core = base64(hidden.slice(0, 12)).slice(4, 12)
        assert.notInclude(shown, core)
      }
    },
    tried(200)
  )

  it.prop("is quick and quiet on any text and any secrets", [anyText, anyText, anyText], ([text, one, other]) => {
    const shown = clean(text, one, other)
    assert.isAtMost(shown.length, 201)
    if (one.length > 2) assert.isFalse(shown.includes(one) && !"<redacted>".includes(one))
  }, tried(200))

  it("stays quick on long texts made to be slow", () => {
    const spent = cost(() => {
      for (const text of ["%", "%41", "\\", "&#x", "&amp;", "a", "\u200B", "+", "?", "ä"]) {
        clean(text.repeat(200_000 / text.length), secret, "a", "Basic abc", "ää?ä?äabcd")
      }
    })
    assert.isBelow(spent, 8_000)
  })
})
