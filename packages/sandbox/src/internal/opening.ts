import type { EndpointKind, Provider } from "../Provider.ts"
import { blot, decodedIn, formsIn, formsOf } from "./blot.ts"
import type { Opening } from "./journal.ts"
import type { Identity } from "./realm.ts"
import type { Received } from "./received.ts"
import type { World } from "./world.ts"

const parameterNames = new Set([
  "grant_type",
  "client_id",
  "client_secret",
  "scope",
  "username",
  "password",
  "refresh_token",
  "audience",
  "resource",
  "client_assertion",
  "client_assertion_type",
  "assertion"
])

const grants = new Set(["client_credentials", "password", "refresh_token", "authorization_code"])

const longest = 200

/** Whose request it is, and which kind of endpoint it met. */
export interface Route {
  readonly kind: EndpointKind
  readonly provider: Provider | undefined
  readonly identity: Identity | undefined
  /** The tag of the answer that a script has for it. */
  readonly scripted: string | undefined
}

/**
 * Writes down a request without its secrets: values that could be one become fingerprints, and what a mistaken client
 * put elsewhere (a secret in the path, say) is blotted out.
 */
export const openingOf = (world: World, { identity, kind, provider, scripted }: Route, request: Received): Opening => {
  const { form, headers } = request
  const isToken = kind === "token"
  const clientSecret = identity?.clientSecret
  const password = form.get("password") ?? undefined
  const refreshToken = form.get("refresh_token") ?? undefined
  const presented = [clientSecret, password, refreshToken, request.bearer, request.basic]
    .filter((secret) => secret !== undefined)
    .flatMap(formsOf)
  const scope = isToken ? form.get("scope") ?? undefined : undefined
  const names = Object.keys(headers).join(",")
  const { accept, "content-type": contentType, "user-agent": userAgent } = headers
  const texts = [request.path, names, scope ?? "", accept ?? "", contentType ?? "", userAgent ?? ""]
  const looked = [...texts, ...texts.map(decodedIn)]
  const seen = [...formsIn(looked, presented), ...formsIn(looked, world.secretForms())]
  // What hides in Base64 has no place of its own in a text that could be blotted.
  const clean = (text: string): string => formsIn([decodedIn(text)], seen).length > 0 ? "***" : blot(text, seen)
  const shown = (text: string): string => clean(text).slice(0, longest)
  const shownIfAny = (text: string | undefined): string | undefined => text === undefined ? undefined : shown(text)
  const print = (value: string | undefined): string | undefined =>
    value === undefined ? undefined : world.fingerprint(value)
  const nameOfParameter = (name: string): string => parameterNames.has(name) ? name : `?${world.fingerprint(name)}`
  const grant = form.get("grant_type")

  return {
    time: request.now,
    provider,
    kind,
    method: request.method,
    path: shown(request.path),
    query: request.query.map(nameOfParameter),
    placement: request.placement,
    grant: !isToken || grant === null ? undefined : grants.has(grant) ? grant : "other",
    scope: shownIfAny(scope),
    parameters: isToken ? [...form.keys()].map(nameOfParameter) : [],
    account: identity?.account,
    matched: identity?.matched === true,
    headers: clean(names).split(","),
    accept: shownIfAny(accept),
    contentType: shownIfAny(contentType),
    userAgent: shownIfAny(userAgent),
    traced: headers["traceparent"] !== undefined || headers["b3"] !== undefined,
    fingerprints: {
      clientSecret: print(clientSecret),
      password: print(password),
      refreshToken: print(refreshToken),
      bearer: print(request.bearer)
    },
    scripted
  }
}
