/**
 * What an application gets from a provider package: an account's token, and an HTTP client that carries it.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { AccessToken } from "./AccessToken.ts"
import type * as AuthenticatedHttpClient from "./AuthenticatedHttpClient.ts"
import type { Needs } from "./ClientAuthentication.ts"
import * as Account from "./internal/engine/Account.ts"
import * as Engine from "./internal/engine/Engine.ts"
import * as Attach from "./internal/http/attach.ts"
import { copyOf } from "./internal/plain.ts"
import { credentialsOf, type Given, givenOf, type Source } from "./internal/request/account.ts"
import { type Described, resolve } from "./internal/request/resolve.ts"
import { settingsOf } from "./internal/request/settings.ts"
import { scopeSet } from "./internal/request/TokenRequest.ts"
import type { Account as AccountOf, Provider } from "./Provider.ts"
import type * as TokenError from "./TokenError.ts"
import type { TokenEvent } from "./TokenEvent.ts"
import * as TokenSource from "./TokenSource.ts"

/**
 * An account at a provider. `Reply` is what the provider's reply adds to the token, `Scopes` the lists of scopes that
 * can be requested.
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
   * The cached token, if it is fresh: for code that can't afford to run an effect for each look. `undefined` where
   * `token` has to be run.
   */
  readonly peek: () => AccessToken<Reply> | undefined
  /** A new token, whatever is cached; clears remembered failures. */
  readonly renew: Effect.Effect<AccessToken<Reply>, TokenError.TokenError>
  /** Reports that an API refused this token, and returns the effect that gets another one: see `TokenSource`. */
  readonly reject: (
    token: AccessToken,
    rejection?: TokenSource.Rejection
  ) => Effect.Effect<Effect.Effect<AccessToken<Reply>, TokenError.TokenError> | undefined>
  /** One event for each token request, from now on until the scope closes. */
  readonly events: Stream.Stream<TokenEvent>
  /**
   * The application's HTTP client, for the provider's API: it puts the token on each request. Where the API refuses the
   * token, the request is sent once more with another one.
   */
  readonly http: AuthenticatedHttpClient.AuthenticatedHttpClient
  /**
   * Another HTTP client with the token, as `http` is the application's own: one with a rate limiter of its own, say, or
   * one for uploads.
   */
  readonly attach: <E, R>(
    client: HttpClient.HttpClient.With<E, R>
  ) => HttpClient.HttpClient.With<E | TokenError.TokenError, R>
  /**
   * The same account with another set of scopes, and a token of its own. The same set gives the same client. Fails with
   * `InvalidOption` where a scope can't be sent.
   */
  readonly withScopes: (scopes: Scopes) => Effect.Effect<ProviderClient<Reply, Scopes>, TokenError.TokenError>
}

/**
 * Options that every provider takes. What is omitted, or `undefined`, changes nothing.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends AuthenticatedHttpClient.Options, TokenSource.Options {}

/**
 * Makes the client of an account at a provider. It needs the application's `HttpClient` while it is made, and keeps it.
 *
 * Fails with `InvalidOption`, before any request, where an option is missing or can't be used.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <
  Reply,
  A extends Needs,
  P extends Needs,
  const Scopes extends ReadonlyArray<string> = ReadonlyArray<string>
>(
  provider: Provider<Reply, A, P>,
  options: AccountOf<A> & AccountOf<P> & Options & {
    /** The scopes to request; the provider's own by default. */
    readonly scopes?: Scopes | undefined
  }
): Effect.Effect<ProviderClient<Reply, Scopes>, TokenError.TokenError, HttpClient.HttpClient | Scope.Scope> =>
  makeClient(provider, options)

/**
 * What `make` makes, from options whose names only the caller's types can check.
 *
 * @internal
 */
export const makeClient = Effect.fnUntraced(function*<
  Reply,
  const Scopes extends ReadonlyArray<string> = ReadonlyArray<string>
>(
  provider: Provider<Reply>,
  given?: Options & { readonly scopes?: ReadonlyArray<string> | undefined },
  described?: Described
): Effect.fn.Return<ProviderClient<Reply, Scopes>, TokenError.TokenError, HttpClient.HttpClient | Scope.Scope> {
  // What is no object has no options.
  const options: Options = Object(given)
  const resolved = yield* Effect.fromResult(resolve(provider, options, settingsOf))
  const http = yield* HttpClient.HttpClient
  const attachmentOf = Attach.make(resolved)
  const engine = yield* Engine.make(resolved, (credentials: Source) => credentials, options, described)
  const views = new Map<string, ProviderClient<Reply, Scopes>>()

  const view = Effect.fnUntraced(function*(
    given: Given
  ): Effect.fn.Return<ProviderClient<Reply, Scopes>, TokenError.TokenError> {
    const credentials = yield* credentialsOf(resolved, given)
    const key = JSON.stringify(scopeSet(resolved, given.scopes ?? []))
    const known = views.get(key)
    if (known !== undefined) return known
    const cached = Account.make<Source, Reply>(credentials)
    const source = TokenSource.fromEngine(engine, cached)
    const { get: token, ...rest } = source
    const attached = attachmentOf(source, () => cached)
    const made: ProviderClient<Reply, Scopes> = {
      token,
      ...rest,
      http: Attach.attachTo(http, attached),
      attach: Attach.attach(attached),
      withScopes: (scopes) => view({ ...given, scopes: copyOf(scopes) })
    }
    views.set(key, made)
    return made
  })

  return yield* view(givenOf(resolved, options))
})
