import type { Provider } from "../Provider.ts"
import type { Endpoint, Host, Realm } from "./realm.ts"

/** Where a request leads: an endpoint, or a plain sentence that says why to none. */
export type Destination =
  | { readonly _tag: "Endpoint"; readonly endpoint: Endpoint }
  | { readonly _tag: "Nowhere"; readonly provider: Provider | undefined; readonly reason: string }

const escaped = (text: string): string => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)

/** A pattern in which `{name}` stands for anything but this character. */
const patternOf = (template: string, separator: "." | "/"): RegExp =>
  new RegExp(
    `^${template.split(/\{\w+\}/).map(escaped).join(separator === "." ? "[a-z0-9-]+" : "[^/]+").replace(/\/$/, "/?")}$`
  )

interface Compiled {
  readonly realm: Realm
  readonly host: Host
  readonly pattern: RegExp
  readonly endpoints: ReadonlyArray<{ readonly endpoint: Endpoint; readonly pattern: RegExp }>
}

const compile = (realm: Realm, host: Host): Compiled => ({
  realm,
  host,
  pattern: patternOf(host.name, "."),
  endpoints: host.endpoints.map((endpoint) => ({ endpoint, pattern: patternOf(endpoint.path, "/") }))
})

const first = (path: string): string | undefined => path.split("/")[1]

// What can be read by GET can be read by HEAD.
const takes = (endpoint: Endpoint, method: string): boolean =>
  endpoint.method === "*" || endpoint.method === method || (endpoint.method === "GET" && method === "HEAD")

const methodOf = ({ method }: Endpoint): string => method === "*" ? "POST" : method

/** Finds the endpoint of a request, by the host that its path begins with. */
export interface Routing {
  readonly find: (method: string, host: string, below: string) => Destination
  /** Adds a provider, before the others. */
  readonly add: (realm: Realm) => void
  /** The hosts, as patterns. */
  readonly hosts: () => ReadonlyArray<string>
  readonly hasHost: (host: string) => boolean
}

export const makeRouting = (realms: ReadonlyArray<Realm>): Routing => {
  let compiled = realms.flatMap((realm) => realm.hosts.map((host) => compile(realm, host)))

  const elsewhere = (here: ReadonlyArray<Compiled>, below: string): string | undefined => {
    const providers = new Set(here.map(({ realm }) => realm.provider))
    const other = compiled.find(({ endpoints, realm }) =>
      providers.has(realm.provider) && endpoints.some(({ pattern }) => pattern.test(below))
    )
    return other?.host.name
  }

  const find: Routing["find"] = (method, host, below) => {
    const path = below.length > 80 ? `${below.slice(0, 80)}…` : below
    const here = compiled.filter(({ pattern }) => pattern.test(host.toLowerCase()))
    if (here.length === 0) {
      const reason = host === ""
        ? "The sandbox has nothing here: a path begins with a provider's host, as /auth.routee.net/oauth/token does."
        : `The sandbox has no host ${host.slice(0, 80)}. Its hosts: ${
          [...new Set(compiled.map((one) => one.host.name))].join(", ")
        }.`
      return { _tag: "Nowhere", provider: undefined, reason }
    }
    const there = here.flatMap(({ endpoints }) => endpoints.filter(({ pattern }) => pattern.test(below)))
    const found = there.find(({ endpoint }) => takes(endpoint, method))
    if (found !== undefined) return { _tag: "Endpoint", endpoint: found.endpoint }
    // Two providers may share a host: the one that has paths of this beginning there is meant.
    const meant = here.find(({ host }) => host.endpoints.some(({ path }) => first(path) === first(below))) ?? here[0]
    const provider = meant?.realm.provider
    if (there.length > 0) {
      const methods = [...new Set(there.map(({ endpoint }) => methodOf(endpoint)))].join(" or ")
      return { _tag: "Nowhere", provider, reason: `${host}${path} takes ${methods}, and this is ${method}.` }
    }
    const other = elsewhere(here, below)
    return {
      _tag: "Nowhere",
      provider,
      reason: other === undefined
        ? `The sandbox has no ${path} at ${host}. It has: ${
          here.flatMap((one) => one.host.endpoints.map((endpoint) => `${methodOf(endpoint)} ${endpoint.path}`)).join(
            ", "
          )
        }.`
        : `There is no ${path} at ${host}: it is at ${other}.`
    }
  }
  return {
    find,
    add: (realm) => {
      compiled = [...realm.hosts.map((host) => compile(realm, host)), ...compiled]
    },
    hosts: () => [...new Set(compiled.map(({ host }) => host.name))],
    hasHost: (host) => compiled.some(({ pattern }) => pattern.test(host))
  }
}
