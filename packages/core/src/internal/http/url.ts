import * as Url from "effect/http/Url"
import * as Result from "effect/Result"

const parse = (url: string): URL | undefined => Result.getOrUndefined(Url.fromString(url))

/** Whether a host name as `URL` writes it names this machine. */
export const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname)

/** Puts checked parts in the place of the braces. */
export const fill = (template: string, parts: Readonly<Record<string, unknown>>): string =>
  template.replace(/\{(\w+)\}/g, (braces, name) => Object.hasOwn(parts, name) ? String(parts[name] ?? braces) : braces)

/** The path and query of `url` below `base`, whose own path stays before it, and may name the host of `url`: `{host}`. */
export const rebase = (url: string, base: string): string => {
  const { host = "", pathname = "/", search = "" } = parse(url) ?? {}
  return `${base.replaceAll("{host}", host).replace(/\/+$/, "")}${pathname === "/" ? "" : pathname}${search}`
}

/**
 * What keeps a URL from being one that credentials or a token may be sent to, if anything does. Parsers repair what
 * they are given (`https:host`, back-slashes, tabs, spaces); a URL that needs repair is refused.
 */
export const problemOf = (text: string, insecure: boolean): string | undefined => {
  const url = parse(text)
  if (url === undefined || !/^https?:\/\/[^/]/i.test(text) || /[\s\\\p{Cc}\p{Cs}{}]/u.test(text)) {
    return "must be an absolute https URL"
  }
  if (/^[^/]*\/\/[^/?#]*@/.test(text)) return "must not hold a username or password"
  if (text.includes("#")) return "must not have a fragment"
  if (!text.toLowerCase().startsWith(url.origin)) return "must name the host as it is, without any encoding"
  if (url.protocol === "http:" && !insecure && !isLoopback(url.hostname)) return "must be https, except on loopback"
  return undefined
}

/** The origin of a URL, or `undefined` where it can't be read as one. */
export const originOf = (text: string): string | undefined => parse(text)?.origin

/** Whether two URLs are the same, however they are written. */
export const isSameUrl = (a: string, b: string): boolean => a === b || parse(a)?.href === parse(b)?.href
