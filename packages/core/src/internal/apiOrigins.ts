import type { Problem } from "./request/resolve.ts"
import { originOf, problemOf } from "./url.ts"

/** Which URLs may see a provider's token. */
export interface ApiOrigins {
  /** The URL that a request goes to: a path alone belongs to the provider's API. */
  readonly locate: (url: string) => string
  /** What forbids that the token goes to a URL, if anything does. Quotes the URL's origin at most. */
  readonly problemOf: (url: string) => string | undefined
}

/** The origin of the API, and others. */
export const make = (apiUrl: string, others: ReadonlyArray<string>): ApiOrigins => {
  const base = apiUrl.replace(/\/+$/, "")
  const origins = new Set([base, ...others].map(originOf))
  return {
    locate: (url) => path.test(url) ? base + url : url,
    problemOf: (url) => {
      if (url.startsWith(base) && url[base.length] === "/") return undefined
      if (!absolute.test(url)) {
        return "the token goes to a path, or to an absolute URL without username and back-slash"
      }
      const origin = originOf(url)
      return origins.has(origin)
        ? undefined
        : `${origin ?? "an origin that can't be read"} may not see the token; the option apiOrigins adds origins`
    }
  }
}

/** A path, and nothing that a parser of URLs would take for a host. */
const path = /^\/(?![/\\])/

// Parsers repair what comes before the path: they drop tabs and line ends, turn back-slashes, and do without slashes.
// What needs no repair means the same to each of them. After the host a repair does no harm.
const absolute = /^https?:\/\/[^\s\\/?#@\p{Cc}]+(?:[/?#]|$)/iu

/** What is wrong with each origin that a token may not be sent to. */
export const problems = (origins: ReadonlyArray<string>, insecure: boolean): ReadonlyArray<Problem> =>
  origins.map((url) => {
    const problem = problemOf(url, insecure)
      ?? (/^[^/]*\/\/[^/?]+\/?$/.test(url) ? undefined : "must be an origin, such as https://api.example")
    return ["apiOrigins", problem && `${problem} (${originOf(url) ?? "one can't be read"})`]
  })
