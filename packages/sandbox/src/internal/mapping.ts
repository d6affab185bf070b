import type { Routing } from "./routing.ts"

/**
 * Where a documented URL of a provider is at the sandbox: `https://auth.routee.net/oauth/token` is
 * `<origin>/auth.routee.net/oauth/token`. Throws a `TypeError` for any other host, and for a scheme or a port that the
 * provider doesn't document.
 */
export const makeMapping = (origin: string, { hasHost, hosts }: Routing) => {
  const at = (input: string | URL): string => {
    const url = new URL(input)
    if (url.origin === origin) return url.href
    if (
      url.protocol !== "https:" || url.port !== "" || url.username !== "" || !url.hostname.includes(".") ||
      !hasHost(url.hostname)
    ) {
      throw new TypeError(
        `The sandbox doesn't take ${url.protocol}//${url.host}: the providers' documented hosts are ${
          hosts().filter((host) => host.includes(".")).join(", ")
        }, by https.`
      )
    }
    return `${origin}/${url.host}${url.pathname}${url.search}`
  }

  const fetch: typeof globalThis.fetch = async (input, init) => {
    const url = at(input instanceof Request ? input.url : input)
    const follows = (init?.redirect ?? (input instanceof Request ? input.redirect : "follow")) === "follow"
    const manual: RequestInit = follows ? { ...init, redirect: "manual" } : { ...init }
    const response = await globalThis.fetch(input instanceof Request ? new Request(url, input) : url, manual)
    if (follows && response.status >= 300 && response.status < 400 && response.headers.has("location")) {
      await response.body?.cancel()
      throw new TypeError("The sandbox's fetch doesn't follow redirects, which may lead to any host.")
    }
    // The response has the requested URL: a client that guards against redirects compares the two.
    return Object.defineProperty(response, "url", { value: input instanceof Request ? input.url : String(input) })
  }

  return { at, fetch }
}
