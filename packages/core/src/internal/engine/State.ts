import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as AccessToken from "../../AccessToken.ts"
import type * as TokenError from "../../TokenError.ts"
import type { Reason } from "../../TokenEvent.ts"
import * as Backoff from "./Backoff.ts"
import type { Now } from "./Clocks.ts"
import type * as Lifetime from "./Lifetime.ts"
import type { Remembered } from "./Refusals.ts"

/*
 * What is remembered of one account with one set of scopes, and what can be read from it. What changes it is in
 * `Transitions`. All instants are by the steady clock.
 */

/**
 * All that is remembered of one account. There may be a hundred thousand of these: what most accounts never have is in
 * `memory`.
 *
 * `expiringAt` and `expiresAt` are `-Infinity` without a token, and once an API has refused it.
 */
export interface State<out Reply> extends Lifetime.Lifetime {
  /** The last token, as what callers are given; also when it has expired: the server may return it again. */
  readonly cached: Cached<Reply> | undefined
  readonly inFlight: InFlight<Reply> | undefined
  readonly memory: Memory | undefined
}

/** A token that is kept, as the result that each caller is given. */
export type Cached<Reply> = Exit.Exit<AccessToken.AccessToken<Reply>>

/** A token request that has not returned. */
export interface InFlight<out Reply = unknown> {
  readonly reason: Reason
  /** What the engine knows of it while it runs. */
  running?: Running<Reply>
}

/** A token request that runs. Its own fiber writes what it finds out. */
export interface Running<out Reply> {
  readonly inFlight: InFlight<Reply>
  /** Makes the identity that is requested with, once the credentials are read. */
  identity?: () => Redacted.Redacted
  /** Whether a token request was made. */
  requested: boolean
  /** Whether a refresh token was sent whose reply has not come. */
  refreshTokenSent: boolean
  /** What became of the refresh token, where the request has failed. */
  refreshToken: RefreshTokenFate
  /** The failure that ended it, as it is remembered. */
  remembered?: Remembered
  /** What those who wait for it are given. */
  waiting?: {
    readonly round: number
    readonly get: Effect.Effect<AccessToken.AccessToken<Reply>, TokenError.TokenError>
  }
  /** Its result, once there is one. */
  exit?: Result<Reply>
  readonly promise: Promise<Result<Reply>>
  resolve(exit: Result<Reply>): void
  readonly isKeptAlive: boolean
}

/** What those who wait for a token request get. */
export type Result<Reply> = Exit.Exit<AccessToken.AccessToken<Reply>, TokenError.TokenError>

/**
 * What became of the refresh token in a failed request. `kept`: it was not sent, or not taken. `unclear`: it may have
 * been refused, by a reply that may not be the authorization server's.
 */
export type RefreshTokenFate = "kept" | "unclear" | "possibly spent"

/** What is remembered besides the token. */
export interface Memory {
  readonly renewal: Renewal | undefined
  /** The identity that the refresh token belongs to. */
  readonly identity: Redacted.Redacted | undefined
  readonly failure: Failure | undefined
  readonly rejection: Rejection | undefined
  /** When another token was requested last for a refusal that may have another reason than the token. */
  readonly doubtedAt: number
  /** How many tokens in a row could not be kept. */
  readonly unkept: number
}

/** A refresh token, and how it fared. */
export interface Renewal {
  readonly refreshToken: AccessToken.RefreshToken
  /** How often it was sent and may have been spent, since no reply came. */
  readonly spent: number
  /** When it was sent so for the last time. */
  readonly spentAt: number
  /** How often in a row an unclear reply came. */
  readonly unclear: number
}

/** A failure that is returned without another token request. */
export interface Failure {
  readonly exit: Exit.Exit<never, TokenError.TokenError>
  /** What is remembered of it, for all accounts together where it has keys. */
  readonly refusal: Remembered
  /** How many there were in a row. */
  readonly count: number
  /**
   * Until when it is returned. Where the credentials come from an effect, they are read again then, and may be others:
   * what is remembered of the same ones lasts longer, and is kept for all accounts together.
   */
  readonly until: number
  /** How often it was logged that the token can't be renewed, and when for the last time. */
  readonly warnings: number
  readonly warnedAt: number
  /** When the first of them came. */
  readonly since: number
}

