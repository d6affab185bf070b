import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"

/** Texts that are easily taken for one another, or for a part of the grammar around them. */
export const confusing: ReadonlyArray<string> = [
  "",
  " ",
  "a",
  "b",
  "ab",
  "a b",
  "a:b",
  "a,b",
  "a\",\"b",
  "a\\",
  "\\u0061",
  "null",
  "undefined",
  "[]",
  "{}",
  "__proto__",
  "constructor",
  "client_credentials",
  "password",
  "refresh_token",
  "a&grant_type=password",
  "a+b",
  "a%20b",
  "a%2Bb",
  "\0",
  "a\0b",
  "a\r\nb",
  "\x7F",
  "\u00E9",
  "e\u0301",
  "\uFB01",
  "fi",
  "\uFEFF",
  "\u200B",
  "\u2028",
  "🔑",
  "\uD83D",
  "\uDD11"
]

export const anyText: Arbitrary.Arbitrary<string> = Arbitrary.schema(
  Schema.Union([Schema.Literals(confusing), Schema.String])
)

/** Of so few values that any two are often equal. */
export const confusingText: Arbitrary.Arbitrary<string> = Arbitrary.schema(Schema.Literals(confusing))

/**
 * How often a law is tried. With the same values each time: what fails once fails always. MINTMARK_SEED tries others.
 */
export const tried = (runs: number) => ({ arbitrary: { runs, seed: process.env["MINTMARK_SEED"] ?? "mintmark" } })
