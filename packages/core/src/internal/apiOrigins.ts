import * as Result from "effect/Result"
import { invalidOption, type Provider } from "../Provider.ts"
import type { TokenError } from "../TokenError.ts"
import { originOf, problemOf } from "./url.ts"

/** Which URLs may see a provider's token. */
export interface ApiOrigins {
  /** The URL that a request goes to: a path alone belongs to the provider's API. */
  readonly locate: (url: string) => string
  /** What forbids that the token goes to a URL, if anything does. Quotes the URL's origin at most. */
  readonly problemOf: (url: string) => string | undefined
}

/**
 * The provider's own origins, and those that the application adds. Fails with `InvalidOption` where one of them is not
 * an origin that a token may be sent to.
 */
export const make = (
  provider: Provider,
  added: ReadonlyArray<string>
): Result.Result<ApiOrigins, TokenError> => {
  const base = provider.apiUrl.replace(/\/+$/, "")
  const origins = new Set([originOf(base)])
  for (const url of [...provider.apiOrigins, ...added]) {
    const problem = problemOf(url, provider.insecure)
      ?? (isOrigin(url) ? undefined : "must be an origin alone, such as https://api.example")
    if (problem !== undefined) {
      return Result.fail(invalidOption(provider, "apiOrigins", `${problem} (${originOf(url) ?? "one can't be read"})`))
    }
    origins.add(originOf(url))
  }
  return Result.succeed({
    locate: (url) => path.test(url) ? base + url : url,
    problemOf: (url) => {
      if (url.startsWith(base) && url[base.length] === "/") return undefined
      if (!absolute.test(url)) {
        return "the token goes to a path that starts with one slash, or to an absolute URL without username and back-slash"
      }
      const origin = originOf(url)
      return origins.has(origin)
        ? undefined
        : `${origin ?? "an origin that can't be read"} may not see the token; the option apiOrigins adds origins`
    }
  })
}

/** A path, and nothing that a parser of URLs would take for a host. */
const path = /^\/(?![/\\])/

// Parsers repair what comes before the path: they drop tabs and line ends, turn back-slashes, and do without slashes.
// What needs no repair means the same to each of them. After the host a repair does no harm.
const absolute = /^https?:\/\/[^\s\\/?#@\p{Cc}]+(?:[/?#]|$)/iu

const isOrigin = (url: string): boolean => /^[^/]*\/\/[^/?]+\/?$/.test(url)
