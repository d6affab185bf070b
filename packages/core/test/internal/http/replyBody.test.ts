import { assert, describe, it } from "@effect/vitest"
import { readBody } from "../../../src/internal/http/replyBody.ts"
import { cost } from "../../support/cost.ts"

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))
/** As .NET writes it where it is told `Unicode`. */
const utf16 = (text: string): Uint8Array =>
  Uint8Array.from([...text].flatMap((character) => [character.charCodeAt(0) & 0xFF, character.charCodeAt(0) >> 8]))
const code = (body: string | Uint8Array) => readBody(typeof body === "string" ? bytesOf(body) : body).code

describe("readBody: the server's error code", () => {
  it.each<[string, string | Uint8Array]>([
    ["as RFC 6749 has it", `{"error":"invalid_grant"}`],
    ["with a byte order mark", `\uFEFF{"error":"invalid_grant"}`],
    ["in ISO-8859-1", latin1(`{"error":"invalid_grant","error_description":"Ung\u00FCltig"}`)],
    ["in ISO-8859-1, behind its description", latin1(`{"error_description":"refus\u00E9","error":"invalid_grant"}`)],
    ["in ISO-8859-1 with a byte order mark", latin1(`\u00EF\u00BB\u00BF{"error":"invalid_grant","d":"\u00FC"}`)],
    ["in a form", "error=invalid_grant&error_description=Bad+password"],
    ["in a form, behind others", "error_description=Bad%20password&error=invalid_grant\r\n"],
    ["in a form with braces", "error=invalid_grant&error_description={expired}"],
    ["in a form in ISO-8859-1", latin1("error=invalid_grant&error_description=Ung\u00FCltig")],
    ["cut short behind it", `{"error":"invalid_grant","error_descr`],
    ["with a quote that isn't escaped behind it", `{"error":"invalid_grant","error_description":"not "x", sorry"}`],
    ["with a quote that isn't escaped before it", `{"error_description":"n"est pas valide","error":"invalid_grant"}`],
    ["with a line break in its description", `{"error_description":"a\nb",\n "error" : "invalid_grant"}`],
    ["with a comma too many", `{"error":"invalid_grant",}`],
    ["with a key twice", `{"error":"invalid_grant","state":1,"state":2}`],
    ["with something behind it", `{"error":"invalid_grant"}<!-- served by edge-7 -->`],
    ["beside a broken escape", `{"error_description":"C:\\users","error":"invalid_grant"}`],
    ["beside 100 levels", `{"error":"invalid_grant","a":${"[".repeat(100)}${"]".repeat(100)}}`],
    ["with spaces around it", `{"error":" invalid_grant "}`],
    ["in UTF-16 with a byte order mark", utf16(`\uFEFF{"error":"invalid_grant","error_description":"Ung\u00FCltig"}`)],
    ["in UTF-16 without one", utf16(`{"error":"invalid_grant"}`)],
    [
      "in UTF-16, the other bytes first",
      utf16(`\uFEFF{"error":"invalid_grant"}`).map((_, at, all) => all[at ^ 1] ?? 0)
    ],
    ["with two byte order marks", `\uFEFF\uFEFF{"error":"invalid_grant"}`],
    ["behind a warning of PHP", `<br />\n<b>Warning</b>: in <b>/var/www/t.php</b><br />\n{"error":"invalid_grant"}`],
    ["behind a guard against inclusion", `)]}',\n{"error":"invalid_grant"}`],
    ["made into JSON twice", JSON.stringify(`{"error":"invalid_grant"}`)],
    ["made into JSON twice, and cut short before", JSON.stringify(`{"error":"invalid_grant","error_descr`)],
    ["with the quotes of Python", `{'error': 'invalid_grant', 'error_description': 'no'}`],
    ["with what JSON has no number for", `{"error":"invalid_grant","retry_after":NaN}`],
    ["behind another object of a broken body", `{"debug":{"error":"x","of":[1]},"error":"invalid_grant",}`],
    ["behind 100 levels", `{"a":${"[".repeat(100)}${"]".repeat(100)},"error":"invalid_grant"}`],
    ["followed by the end of a chunk", `{"error":"invalid_grant"}\r\n0\r\n\r\n`],
    ["cut within a character", bytesOf(`{"error":"invalid_grant","error_description":"\u00FC`).subarray(0, -1)]
  ])("is read %s", (_, body) => {
    assert.strictEqual(code(body), "invalid_grant")
  })

  it.each<[string, string | Uint8Array]>([
    ["null", `{"error":null}`],
    ["empty", `{"error":""}`],
    ["blank", `{"error":"  "}`],
    ["an object", `{"error":{"code":400,"message":"invalid_grant"}}`],
    ["a list", `{"error":["invalid_grant"]}`],
    ["a number", `{"error":400}`],
    ["not there", `{"message":"invalid_grant"}`],
    ["not there in problem+json", `{"type":"about:blank","title":"Bad Request","status":400,"detail":"invalid_grant"}`],
    ["in a list", `[{"error":"invalid_grant"}]`],
    ["in another object", `{"fault":{"error":"invalid_grant"}}`],
    ["in another object of a broken body", `{"fault":{"error":"invalid_grant"`],
    ["in a list of a broken body", `{"faults":[{"error":"invalid_grant"}`],
    ["in HTML", `<html><script>{"error":"invalid_grant"}</script></html>`],
    ["in the address of an HTML page", `<a href="/login?error=invalid_grant">`],
    ["in a sentence", "The error=invalid_grant was returned"],
    ["empty in a form", "error=&error_description=x"],
    ["of a longer name in a form", "my_error=invalid_grant"],
    ["quoted in a description", JSON.stringify({ error_description: `{"error":"invalid_grant"}` })],
    ["cut short itself", `{"error":"invalid_gr`],
    ["in a list behind a warning", `Warning\n[{"error":"invalid_grant"}]`],
    ["in the state of a page's script", `<script>s={"error":"invalid_grant"}</script></body>`],
    ["not there, made into JSON twice", JSON.stringify("invalid_grant")],
    ["nothing", ""],
    ["UTF-16", Uint8Array.from([0xFF, 0xFE, 0x7B, 0x00])]
  ])("is none where it is %s", (_, body) => {
    assert.isUndefined(code(body))
  })

  it("has its description, if that is a text", () => {
    const description = (body: string | Uint8Array) =>
      readBody(typeof body === "string" ? bytesOf(body) : body).description
    assert.strictEqual(description(latin1(`{"error":"x","error_description":"Ung\u00FCltig"}`)), "Ung\u00FCltig")
    assert.strictEqual(description("error=x&error_description=Bad+password"), "Bad password")
    assert.isUndefined(description(`{"error":"x","error_description":7}`))
  })
})

