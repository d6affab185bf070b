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
  const values = secrets.map((secret) => Redacted.value(secret).replace(/\p{Cs}/gu, " ")).filter((value) =>
    value !== ""
  )
  const sent = values.flatMap((value) => [value, value.replace(/^Basic /, ""), encodeURIComponent(value)])
    .toSorted((a, b) => b.length - a.length)
  const known = new RegExp(sent.map(literally).join("|") || "(?!)", "gi")
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
  const skeletons = [secret, Hex.encode(secret), ...within.flatMap((before) => inBase64(secret, before))]
    .map((form) => skeleton(fold(form)))
  // Of a secret with little else than marks, too much would look like it.
  return [fold(secret), ...skeletons.filter((form) => form.length >= 4)]
}

const within = [0, 1, 2]

/** What Base64 makes of a text that stands behind so many bytes (modulo 3), less what depends on its neighbours. */
const inBase64 = (text: string, before: number): ReadonlyArray<string> =>
  [text, formEncode(text)].map((form) => {
    const bytes = new TextEncoder().encode(" ".repeat(before) + form)
    return Base64.encode(bytes).slice(Math.ceil(before * 8 / 6), Math.floor(bytes.length * 8 / 6))
  })

/** What a reader could make of a text, by percent-encoding, backslashes or HTML's entities, each up to three deep. */
const readings = (text: string): ReadonlyArray<string> => {
  const found = []
  for (let depth = 0, last = text; depth <= 3; depth++) {
    const folded = fold(last)
    found.push(folded, skeleton(folded))
    last = decodeEntities(decodeBackslashes(decodePercents(last)))
  }
  return found
}

const decodePercents = (text: string): string =>
  text.replace(/(?:%[\dA-F]{2})+/gi, (run) => {
    const decoded = Hex.decode(run.replaceAll("%", ""))
    return decoded._tag === "Success" ? new TextDecoder().decode(decoded.success) : run
  })

const decodeBackslashes = (text: string): string =>
  text
    .replace(/\\(?:u([\dA-F]{4})|x([\dA-F]{2}))/gi, (_, four, two) => String.fromCharCode(parseInt(four ?? two, 16)))
    .replace(/\\[bfnrt]|\\(?=["'/\\])/g, "")

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: "\"", apos: "'" }

const decodeEntities = (text: string): string =>
  text
    .replace(/&#(?:x([\dA-F]{1,5})|(\d{1,6}));/gi, (_, hex, decimal) =>
      String.fromCodePoint(hex === undefined ? Number(decimal) : parseInt(hex, 16)))
    .replace(/&(amp|lt|gt|quot|apos);/g, (_, name) =>
      entities[name] ?? "")
