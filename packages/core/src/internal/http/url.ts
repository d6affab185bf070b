import * as Url from "effect/http/Url"
import * as Result from "effect/Result"

const parse = (url: string): URL | undefined => Result.getOrUndefined(Url.fromString(url))

/** Whether a host name as `URL` writes it names this machine. */
export const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname)

/** Puts checked parts instead of the braces. */
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
  if (!text.toLowerCase().startsWith(url.origin)) return "must contain the host name without percent-encoding"
  if (url.protocol === "http:" && !insecure && !isLoopback(url.hostname)) return "must be https, except on loopback"
  if (blockedPorts.has(Number(url.port || "443"))) return `must not use port ${url.port}, which fetch blocks`
  return undefined
}

/**
 * The ports that `fetch` sends nothing to. `node:http` and undici would, or would try again and again.
 *
 * @see {@link https://fetch.spec.whatwg.org/#port-blocking | Fetch, port blocking}
 */
const blockedPorts = new Set(
  (
    "0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 "
    + "123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 "
    + "990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080"
  ).split(" ").map(Number)
)

/** The origin of a URL, or `undefined` where it can't be read as one. */
export const originOf = (text: string): string | undefined => parse(text)?.origin

/** Whether two URLs are the same, however they are written. */
export const isSameUrl = (a: string, b: string): boolean => a === b || parse(a)?.href === parse(b)?.href
