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
 * line of a log), without any of the secrets, however a server may have written them down, and cut.
 */
export const scrub = (text: string, secrets: ReadonlyArray<Redacted.Redacted>): string => {
  const values = secrets.map((secret) => wellFormed(Redacted.value(secret))).filter((value) => value !== "")
  const forms = values.flatMap(formsOf).toSorted((a, b) => b.length - a.length)
  const known = new RegExp([...forms.map(literally), ...values.flatMap(misread)].join("|") || "(?!)", "gi")
  // Once more after cleaning, which can put together what a control character kept apart.
  const hidden = clean(wellFormed(text).replace(known, placeholder)).replace(known, placeholder)
  // Another encoding than the foreseen ones: show nothing of it.
  if (readings(hidden).some((reading) => values.some((value) => reading.includes(fold(value))))) return mark
  const shown = hidden.replaceAll(placeholder, mark).trim()
  return shown.length > longest ? `${shown.slice(0, longest).replace(/\p{Cs}/gu, "")}…` : shown
}

const clean = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ")

const wellFormed = (text: string): string => text.replace(/\p{Cs}/gu, "\uFFFD")

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")

/**
 * What a server that doesn't know UTF-8 makes of a secret: marks or other letters in the place of those beyond ASCII,
 * one for each of their four bytes at the most, or none. Of a secret with little else, too much would look like it.
 */
const misread = (secret: string): ReadonlyArray<string> =>
  /[^ -~]/.test(secret) && secret.replace(/[^!-~]/g, "").length >= 4
    ? [
      secret.split(/([^ -~]+)/).map((part, at) => at % 2 === 0 ? literally(part) : `[^ ->@-~]{0,${4 * part.length}}`)
        .join("")
    ]
    : []

const formsOf = (secret: string): ReadonlyArray<string> => {
  const forms = [secret, secret.replace(/^Basic /, ""), encodeURIComponent(secret), formEncode(secret)]
  return [
    ...forms,
    clean(secret),
    JSON.stringify(secret).slice(1, -1),
    Hex.encode(secret),
    ...forms.flatMap((form) => within.flatMap((before) => base64Within(form, before)))
  ].filter((form) => form.trim() !== "")
}

const within = [0, 1, 2]

/** What Base64 makes of a text that stands behind so many bytes (modulo 3), less what depends on its neighbours. */
const base64Within = (text: string, before: number): ReadonlyArray<string> => {
  const bytes = new TextEncoder().encode(" ".repeat(before) + text)
  const digits = Base64.encode(bytes).slice(Math.ceil(before * 8 / 6), Math.floor(bytes.length * 8 / 6))
  return digits.length < 4 ? [] : [digits, digits.replaceAll("+", "-").replaceAll("/", "_")]
}

const fold = (text: string): string => text.normalize("NFKC").toLowerCase()

/** What a reader could make of a text, by percent-encoding, backslashes or HTML's entities, each up to three deep. */
const readings = (text: string): ReadonlyArray<string> => {
  const found = [text]
  for (let depth = 0; depth < 3; depth++) {
    const last = found.at(-1) ?? ""
    found.push(decodeEntities(decodeBackslashes(decodePercents(last))))
  }
  return found.flatMap((reading) => [fold(reading), fold(reading.replaceAll("+", " "))])
}

const decodePercents = (text: string): string =>
  text.replace(/(?:%[\dA-F]{2})+/gi, (run) => {
    const decoded = Hex.decode(run.replaceAll("%", ""))
    return decoded._tag === "Success" ? new TextDecoder().decode(decoded.success) : run
  })

const decodeBackslashes = (text: string): string =>
  text
    .replace(/\\(?:u([\dA-F]{4})|x([\dA-F]{2}))/gi, (_, four, two) => String.fromCharCode(parseInt(four ?? two, 16)))
    .replace(/\\(?=["'/\\])/g, "")

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: "\"", apos: "'" }

const decodeEntities = (text: string): string =>
  text
    .replace(/&#(?:x([\dA-F]{1,5})|(\d{1,6}));/gi, (_, hex, decimal) =>
      String.fromCodePoint(hex === undefined ? Number(decimal) : parseInt(hex, 16)))
    .replace(/&(amp|lt|gt|quot|apos);/g, (_, name) =>
      entities[name] ?? "")
