import { orUndefined } from "../text/orUndefined.ts"

const parse = (url: string): URL | undefined => orUndefined(() => new URL(url))

/** Whether a host name as `URL` writes it names this machine. */
export const isLoopback = (hostname: string): boolean => /^(localhost|\[::1\]|127(\.\d+){3})$/.test(hostname)

/** Puts checked parts instead of the braces. */
export const fill = (template: string, parts: Readonly<Record<string, unknown>>): string =>
  String(template).replace(
    /\{(\w+)\}/g,
    (braces, name) => Object.hasOwn(parts, name) ? String(parts[name] ?? braces) : braces
  )

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
  if (!text.toLowerCase().startsWith(url.origin)) return `must contain the host as ${url.host.slice(0, 253)}`
  if (url.protocol === "http:" && !insecure && !isLoopback(url.hostname)) return "must be https, except on loopback"
  if (blockedPort.test(url.port)) return `must not use port ${url.port}, which fetch blocks`
  return undefined
}

/**
 * The ports that `fetch` sends nothing to. `node:http` and undici would, or would try again and again. As digits that
 * they share, since the list is as long as any module; a test compares it with `fetch`.
 *
 * @see {@link https://fetch.spec.whatwg.org/#port-blocking | Fetch, port blocking}
 */
const blockedPort =
  /^([0179]|1[1357]|19|2[01235]|37|4[23]|53|69|7[79]|87|95|10[1-4]|109|11[013579]|123|13[579]|143|161|179|389|427|465|51[2-5]|526|53[0-2]|540|548|55[46]|563|587|601|636|989|99[035]|1719|172[03]|2049|3659|4045|4190|506[01]|6000|6566|666[5-9]|6679|6697|10080)$/

/** The origin of a URL, or `undefined` where it can't be read as one. */
export const originOf = (text: string): string | undefined => parse(text)?.origin

/** Whether two URLs are the same, however they are written. */
export const isSameUrl = (a: string, b: string): boolean => a === b || parse(a)?.href === parse(b)?.href