/** The last rejection that was acted on, of a token that was surely refused. */
export interface Rejection {
  readonly at: number
  /** How many there were in a row of tokens that were still new. */
  readonly count: number
}

/** The state of an account of which nothing is known yet. */
export const empty: State<never> = {
  cached: undefined,
  expiringAt: -Infinity,
  expiresAt: -Infinity,
  inFlight: undefined,
  memory: undefined
}

const nothing: Memory = {
  renewal: undefined,
  identity: undefined,
  failure: undefined,
  rejection: undefined,
  doubtedAt: -Infinity,
  unkept: 0
}

/** What is remembered of an account besides its token. */
export const memoryOf = (state: State<unknown>): Memory => state.memory ?? nothing

/** The token that is cached, if there is one. */
export const tokenOf = <Reply>(cached: Cached<Reply> | undefined): AccessToken.AccessToken<Reply> | undefined =>
  cached !== undefined && Exit.isSuccess(cached) ? cached.value : undefined

/** Whether a token is the one that is cached already. */
export const isSame = (state: State<unknown>, token: AccessToken.AccessToken): boolean => {
  const cached = tokenOf(state.cached)
  return cached !== undefined && AccessToken.isSame(cached, token)
}

/** Whether the lifetime is greater than zero: else the token is for those who waited for it, and is not kept. */
export const isKept = (token: AccessToken.AccessToken): boolean => token.expiresAt > token.requestedAt

/** Whether there is a token that can be served. */
export const isServed = (state: State<unknown>, now: Now): boolean =>
  state.cached !== undefined && now.steady < state.expiresAt

/** The failure that is returned without another token request, if there is one. */
export const failureAt = (state: State<unknown>, now: Now): Failure | undefined => {
  const { failure } = memoryOf(state)
  return failure !== undefined && now.steady < failure.until && failure.refusal.isCleared !== true
    ? failure
    : undefined
}

/** A refresh token that may be spent is sent once more, this much later at the earliest: 5 s. */
export const spendAgainAfter = 5_000

/**
 * The refresh token to request with instead of the primary grant: one for these credentials that has not expired. It is
 * sent only once more after it may have been spent, and not at all for `renew`.
 */
export const refreshTokenFor = (
  state: State<unknown>,
  identity: () => Redacted.Redacted,
  now: Now,
  forced: boolean
): AccessToken.RefreshToken | undefined => {
  const { identity: owner, renewal } = memoryOf(state)
  if (renewal === undefined || !isSameIdentity(owner, identity())) return undefined
  const { refreshToken, spent, spentAt, unclear } = renewal
  if (refreshToken.expiresAt !== undefined && now.wall >= refreshToken.expiresAt) return undefined
  const isDoubtful = forced
    ? spent > 0 || unclear > 0
    : spent > 1 || spent === 1 && now.steady < spentAt + spendAgainAfter
  return isDoubtful ? undefined : refreshToken
}

const isSameIdentity = (a: Redacted.Redacted | undefined, b: Redacted.Redacted): boolean =>
  a !== undefined && Redacted.value(a) === Redacted.value(b)

/** Whether another token was requested just now for a token that was surely refused. */
export const isRejectedTooSoon = (state: State<unknown>, now: Now): boolean => {
  const { rejection } = memoryOf(state)
  return rejection !== undefined && now.steady - rejection.at < Backoff.rejectionFloor(rejection.count)
}

/** Whether another token was requested just now for a refusal, whatever its reason. */
export const isDoubtedTooSoon = (state: State<unknown>, now: Now): boolean => {
  const { doubtedAt, rejection } = memoryOf(state)
  return now.steady - Math.max(doubtedAt, rejection?.at ?? -Infinity) < Backoff.doubtPause
}
