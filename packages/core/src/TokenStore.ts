/**
 * The contract of a shared store: where access tokens are kept besides the memory of one process.
 *
 * A store is given what a token source needs as data, and the token request as one effect. It returns a token that
 * another process has requested, or runs the effect.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import { type AccessToken, isSame, type RefreshToken } from "./AccessToken.ts"
import * as Lifetime from "./internal/engine/Lifetime.ts"
import type { Provider } from "./Provider.ts"
import type { TokenError } from "./TokenError.ts"
import type { Reason } from "./TokenEvent.ts"

/**
 * What a token source needs another token for, and how to request one.
 *
 * @since 0.1.0
 * @category models
 */
export interface Need<Reply> {
  /** The id of the provider, for errors. */
  readonly provider: string
  /** The Schema of the provider's replies: `TokenReply.more` of it is that of `token.reply`, which a store keeps. */
  readonly reply: Provider<Reply>["reply"]
  /** The complete identity of the request: only processes with the same one may share a token. It holds secrets. */
  readonly identity: Redacted.Redacted
  readonly reason: Reason
  /** The token that this process has, also where it has expired. */
  readonly current: AccessToken<Reply> | undefined
  /**
   * Whether tokens are renewed with refresh tokens, beside another grant. If not, a store ignores those that come with
   * tokens: one that is the account's own grant is sent by `TokenStore.sendSecret`.
   */
  readonly renews: boolean
  /** The refresh token that this process has, if it has not expired. */
  readonly refreshToken: RefreshToken | undefined
  /** When the need arose, in milliseconds since the Unix epoch, by the clock that tokens are timed with. */
  readonly startedAt: number
  /** From 0 to 1: where in its window a token starts to count as expiring. */
  readonly jitter: number
  /** How long callers can be served without another token; `undefined` where they wait for it. */
  readonly servedFor: Duration.Duration | undefined
  /** How long it may take in all, the token request included. */
  readonly deadline: Duration.Duration
  /**
   * Sends the token request: with this refresh token and, where the server refuses it, with the primary grant; or with
   * the primary grant at once.
   */
  readonly request: (refreshToken: RefreshToken | undefined) => Effect.Effect<AccessToken<Reply>, RequestFailure>
}

/**
 * A token request failed.
 *
 * @since 0.1.0
 * @category errors
 */
export class RequestFailure extends Data.TaggedError("RequestFailure")<{
  readonly error: TokenError
  /**
   * What became of the refresh token that the request was to be sent with. `kept`: it was not sent, or not taken.
   * `possibly spent`: the server may have taken it. It may be sent once more, after five seconds, by this process alone.
   * `refused`: the server refused it.
   */
  readonly refreshToken: "kept" | "possibly spent" | "refused"
  /** Whether the failure applies to every process with the same credentials, and not to this one's network alone. */
  readonly concernsAll: boolean
  /** Whether it applies to every request with the same credentials, whatever its scopes and parameters are. */
  readonly concernsCredentials: boolean
  /** How long no further request is sent, after so many failures in a row, this one included. It may be infinite. */
  readonly wait: (failures: number) => Duration.Duration
}> {}

/**
 * A password that is to be sent, or a refresh token that no other grant can replace. All requests with these credentials
 * share it, whatever their scopes are.
 *
 * @since 0.1.0
 * @category models
 */
export interface SecretNeed<A> {
  /** The id of the provider, for errors. */
  readonly provider: string
  /**
   * The identity of the credentials: of client, user and password; or of endpoint, client, and the refresh token that
   * the application gave. It holds secrets.
   */
  readonly credentials: Redacted.Redacted
  /** Whether it is to be sent although it was refused, for `renew`. */
  readonly forced: boolean
  /** How long it may take in all, the token request included. */
  readonly deadline: Duration.Duration
  /** Whether it is a refresh token, which the server replaces when it is used: the newest one alone works. */
  readonly isReplaced: boolean
  /** The newest refresh token that this process has; `undefined` for what the application gave. */
  readonly refreshToken: RefreshToken | undefined
  /** Sends this refresh token, or what the application gave. */
  readonly request: (refreshToken: RefreshToken | undefined) => Effect.Effect<A, RequestFailure>
}

/**
 * The token that meets a need.
 *
 * @since 0.1.0
 * @category models
 */
export interface Obtained<out Reply> {
  readonly token: AccessToken<Reply>
  /** Whether another process requested it. */
  readonly shared: boolean
}

/**
 * Meets the need for a token: with one that another process has stored, or by a token request.
 *
 * No caller waits for a store longer than its deadline: the error is `Unavailable` (`store`) then. A scope that closes
 * interrupts it, and waits for its end for five seconds at most.
 *
 * @since 0.1.0
 * @category services
 */
export interface TokenStore {
  /** A token that meets the need. Fails as the token request does, or with what another process was told. */
  readonly obtain: <Reply>(need: Need<Reply>) => Effect.Effect<Obtained<Reply>, TokenError>
  /**
   * Sends a password or a refresh token, from one process at a time. Fails with what another process was told, and sends
   * nothing, where the failure applies to these credentials. `undefined` where no other process can know of it.
   *
   * Of a refresh token that is replaced, it sends the newest that any process has, and keeps the one that comes with the
   * reply before it returns, for as long as it may be used. Where one can't be kept, nothing is sent, and the error is
   * `Unavailable` (`store`).
   */
  readonly sendSecret:
    | (<A extends { readonly refreshToken: RefreshToken | undefined }>(
      need: SecretNeed<A>
    ) => Effect.Effect<A, RequestFailure>)
    | undefined
  /** Keeps other processes from using a token that an API refused; `undefined` where no other process can. */
  readonly reject: ((identity: Redacted.Redacted, token: AccessToken) => Effect.Effect<void>) | undefined
}

/**
 * The store of all token sources. By default, tokens are kept in this process alone, and each need is met by a token
 * request.
 *
 * @since 0.1.0
 * @category services
 */
export const TokenStore: Context.Reference<TokenStore> = Context.Reference<TokenStore>("@mintmark/core/TokenStore", {
  defaultValue: () => none
})

/**
 * No store: each need is met by a token request.
 *
 * @internal
 */
export const none: TokenStore = {
  obtain: (need) =>
    need.request(need.refreshToken).pipe(
      Effect.map((token) => ({ token, shared: false })),
      Effect.mapError(({ error }) => error)
    ),
  sendSecret: undefined,
  reject: undefined
}

/**
 * Whether a token that another process has requested meets the need, at `now` by the clock of `startedAt`. An expired
 * token never does, nor one that may be used just once.
 *
 * @since 0.1.0
 * @category combinators
 */
export const meets = (
  { current, jitter, reason, startedAt }: Pick<Need<unknown>, "current" | "jitter" | "reason" | "startedAt">,
  token: AccessToken,
  now: number
): boolean => {
  if (token.expiresAt <= token.requestedAt || token.expiresAt <= now) return false
  const isCurrent = current !== undefined && isSame(current, token)
  switch (reason) {
    case "first":
    case "expired":
      return true
    case "rejected":
      return !isCurrent
    case "forced":
      // In the same millisecond, it may have been requested before.
      return token.requestedAt > startedAt
    case "expiring":
      // The server may have returned the current token again: then that reply applies to all processes.
      return Lifetime.phase(Lifetime.make(token.requestedAt, token.expiresAt, jitter), now) === "fresh"
        && (!isCurrent || token.requestedAt - current.requestedAt > repliesApart)
  }
}

/** Times that went through a store are off by as long as the store took: two replies are further apart. */
const repliesApart = 1_000
