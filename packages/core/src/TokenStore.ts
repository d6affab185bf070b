/**
 * Where tokens rest between requests, besides this process's own memory.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { AccessToken, RefreshToken } from "./AccessToken.ts"
import type { Provider } from "./Provider.ts"
import type { TokenError } from "./TokenError.ts"
import type { Reason } from "./TokenEvent.ts"

/**
 * A token source that needs another token than the one it has.
 *
 * @since 0.1.0
 * @category models
 */
export interface Need<Reply> {
  readonly provider: Provider<Reply>
  /** The complete identity of the request: only who asks with the same one may share a token. Holds secrets. */
  readonly identity: Redacted.Redacted
  readonly reason: Reason
  /** The refresh token that this process holds, if it isn't over. */
  readonly refreshToken: RefreshToken | undefined
  /** Until when callers are served without it, in milliseconds since the Unix epoch; `undefined` where they wait. */
  readonly servedUntil: number | undefined
  /** The source's deadline, in milliseconds by the monotonic clock. */
  readonly until: number
  /** Whether a stored token that isn't rejected would do. */
  readonly accepts: (token: AccessToken, now: number) => boolean
  /** Asks the authorization server with a refresh token. */
  readonly renew: (refreshToken: RefreshToken) => Effect.Effect<AccessToken<Reply>, TokenError>
  /** Asks the authorization server with the provider's primary grant. */
  readonly ask: Effect.Effect<AccessToken<Reply>, TokenError>
}

/**
 * How a need was met.
 *
 * @since 0.1.0
 * @category models
 */
export interface Obtained<out Reply> {
  readonly token: AccessToken<Reply>
  /** Whether it is the one that another process asked for. */
  readonly shared: boolean
}

/**
 * Meets the need for a token: from what others have stored, or by asking.
 *
 * @since 0.1.0
 * @category services
 */
export interface TokenStore {
  /** A token that meets the need. Fails as the token request does. */
  readonly obtain: <Reply>(need: Need<Reply>) => Effect.Effect<Obtained<Reply>, TokenError>
  /**
   * Says that an API refused this token, so that nobody else is given it; `undefined` where there is nobody else.
   */
  readonly reject: ((identity: Redacted.Redacted, token: AccessToken) => Effect.Effect<void>) | undefined
}

/**
 * The store that token sources use. Unless a Layer provides another, tokens rest in this process alone, and every
 * need is met by asking.
 *
 * @since 0.1.0
 * @category services
 */
export const TokenStore: Context.Reference<TokenStore> = Context.Reference<TokenStore>("@mintmark/core/TokenStore", {
  defaultValue: () => ({
    obtain: (need) => Effect.map(request(need, need.refreshToken), (token) => ({ token, shared: false })),
    reject: undefined
  })
})

/**
 * Asks the authorization server: with the refresh token, then with the primary grant; the second only where there is
 * no refresh token, or where the server says that it is over.
 *
 * @since 0.1.0
 * @category combinators
 */
export const request = <Reply>(
  { ask, renew }: Pick<Need<Reply>, "ask" | "renew">,
  refreshToken: RefreshToken | undefined
): Effect.Effect<AccessToken<Reply>, TokenError> =>
  refreshToken === undefined
    ? ask
    : Effect.catchIf(renew(refreshToken), ({ reason }) => reason._tag === "GrantRefused" && reason.certain, () => ask)
