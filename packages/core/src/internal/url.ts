import * as Url from "effect/http/Url"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

const parse = (url: string): URL | undefined => Option.getOrUndefined(Result.getSuccess(Url.fromString(url)))

/** Whether a host name as `URL` writes it names this machine. */
export const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname)

/** Whether a value can stand as one label of a host name (RFC 1123 section 2.1) and nothing else. */
export const isHostLabel = (value: string): boolean => /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i.test(value)

/** Whether a value can stand as a host name, and nothing else. */
export const isHostName = (value: string): boolean => value.length <= 253 && value.split(".").every(isHostLabel)

/** Puts checked parts of a host name in the place of the braces. */
export const fillHost = (template: string, parts: Readonly<Record<string, string>>): string =>
  template.replace(/\{(\w+)\}/g, (braces, name) => Object.hasOwn(parts, name) ? parts[name] ?? braces : braces)

/** The path and query of `url` below `base`, whose own path stays before it. */
export const rebase = (url: string, base: string): string => {
  const { pathname = "/", search = "" } = parse(url) ?? {}
  return `${base.replace(/\/+$/, "")}${pathname === "/" ? "" : pathname}${search}`
}

/**
 * What keeps a URL from being one that credentials or a token may be sent to, if anything does. Parsers repair what
 * they are given (`https:host`, back-slashes, tabs, spaces); a URL that needs repair is refused.
 */
export const problemOf = (text: string, insecure: boolean): string | undefined => {
  if (!/^https?:\/\/[^/]/i.test(text) || /[\s\\\p{Cc}\p{Cs}{}]/u.test(text)) return "must be an absolute https URL"
  const url = parse(text)
  if (url === undefined) return "must be an absolute https URL"
  if (url.username !== "" || url.password !== "" || /^[^/]*\/\/[^/?#]*@/.test(text)) {
    return "must not hold a username or password"
  }
  if (text.includes("#")) return "must not have a fragment"
  if (url.hostname !== hostAsWritten(text)) return "must name the host as it is, without any encoding"
  if (url.protocol === "http:" && !insecure && !isLoopback(url.hostname)) return "must be https, except on loopback"
  return undefined
}

const hostAsWritten = (text: string): string | undefined =>
  /^[^/]*\/\/(\[[^\]]*\]|[^:/?]*)/.exec(text)?.[1]?.toLowerCase()

/** The origin of a URL, or `undefined` where it can't be read as one. */
export const originOf = (text: string): string | undefined => parse(text)?.origin

/** Whether two URLs are the same, however they are written. */
export const isSameUrl = (a: string, b: string): boolean => a === b || parse(a)?.href === parse(b)?.href
