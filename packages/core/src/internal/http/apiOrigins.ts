import type { Provider } from "../../Provider.ts"
import type { Problem } from "../request/check.ts"
import { originOf, problemOf, rebase } from "./url.ts"

/** Where the API of a provider is. */
export interface Api extends Pick<Provider, "apiUrl" | "apiOrigins"> {
  /** Where each URL of the provider is instead, if the application overrides it with a base URL that has `{host}`. */
  readonly baseUrl: string | undefined
  /** The URLs of the provider's API as it documents them: each may be requested, and goes to `baseUrl` then. */
  readonly documented: ReadonlyArray<string>
}

/** Which URLs may get a provider's token. */
export interface ApiOrigins {
  /** The URL that a request goes to: a path alone goes below `apiUrl`, which is the provider's by default. */
  readonly locate: (url: string, apiUrl?: string) => string
  /** What forbids that the token goes to a URL, if anything does. Quotes the URL's origin at most. */
  readonly problemOf: (url: string) => string | undefined
}

/** The API of a provider, and its other origins, of which each may have `*` for its first label. */
export const make = ({ apiOrigins, apiUrl, baseUrl, documented }: Api): ApiOrigins => {
  const api = split(apiUrl)
  const [base] = api
  const origins = new Set([base, ...apiOrigins].map(originOf))
  const moved = new Set(documented.map(originOf))
  const current = (url: string): string =>
    baseUrl !== undefined && has(moved, originOf(url)) ? rebase(url, baseUrl) : url
  return {
    locate: (url, other) => !isPath(url) ? current(url) : join(other === undefined ? api : split(current(other)), url),
    problemOf: (url) => {
      if (url.startsWith(base) && url[base.length] === "/") return undefined
      if (!absolute.test(url)) {
        return "the URL must be a path, or an absolute URL without user name and backslash"
      }
      const origin = originOf(url)
      return has(origins, origin)
        ? undefined
        : `${origin ?? "an invalid origin"} must not get the token; add it with the option apiOrigins`
    }
  }
}

/** A URL without the slashes at its end, and its query. */
const split = (url: string): readonly [base: string, query: string] => {
  const [, base = "", query = ""] = /^([^?]*?)\/*(\?.*)?$/s.exec(url) ?? []
  return [base, query]
}

/** The path goes below that of the URL, and its query after that of the URL. */
const join = ([base, query]: readonly [base: string, query: string], path: string): string => {
  if (query.length < 2) return base + path
  const [, own = "", rest = ""] = /^([^?#]*)(.*)$/s.exec(path) ?? []
  return base + own + query + (rest.startsWith("?") ? `&${rest.slice(1)}` : rest)
}

const has = (origins: ReadonlySet<string | undefined>, origin: string | undefined): boolean =>
  origin !== undefined && (origins.has(origin) || origins.has(origin.replace(firstLabel, "$1*")))

const firstLabel = /^(https?:\/\/)[^.]+(?=\.)/

/** A path, and nothing that a parser of URLs would take for a host. */
const isPath = (url: string): boolean => url[0] === "/" && url[1] !== "/" && url[1] !== "\\"

// Parsers repair what comes before the path: they drop tabs and line ends, turn back-slashes, and do without slashes.
// What needs no repair means the same to each of them. After the host a repair does no harm.
const absolute = /^https?:\/\/[^\s\\/?#@\p{Cc}]+(?:[/?#]|$)/iu

/** What is wrong with each origin that a token may go to. */
export const problems = (origins: ReadonlyArray<string>, insecure: boolean): ReadonlyArray<Problem> =>
  origins.map((url) => {
    const named = wildcard.test(url) ? url.replace("*", "a") : url
    const problem = problemOf(named, insecure)
      ?? (/^[^/]*\/\/[^/?]+\/?$/.test(url) ? undefined : "must be an origin, such as https://api.example")
      ?? (url.includes("*") && named === url ? "may have * only for the first label of three or more" : undefined)
    return ["apiOrigins", problem && `${problem} (${originOf(url) ?? "one can't be read"})`]
  })

/** `*` for the first label of a host name; what it stands for is below a name of at least two labels, and no address. */
const wildcard = /^https?:\/\/\*(?:\.[a-z\d-]+)+\.[a-z][a-z\d-]*(?::\d+)?\/?$/i
