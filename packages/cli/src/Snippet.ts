import { shown } from "@mintmark/core/internal/text/shown"
import { parseObject } from "@mintmark/core/internal/text/strictJson"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"

/** What came back instead of a token reply, in a few words, through the same allow-list as an error's description. */
export const describe = (body: string, secrets: ReadonlyArray<Redacted.Redacted>): string => {
  const text = body.trim()
  if (text === "") return "an empty body"
  if (isHtml(text)) {
    const title = /<title[^>]*>([^<]*)/i.exec(text)?.[1]?.trim() ?? ""
    return title === "" ? "an HTML page" : `an HTML page with the title "${words(title, secrets)}"`
  }
  const fields = parseObject(text)
  if (fields === undefined) return `the text "${words(text, secrets)}"`
  const names = Object.keys(fields).slice(0, 8).map((name) => words(name, secrets))
  return names.length === 0
    ? "an empty JSON object"
    : `JSON with the field${names.length === 1 ? "" : "s"} ${names.join(", ")}`
}

/** What the sandbox says of a request to a host that it doesn't have: it lists those that it has. */
export const sandboxHosts = (body: string, secrets: ReadonlyArray<Redacted.Redacted>): string | undefined => {
  const message = parseObject(body.trim())?.["message"]
  return Predicate.isString(message) && message.startsWith("The sandbox has no host ")
    ? shown(message, secrets).replace(/<redacted>.*$|\.$/, (end) => end === "." ? "" : "…")
    : undefined
}

export const isHtml = (body: string): boolean => /^\s*<(?:!doctype|html|head|body|\?xml)/i.test(body)

const words = (text: string, secrets: ReadonlyArray<Redacted.Redacted>): string => shown(text.slice(0, 120), secrets)

/** A media type, without its parameters. */
export const mediaType = (contentType: string, secrets: ReadonlyArray<Redacted.Redacted>): string =>
  shown(contentType.split(";")[0] ?? "", secrets)

/** Where a redirect leads: its host, and what of its path is plainly words. */
export const location = (text: string, secrets: ReadonlyArray<Redacted.Redacted>): string => {
  const [, origin = "", path = ""] = /^([a-z]+:\/\/[a-z\d.-]+(?::\d{1,5})?)?(.*)$/is.exec(text.slice(0, 300)) ?? []
  const segments = path.split("/").slice(0, 8).map((segment) => segment === "" ? "" : shown(segment, secrets))
  return `${repeats(origin, secrets) ? "<redacted>" : origin}${segments.join("/")}`
}

const repeats = (text: string, secrets: ReadonlyArray<Redacted.Redacted>): boolean => {
  const folded = text.toLowerCase()
  return secrets.some((secret) => {
    const value = Redacted.value(secret).toLowerCase()
    for (let at = 0; at + 4 <= value.length; at++) if (folded.includes(value.slice(at, at + 4))) return true
    return false
  })
}
