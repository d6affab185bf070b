/**
 * One token request: provider, credentials and grant in, one HTTP request out.
 *
 * @since 0.1.0
 */
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as ClientAuthentication from "./ClientAuthentication.ts"
import * as Grant from "./Grant.ts"
import { printable } from "./internal/text/printable.ts"
import * as Provider from "./Provider.ts"
import type { TokenError } from "./TokenError.ts"

/**
 * Who asks, and for what: everything that a token request depends on besides the provider.
 *
 * @since 0.1.0
 * @category models
 */
export interface Credentials {
  readonly client: ClientAuthentication.Client
  /** The grant for the first token. */
  readonly grant: Grant.Primary
  /** The scopes to ask for; empty for none. A set: neither order nor repetition says anything. */
  readonly scopes: ReadonlyArray<string>
}

/**
 * A `POST` to the token endpoint. What could hold a secret is `Redacted`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.2 | RFC 6749 section 3.2}
 * @since 0.1.0
 * @category models
 */
export interface TokenRequest {
  readonly url: string
  readonly authorization: Redacted.Redacted | undefined
  /** `application/x-www-form-urlencoded`. */
  readonly body: Redacted.Redacted
  readonly grant: Grant.Grant["type"]
  /** The scopes that are asked for. */
  readonly scopes: ReadonlyArray<string>
  /** Every secret in the request, so that a reply which repeats one can be cleaned of it. */
  readonly secrets: ReadonlyArray<Redacted.Redacted>
}

/**
 * The request for a token: with the credentials' own grant, or with a refresh token. A refresh token is sent without
 * `scope`, which keeps the scopes that it was granted.
 *
 * Fails with `InvalidOption` where a value is empty, or holds what can't be sent: control characters, half of a
 * surrogate pair, a colon in a client id that goes raw into a Basic header, a scope that isn't one word.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  provider: Provider.Provider,
  credentials: Credentials,
  refreshToken?: Redacted.Redacted
): Result.Result<TokenRequest, TokenError> =>
  Result.map(check(provider, credentials), (scopes) => {
    const { client } = credentials
    const grant: Grant.Grant = refreshToken === undefined
      ? credentials.grant
      : { type: "refresh_token", refreshToken }
    const placement = ClientAuthentication.place(provider.clientAuthentication, client)
    // In the order in which the RFCs have them.
    const parameters = new URLSearchParams({
      grant_type: grant.type,
      ...placement.parameters,
      ...Grant.parameters(grant),
      ...(scopes.length > 0 && refreshToken === undefined ? { scope: scopes.join(" ") } : {}),
      ...provider.parameters
    })
    return {
      url: provider.tokenEndpoint,
      authorization: placement.authorization,
      body: Redacted.make(parameters.toString()),
      grant: grant.type,
      scopes,
      secrets: [
        client.secret,
        placement.authorization,
        refreshToken,
        credentials.grant.type === "password" ? credentials.grant.password : undefined
      ]
        .filter((secret) => secret !== undefined)
    }
  })

/**
 * The complete identity of a request: two requests share a token only if all of this is equal. Endpoint, placement,
 * client, secret, grant, subject, set of scopes, further parameters.
 *
 * It holds the secrets themselves, and is `Redacted` for that.
 *
 * @since 0.1.0
 * @category combinators
 */
export const identity = (provider: Provider.Provider, credentials: Credentials): Redacted.Redacted => {
  const { client, grant, scopes } = credentials
  return Redacted.make(
    JSON.stringify([
      provider.id,
      provider.tokenEndpoint,
      provider.clientAuthentication,
      client.id,
      client.secret && Redacted.value(client.secret),
      Grant.parameters(grant),
      scopeSet(provider, scopes),
      Object.entries(provider.parameters).toSorted(([a], [b]) => a < b ? -1 : 1)
    ])
  )
}

/**
 * The set of scopes that a request asks for: those that are named, or else the provider's own; sorted, each once.
 *
 * @since 0.1.0
 * @category combinators
 */
export const scopeSet = (provider: Provider.Provider, scopes: ReadonlyArray<string>): ReadonlyArray<string> =>
  [...new Set(scopes.length > 0 ? scopes : provider.scopes)].toSorted()

const check = (
  provider: Provider.Provider,
  { client, grant, scopes }: Credentials
): Result.Result<ReadonlyArray<string>, TokenError> => {
  const set = scopeSet(provider, scopes)
  const checked = Provider.check(provider, [
    ["clientId", textProblem(client.id) ?? colonProblem(provider, client.id)],
    ["clientSecret", provider.clientAuthentication === "none" ? undefined : secretProblem(client.secret)],
    ...(grant.type === "password"
      ? [["username", textProblem(grant.username)], ["password", secretProblem(grant.password)]] as const
      : []),
    ["scopes", provider.scopesRequired && set.length === 0 ? "must name at least one scope" : scopesProblem(set)]
  ])
  return Result.map(checked, () => set)
}

// Callers without types, and variables that aren't set, leave things out.
const textProblem = (text: string | undefined): string | undefined =>
  !text
    ? "is missing or empty"
    : /\p{Cc}/u.test(text)
    ? "holds a control character (a line break, perhaps)"
    : /\p{Cs}/u.test(text)
    ? "holds half of a character"
    : undefined

const secretProblem = (secret: Redacted.Redacted | undefined): string | undefined =>
  secret === undefined || Redacted.isRedacted(secret)
    ? textProblem(secret && Redacted.value(secret))
    : "must be Redacted: Redacted.make(secret)"

// The server splits at the first colon (RFC 7617 section 2).
const colonProblem = (provider: Provider.Provider, clientId: string): string | undefined =>
  provider.clientAuthentication === "client_secret_basic_raw" && clientId.includes(":")
    ? "holds a colon, which a raw Basic header can't carry"
    : undefined

// RFC 6749 section 3.3.
const scopesProblem = (scopes: ReadonlyArray<string>): string | undefined => {
  const offender = scopes.find((scope) => !/^[\x21\x23-\x5B\x5D-\x7E]+$/.test(scope))
  return offender === undefined ? undefined : `holds ${printable(offender)}, which is not a scope`
}