describe("readBody", () => {
  it("returns the fields of a valid JSON object in UTF-8, and of nothing else", () => {
    assert.deepStrictEqual(readBody(bytesOf(`{"a":1}`)).fields, { a: 1 })
    for (const body of [latin1(`{"a":"\u00FC"}`), bytesOf(`{"a":1,}`), bytesOf("a=1"), bytesOf("[]"), undefined]) {
      assert.isUndefined(readBody(body).fields)
    }
  })

  it("reports whether it is empty", () => {
    for (const body of ["", " ", "\r\n"]) assert.isTrue(readBody(bytesOf(body)).isEmpty)
    for (const body of ["{}", "x", "null"]) assert.isFalse(readBody(bytesOf(body)).isEmpty)
    assert.isFalse(readBody(undefined).isEmpty)
    assert.isFalse(readBody(latin1("\u00E9")).isEmpty)
  })

  it("takes a few milliseconds for 1 MB that is meant to be slow", () => {
    for (
      const [before, piece] of [
        ["{", `"error" `],
        ["{", `"error":`],
        ["{", `"error":"`],
        ["{", `'error':`],
        ["\"", "\\"],
        ["", "\0"],
        ["", "x{"],
        ["{", "{"],
        ["a=", "&error="],
        ["a=", "%"],
        ["", " "],
        ["{", ":"],
        ["{", `"a":1,`]
      ] as const
    ) {
      const bytes = bytesOf(before + piece.repeat(1_000_000 / piece.length))
      assert.isBelow(cost(() => readBody(bytes)), 400, JSON.stringify(piece))
    }
  })
})
