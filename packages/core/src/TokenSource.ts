/**
 * Gets an access token, keeps it fresh, and replaces it when an API has refused it: for code that takes a token and
 * doesn't depend on which provider it is from.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type * as AccessToken from "./AccessToken.ts"
import type { Needs } from "./ClientAuthentication.ts"
import * as Account from "./internal/engine/Account.ts"
import * as Engine from "./internal/engine/Engine.ts"
import * as InFlight from "./internal/engine/InFlight.ts"
import { credentialsOf, givenOf, type Source } from "./internal/request/account.ts"
import { resolve, type Resolved } from "./internal/request/resolve.ts"
import type { Account as AccountOf, Overrides, Provider } from "./Provider.ts"
import type { TokenError } from "./TokenError.ts"
import type { TokenEvent } from "./TokenEvent.ts"

/**
 * How an API responded to a request with a token.
 *
 * @since 0.1.0
 * @category models
 */
export interface Rejection {
  /** The status of the response. */
  readonly status: number
  /**
   * Whether the token itself was certainly refused. By default a 403 is not: by RFC 6750 section 3.1 it may mean a missing
   * right. A token that was surely refused is not used again; else it is served until another one is there.
   */
  readonly certain?: boolean | undefined
  /**
   * The request that was refused. An endpoint (method and path, ids left aside) that always returns 403 then costs one
   * token request in 5 s, and not one a second.
   */
  readonly request?: { readonly method: string; readonly url: string } | undefined
}

/**
 * A source of access tokens for one account and one set of scopes.
 *
 * @since 0.1.0
 * @category models
 */
export interface TokenSource<out Reply = unknown> {
  /**
   * A token that is valid now. While the token is fresh, this reads a `Ref` and the clock. Time is that of the `Clock`
   * that the source was made with.
   */
  readonly get: Effect.Effect<AccessToken.AccessToken<Reply>, TokenError>
  /**
   * The token if it is fresh, else `undefined`: then use `get`. For code that can't afford to run an effect for each
   * request.
   */
  readonly peek: () => AccessToken.AccessToken<Reply> | undefined
  /**
   * A new token, whatever is cached. Clears remembered failures. Joins a token request that is in flight. What it
   * returns is valid at that moment.
   */
  readonly renew: Effect.Effect<AccessToken.AccessToken<Reply>, TokenError>
  /**
   * Reports that an API refused this token, and returns the effect that gets another one; `undefined` where there is no
   * other one for now: then the API's response is final. Without a `rejection` it is that of a 401.
   *
   * Changes something only if the token is the current one, so that ten thousand callers who saw the same 401 cost one
   * token request. An API that refuses each token costs few of them: 1 s must pass between two, then 2 s, up to 1 min.
   * Where the token was not surely the reason, 1 s must pass between two.
   */
  readonly reject: (
    token: AccessToken.AccessToken,
    rejection?: Rejection
  ) => Effect.Effect<Effect.Effect<AccessToken.AccessToken<Reply>, TokenError> | undefined>
  /**
   * One event for each token request from now on, until the scope closes. A slow subscriber misses the oldest events,
   * and delays no caller.
   */
  readonly events: Stream.Stream<TokenEvent>
}

/**
 * The service for code that works with any provider: each provider's package gives it, such as `Routee.tokenSource`.
 *
 * @since 0.1.0
 * @category services
 */
export const TokenSource: Context.Service<TokenSource, TokenSource> = Context.Service<TokenSource, TokenSource>(
  "@mintmark/core/TokenSource"
)

/**
 * Options of a source.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends Overrides {
  /**
   * How long a caller waits for a token at most, retries included: a positive, finite duration, such as `"5 seconds"`. A
   * number is in milliseconds. 30 seconds by default.
   */
  readonly deadline?: Duration.Input | undefined
}

/**
 * Keeps a token request alive in a Worker when the request that started it has ended. Where it is not given, a renewal
 * in the background ends with that request, and a later one starts another: no caller waits for what is gone.
 *
 * On Cloudflare, for all requests:
 *
 * ```js
 * import { waitUntil } from "cloudflare:workers"
 *
 * const live = Layer.provide(Routee.layerConfig(), Layer.succeed(WaitUntil, waitUntil))
 * ```
 *
 * It is read when a token request starts: from the caller's fiber, else as it was when the source was made.
 *
 * @since 0.1.0
 * @category services
 */
export const WaitUntil: Context.Reference<((promise: Promise<unknown>) => void) | undefined> = InFlight.WaitUntil

/**
 * A source for one account. It needs the application's `HttpClient` while it is made, and keeps it: what callers
 * provide later makes no difference. Token requests run in the scope that it is made in, and end with it. Fails with
 * `InvalidOption` where an option can't be used.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = Effect.fnUntraced(function*<Reply, A extends Needs, P extends Needs>(
  provider: Provider<Reply, A, P>,
  options: AccountOf<A> & AccountOf<P> & Options & {
    /** The scopes to request; the provider's own by default. */
    readonly scopes?: ReadonlyArray<string> | undefined
  }
): Effect.fn.Return<TokenSource<Reply>, TokenError, HttpClient.HttpClient | Scope.Scope> {
  const resolved = yield* Effect.fromResult(resolve(provider, Object(options)))
  const credentials = yield* credentialsOf(resolved, givenOf(resolved, Object(options)))
  return yield* makeSource(resolved, credentials, options)
})

/**
 * What `make` makes, of credentials that have been checked.
 *
 * @internal
 */
export const makeSource = <Reply>(
  provider: Resolved<Reply>,
  credentials: Source,
  options?: Engine.Options
): Effect.Effect<TokenSource<Reply>, TokenError, HttpClient.HttpClient | Scope.Scope> =>
  Effect.map(
    Engine.make(provider, () => credentials, options),
    (engine) => fromEngine(engine, Account.make(undefined))
  )

/**
 * One account of an engine, as a source.
 *
 * @internal
 */
export const fromEngine = <Key, Reply>(
  engine: Engine.Engine<Key, Reply>,
  account: Account.Account<Key, Reply>
): TokenSource<Reply> => ({
  get: Effect.suspend(() => engine.get(account)),
  peek: () => engine.peek(account),
  renew: engine.renew(account),
  reject: (token, rejection) => engine.reject(account, token, isCertain(rejection), rejection?.request),
  events: engine.events
})

/**
 * Whether the token itself was certainly refused.
 *
 * @internal
 */
export const isCertain = ({ certain, status }: Rejection = { status: 401 }): boolean => certain ?? status !== 403
