import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Redacted from "effect/Redacted"
import type { Additions, Context, Parameters } from "../../ClientAuthentication.ts"
import type { Grant } from "../../Grant.ts"
import { TokenError, Unsafe } from "../../TokenError.ts"
import { readFrom } from "../asEffect.ts"
import { originOf } from "../http/url.ts"
import { copyOf, reveal } from "../plain.ts"
import { orUndefined } from "../text/orUndefined.ts"
import { unavailable } from "../unavailable.ts"
import { additionsProblem, check, takenProblem } from "./check.ts"
import type { Resolved } from "./resolve.ts"

/*
 * One token request: provider, credentials and grant in, one HTTP request out.
 */

/** The credentials of an account, read and checked, and the scopes to request. */
export interface Credentials {
  /** By OAuth's names: a text is a string, a secret is Redacted. */
  readonly values: Readonly<Record<string, string | Redacted.Redacted>>
  /** Empty for the provider's own. A set: neither order nor repetition matters. */
  readonly scopes: ReadonlyArray<string>
  /** The request of credentials that stay the same, where nothing in it is signed: it is built once. */
  readonly built?: TokenRequest | undefined
}

/** A request to the token endpoint. */
export interface TokenRequest {
  /** What is sent. Its URL, headers and body may contain secrets. */
  readonly http: Redacted.Redacted<HttpClientRequest.HttpClientRequest>
  readonly grant: Grant
  /** Whether a refresh token is sent. */
  readonly isRenewal: boolean
  /** The scopes that are requested. */
  readonly scopes: ReadonlyArray<string>
  /** Every secret in the request, so that a reply which repeats one can be cleaned of it. */
  readonly secrets: ReadonlyArray<Redacted.Redacted>
  /** The reply, where the grant produces it itself and nothing is sent. */
  readonly produced?: { readonly reply: unknown } | undefined
}

type Built = Effect.Effect<TokenRequest, TokenError>

/** What each request to an authorization server accepts, since not every transport decodes what is compressed. */
export const accepts = { accept: "application/json", "accept-encoding": "identity" }

// A cache may keep the reply to a GET, of which a renewal would get the same token again.
const notCached = { "cache-control": "no-store" }

/**
 * The token request of an account, built anew for each attempt: with the account's own grant, or with a refresh token.
 * Where neither method nor grant is an effect, it is an `Exit`.
 *
 * Fails with `InvalidOption` where a parameter of provider or application names a field that the request itself
 * contains, with `Unsafe` for a URL of another origin than the token endpoint's, and with `Unavailable` (`credentials`)
 * where method or grant fail.
 */
export const make = (provider: Resolved, credentials: Credentials, refreshToken?: Redacted.Redacted): Built =>
  refreshToken !== undefined && provider.renewal !== undefined
    ? build(provider, credentials, provider.renewal, provider.grant.name !== "refresh_token", {
      ...credentials.values,
      refreshToken
    })
    : credentials.built === undefined
    ? build(provider, credentials, provider.grant, false, credentials.values)
    : Effect.succeed(credentials.built)

