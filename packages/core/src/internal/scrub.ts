import * as Base64 from "effect/encoding/Base64"
import * as Hex from "effect/encoding/Hex"
import * as Redacted from "effect/Redacted"
import { formEncode } from "./formEncode.ts"

const longest = 200
const mark = "<redacted>"
// Stands for the mark until the end, so that a secret which is a part of the mark's own letters can't break it.
const placeholder = "\uFFFC"

/**
 * A text from outside, made fit to show: without control characters (which could move a terminal's cursor or forge a
 * line of a log), without any of the secrets, and cut.
 *
 * A secret as it is, or as it was sent, is replaced. Where a server has written one down in some other way, nothing of
 * the text is shown.
 */
export const scrub = (text: string, secrets: ReadonlyArray<Redacted.Redacted>): string => {
  const values = secrets.map((secret) => Redacted.value(secret).replace(/\p{Cs}/gu, " ")).filter(Boolean)
  const sent = values.flatMap((value) => [value, value.replace(/^Basic /, ""), encodeURIComponent(value)])
    .toSorted((a, b) => b.length - a.length)
  const known = new RegExp([placeholder, ...sent.map(literally)].join("|"), "gi")
  // Once more after cleaning, which can put together what a control character kept apart.
  const hidden = clean(text.replace(known, placeholder)).replace(known, placeholder)
  const traces = values.flatMap(tracesOf)
  if (readings(hidden).some((reading) => traces.some((trace) => reading.includes(trace)))) return mark
  const shown = hidden.replaceAll(placeholder, mark).trim()
  return shown.length > longest ? `${shown.slice(0, longest).replace(/\p{Cs}/gu, "")}…` : shown
}

const clean = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+/gu, " ")

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")

// A plus may be a space.
const fold = (text: string): string => text.normalize("NFKC").toLowerCase().replaceAll("+", " ")

/**
 * What is left of a text by the ways in which servers spoil one: quoting, escaping, other line breaks, and marks or
 * other letters in the place of those that they don't know.
 */
const skeleton = (folded: string): string => folded.replace(/[^a-z\d\uFFFC]/g, "")

/** What gives a secret away in one of the `readings` of a text. */
const tracesOf = (secret: string): ReadonlyArray<string> => {
  const skeletons = [secret, Hex.encode(secret), ...[0, 1, 2].flatMap((before) => inBase64(secret, before))]
    .map((form) => skeleton(fold(form)))
  // Of a secret with little else than marks, too much would look like it.
  return [fold(secret), ...skeletons.filter((form) => form.length >= 4)]
}

/** What Base64 makes of a text that stands behind so many bytes (modulo 3), less what depends on its neighbours. */
const inBase64 = (text: string, before: number): ReadonlyArray<string> =>
  [text, formEncode(text)].map((form) => {
    const bytes = new TextEncoder().encode(" ".repeat(before) + form)
    return Base64.encode(bytes).slice(Math.ceil(before * 4 / 3), Math.floor(bytes.length * 4 / 3))
  })

/** What a reader could make of a text, by percent-encoding, backslashes or HTML's entities, each up to three deep. */
const readings = (text: string): ReadonlyArray<string> => {
  const found = []
  for (let depth = 0, last = text; depth <= 3; depth++) {
    const folded = fold(last)
    found.push(folded, skeleton(folded))
    last = decode(last)
  }
  return found
}

const decode = (text: string): string =>
  text
    .replace(/(?:%[\dA-F]{2})+/gi, (run) =>
      new TextDecoder().decode(Uint8Array.from(run.slice(1).split("%"), (digits) => parseInt(digits, 16))))
    .replace(escaped, (_, four, two, hex, decimal) =>
      String.fromCodePoint(parseInt(four ?? two ?? hex ?? decimal, decimal === undefined ? 16 : 10)))
    .replace(/\\[bfnrt]|\\(?=["'/\\])/g, "")
    .replace(/&(amp|lt|gt|quot|apos);/g, (_, name) =>
      entities[name] ?? "")

const escaped = /\\u([\dA-F]{4})|\\x([\dA-F]{2})|&#x([\dA-F]{1,5});|&#(\d{1,6});/gi

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: "\"", apos: "'" }
