/**
 * What an application gets from a provider package: an account's token, and an HTTP client that carries it.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Redacted from "effect/Redacted"
import type * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { AccessToken } from "./AccessToken.ts"
import * as AuthenticatedHttpClient from "./AuthenticatedHttpClient.ts"
import * as Engine from "./internal/engine/Engine.ts"
import type * as Provider from "./Provider.ts"
import * as TokenError from "./TokenError.ts"
import type { TokenEvent } from "./TokenEvent.ts"
import * as TokenRequest from "./TokenRequest.ts"
import * as TokenSource from "./TokenSource.ts"

/**
 * An account at a provider. `Reply` is what the provider's reply adds to the token, `Scopes` the lists of scopes that
 * can be asked for.
 *
 * @since 0.1.0
 * @category models
 */
export interface ProviderClient<
  out Reply = unknown,
  in Scopes extends ReadonlyArray<string> = ReadonlyArray<string>
> {
  /** An access token that is valid now. */
  readonly token: Effect.Effect<AccessToken<Reply>, TokenError.TokenError>
  /**
   * The token, where it is at hand and needs no further thought: for code that can't afford to run an effect for each
   * look. `undefined` where `token` is to be asked.
   */
  readonly peek: () => AccessToken<Reply> | undefined
  /** A new token, whatever there is; forgets remembered refusals. */
  readonly renew: Effect.Effect<AccessToken<Reply>, TokenError.TokenError>
  /** Tells that an API refused this token, and returns the effect that gets another one: see `TokenSource`. */
  readonly reject: (
    token: AccessToken,
    rejection?: TokenSource.Rejection
  ) => Effect.Effect<Effect.Effect<AccessToken<Reply>, TokenError.TokenError> | undefined>
  /** One event for each token request, from now on until the scope closes. */
  readonly events: Stream.Stream<TokenEvent>
  /** The application's HTTP client, for the provider's API: it carries the token, and renews it. */
  readonly http: AuthenticatedHttpClient.AuthenticatedHttpClient
  /**
   * The same account with another set of scopes, and a token of its own. The same set gives the same view. Fails with
   * `InvalidOption` where a scope can't be sent.
   */
  readonly withScopes: (scopes: Scopes) => Effect.Effect<ProviderClient<Reply, Scopes>, TokenError.TokenError>
}

/**
 * A secret, or an effect that reads it anew for each token request. Whatever that effect fails with is left out of
 * errors.
 *
 * @since 0.1.0
 * @category models
 */
export type Secret = Redacted.Redacted | Effect.Effect<Redacted.Redacted, unknown>

/**
 * The account: what a provider package makes of its own options.
 *
 * @since 0.1.0
 * @category models
 */
export interface Account<out Scopes extends ReadonlyArray<string> = ReadonlyArray<string>> {
  readonly clientId: string
  readonly clientSecret?: Secret | undefined
  /** The resource owner, where the provider's grant is `password`. */
  readonly username?: string | undefined
  readonly password?: Secret | undefined
  /** The scopes to ask for; the provider's own where it is left out. */
  readonly scopes?: Scopes | undefined
}

/**
 * Options that every provider's `layer` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends AuthenticatedHttpClient.Options {
  /** How long a caller may wait for a token, retries included. 30 seconds unless told otherwise. */
  readonly deadline?: Duration.Input | undefined
}

/**
 * Makes the client of an account at a provider, as `Provider.make` answers it. It needs the application's `HttpClient`
 * while it is made, and keeps it.
 *
 * Fails with `InvalidOption`, before any request, where an option is missing or can't be used.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = Effect.fnUntraced(function*<
  Reply,
  const Scopes extends ReadonlyArray<string> = ReadonlyArray<string>
>(
  known: Result.Result<Provider.Provider<Reply>, TokenError.TokenError>,
  account: Account<Scopes>,
  options: Options = {}
): Effect.fn.Return<ProviderClient<Reply, Scopes>, TokenError.TokenError, HttpClient.HttpClient | Scope.Scope> {
  const provider = yield* Effect.fromResult(known)
  const carry = yield* Effect.fromResult(
    AuthenticatedHttpClient.make(yield* HttpClient.HttpClient, provider, options)
  )
  const engine = yield* Engine.make(
    provider,
    (credentials: TokenSource.Credentials) => credentials,
    options
  )
  const views = new Map<string, ProviderClient<Reply, Scopes>>()

  const view = Effect.fnUntraced(function*(
    scopes: ReadonlyArray<string>
  ): Effect.fn.Return<ProviderClient<Reply, Scopes>, TokenError.TokenError> {
    const key = JSON.stringify(TokenRequest.scopeSet(provider, scopes))
    const known = views.get(key)
    if (known !== undefined) return known
    const credentials = yield* credentialsOf(provider, account, scopes)
    const cached = engine.account(credentials)
    const source = TokenSource.fromEngine(engine, cached)
    const { get: token, ...rest } = source
    const made: ProviderClient<Reply, Scopes> = { token, ...rest, http: carry(source, () => cached), withScopes: view }
    views.set(key, made)
    return made
  })

  return yield* view(account.scopes ?? [])
})

/**
 * The credentials of an account, checked. Where a secret is an effect, they are an effect too, and the secret is
 * checked each time that it is read.
 *
 * @since 0.1.0
 * @category combinators
 */
export const credentialsOf = (
  provider: Provider.Provider,
  account: Account,
  scopes: ReadonlyArray<string> = account.scopes ?? []
): Effect.Effect<TokenSource.Credentials, TokenError.TokenError> => {
  const { clientId, clientSecret, password, username = "" } = account
  const assemble = (
    secret: Redacted.Redacted | undefined,
    ownersSecret: Redacted.Redacted = Redacted.make("")
  ): TokenRequest.Credentials => ({
    client: { id: clientId, secret },
    grant: provider.grant === "password"
      ? { type: "password", username, password: ownersSecret }
      : { type: "client_credentials" },
    scopes
  })
  const check = (credentials: TokenRequest.Credentials) =>
    Effect.as(Effect.fromResult(TokenRequest.make(provider, credentials)), credentials)

  const read = (secret: Secret | undefined) =>
    Effect.isEffect(secret)
      ? Effect.mapError(secret, () =>
        new TokenError.TokenError({
          provider: provider.id,
          reason: new TokenError.Unavailable({ kind: "credentials" })
        }))
      : Effect.succeed(secret)
  // What is known now is checked now; the secrets, when they are read.
  const known = check(assemble(stand(clientSecret), stand(password)))
  return Effect.isEffect(clientSecret) || Effect.isEffect(password)
    ? Effect.as(
      known,
      Effect.flatMap(
        Effect.all([read(clientSecret), read(password)]),
        ([secret, ownersSecret]) => check(assemble(secret, ownersSecret))
      )
    )
    : known
}

const stand = (secret: Secret | undefined): Redacted.Redacted | undefined =>
  Effect.isEffect(secret) ? Redacted.make("read later") : secret