const build = (
  provider: Resolved,
  credentials: Credentials,
  grant: Grant,
  isRenewal: boolean,
  values: Credentials["values"]
): Built => {
  const scopes = scopeSet(provider, credentials.scopes)
  const context: Context = { tokenEndpoint: provider.tokenEndpoint, scopes, parameters: provider.parameters }
  const written = (byClient: Additions, byGrant: Additions): Built => {
    const { request: format, tokenEndpoint } = provider
    const { grant_type, ...more } = byGrant?.parameters ?? {}
    // In the order in which the RFCs have them.
    const own = renamed({
      ...(grant_type === undefined ? {} : { grant_type }),
      ...byClient?.parameters,
      ...more,
      ...(scopes.length > 0 && !isRenewal && grant.scopes !== "grant"
        ? { scope: scopes.join(format.scopeSeparator ?? " ") }
        : {})
    }, format.fields ?? {})
    const error = check(provider, [
      ["clientAuthentication", additionsProblem(byClient)],
      ["grant", additionsProblem(byGrant) ?? takenProblem(byClient?.parameters, (name) => Object.hasOwn(more, name))],
      ["parameters", takenProblem(provider.parameters, (name) => Object.hasOwn(own, name))]
    ])
    if (error) return Effect.fail(error)

    const endpoint = byGrant.url ?? byClient.url ?? tokenEndpoint
    if (originOf(endpoint) !== originOf(tokenEndpoint)) {
      const problem = "the token request would go to another origin than the token endpoint's"
      return Effect.fail(new TokenError({ provider: provider.id, reason: new Unsafe({ kind: "origin", problem }) }))
    }
    const fields = { ...own, ...provider.parameters }
    const method = format.method ?? "POST"
    const encoding = method === "GET" ? "query" : format.encoding ?? "form"
    const headers = { ...format.headers, ...byClient.headers, ...byGrant.headers }
    const secrets = [values, headers, provider.parameters, own].flatMap(secretsOf)
    const http = HttpClientRequest.make(method)(encoding === "query" ? withQuery(endpoint, fields) : endpoint, {
      headers: { ...accepts, ...(method === "GET" ? notCached : {}), ...copyOf(headers, reveal) },
      body: encoding === "query"
        ? HttpBody.empty
        : encoding === "json"
        ? HttpBody.text(JSON.stringify(copyOf(fields, reveal)), "application/json")
        : HttpBody.text(form(fields), "application/x-www-form-urlencoded")
    })
    return Effect.succeed({
      http: Redacted.make(http),
      grant,
      isRenewal,
      scopes,
      secrets: [...new Set(secrets)]
    })
  }

  if (grant.produce !== undefined) {
    return Effect.flatMap(
      orUnreadable(provider, () => grant.produce?.(values, context)),
      (reply) => Effect.map(written({}, {}), (request) => ({ ...request, produced: { reply } }))
    )
  }
  // Code of an application may throw, and quote what it throws for.
  const additions = orUndefined(() =>
    [provider.clientAuthentication.authenticate(values, context), grant.request(values, context)] as const
  )
  if (additions === undefined) return Effect.fail(unavailable(provider, "credentials"))
  const [byClient, byGrant] = additions
  return Effect.isEffect(byClient) || Effect.isEffect(byGrant)
    ? Effect.flatMap(
      orUnreadable(provider, () => byClient),
      (byClient) =>
        Effect.flatMap(
          orUnreadable(provider, () => byGrant),
          (byGrant) => written(byClient, byGrant)
        )
    )
    : written(byClient, byGrant)
}

// An effect that signs is made anew for each attempt, and never kept.
const orUnreadable = <A>(
  provider: Resolved,
  make: () => A | Effect.Effect<A, unknown>
): Effect.Effect<A, TokenError> =>
  readFrom(
    make,
    (cause) => Cause.hasInterruptsOnly(cause) ? Effect.interrupt : Effect.fail(unavailable(provider, "credentials"))
  )

const secretsOf = (fields: Parameters): ReadonlyArray<Redacted.Redacted> =>
  Object.values(fields).flat().filter((value) => typeof value !== "string")

const renamed = (fields: Parameters, names: Readonly<Record<string, string | false>>): Parameters =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => {
      const other = Object.hasOwn(names, name) ? names[name] ?? name : name
      return other === false ? [] : [[other, value]]
    })
  )

const form = (fields: Parameters): string =>
  new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]) => [value].flat().map((each) => [name, reveal(each)]))
  ).toString()

const withQuery = (url: string, fields: Parameters): string => {
  const query = form(fields)
  return query === "" ? url : `${url}${url.includes("?") ? "&" : "?"}${query}`
}

/**
 * The complete identity of an account's requests: two share a token only if all of this is equal. Endpoint, method and
 * grant with their variants, credentials, set of scopes, further parameters, how the request looks. It is what the application says, never the request that is
 * built of it.
 *
 * It contains the secrets themselves, and is `Redacted` for that.
 */
export const identity = (provider: Resolved, credentials: Credentials): Redacted.Redacted =>
  Redacted.make(JSON.stringify([
    ...identified(provider, credentials),
    scopeSet(provider, credentials.scopes),
    sorted(provider.parameters),
    copyOf([provider.clientAuthentication.variant, provider.grant.variant, provider.request], reveal)
  ]))

/**
 * The identity of the credentials alone, whatever scopes and parameters are requested with them. `isSole`: of a refresh
 * token that the application gave, whatever has become of it, and however the client authenticates.
 */
export const credentialsIdentity = (provider: Resolved, credentials: Credentials, isSole = false): Redacted.Redacted =>
  Redacted.make(JSON.stringify(
    isSole
      ? [provider.tokenEndpoint, credentials.values["clientId"], reveal(credentials.values["refreshToken"])]
      : identified(provider, credentials)
  ))

const identified = (provider: Resolved, { values }: Credentials): ReadonlyArray<unknown> => [
  provider.id,
  provider.tokenEndpoint,
  provider.clientAuthentication.name,
  provider.grant.name,
  sorted(values)
]

const sorted = (fields: Parameters) => Object.entries(copyOf(fields, reveal)).toSorted(([a], [b]) => a < b ? -1 : 1)

/** The set of scopes of a request: those that are named, or else the provider's own; sorted, each once. */
export const scopeSet = (
  provider: Pick<Resolved, "scopes">,
  scopes: ReadonlyArray<string>
): ReadonlyArray<string> => [...new Set(scopes.length > 0 ? scopes : provider.scopes)].toSorted()
