import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as AccessToken from "../AccessToken.ts"
import * as Backoff from "../Backoff.ts"
import * as Lifetime from "../Lifetime.ts"
import * as TokenError from "../TokenError.ts"
import type { Reason } from "../TokenSource.ts"

/*
 * The state machine of a token source, as plain functions: what is remembered of one account, what a caller gets in
 * each state, and what a reply, a failure and a rejection change. It starts nothing and waits for nothing; that is
 * `TokenSource`'s part.
 */

/**
 * All that is remembered of one account. `Flight` is whatever stands for a token request that is under way. There may
 * be a hundred thousand of these: what most accounts never have, stands in `besides`.
 *
 * `dueAt` and `expiresAt` are told by the steady clock (see `Now`), and are `-Infinity` without a token, and once an
 * API has refused it.
 */
export interface TokenState<Reply, Flight> extends Lifetime.Lifetime {
  /** The last token, as callers are answered with it; also when it has ended: the server may hand it out again. */
  readonly held: Held<Reply> | undefined
  readonly flight: Flight | undefined
  readonly besides: Besides | undefined
}

/** A token that is kept, as the answer that each caller is given. */
export type Held<Reply> = Exit.Exit<AccessToken.AccessToken<Reply>>

/** What is remembered besides a token. */
export interface Besides {
  readonly refreshToken: AccessToken.RefreshToken | undefined
  /** The identity that the refresh token belongs to. */
  readonly identity: Redacted.Redacted | undefined
  readonly failure: Failure | undefined
  readonly rejection: Rejection | undefined
  /** How many tokens in a row could not be kept. */
  readonly unkept: number
}

/** A failure that answers in the server's place. */
export interface Failure {
  readonly error: TokenError.TokenError
  readonly exit: Exit.Exit<never, TokenError.TokenError>
  /** The identity that failed: other credentials are not held back by it. */
  readonly identity: Redacted.Redacted | undefined
  /** How many there were in a row. */
  readonly count: number
  /** No request with this identity before, by the monotonic clock. */
  readonly until: number
  /** No look at the credentials before, likewise; earlier than `until` where they come from an effect. */
  readonly lookAgainAt: number
  readonly spentRefreshToken: boolean
}

/** The last rejection, or doubt, that was acted on. */
export interface Rejection {
  /** By the monotonic clock. */
  readonly at: number
  readonly certain: boolean
  /** How many there were in a row of tokens that were still new. */
  readonly count: number
}

/** What to do for a caller: answer at once, perhaps with a renewal behind it, or wait for a flight. */
export type Decision<Reply> =
  | { readonly answer: Effect.Effect<AccessToken.AccessToken<Reply>, TokenError.TokenError>; readonly renew: boolean }
  | { readonly answer: undefined; readonly reason: Reason }

/** Now, as both clocks have it, and what is known from earlier looks at them. */
export interface Now {
  readonly wall: number
  readonly monotonic: number
  /** By how much the wall clock was ahead of the monotonic clock, at most. */
  readonly ahead: number
  /** By how much the wall clock was set back so far. Added to it, this makes the steady clock, which nobody sets back. */
  readonly setBack: number
}

/** Before the first look at the clocks. */
export const never: Now = { wall: -Infinity, monotonic: -Infinity, ahead: -Infinity, setBack: 0 }

/** The state of an account of which nothing is known yet. */
export const empty: TokenState<never, never> = {
  held: undefined,
  dueAt: -Infinity,
  expiresAt: -Infinity,
  flight: undefined,
  besides: undefined
}

const nothing: Besides = {
  refreshToken: undefined,
  identity: undefined,
  failure: undefined,
  rejection: undefined,
  unkept: 0
}

/** What is remembered of an account besides its token. */
export const besides = (state: TokenState<unknown, unknown>): Besides => state.besides ?? nothing

/**
 * Comparing both clocks costs more than reading one: once a second is enough. A wall clock that is set back by just as
 * much as has passed since the last look, to the second, goes unnoticed for that second.
 */
const compareClocksEvery = 1_000

const clockTolerance = 100

/** Times that went through a store are off by as long as the store took: two answers are further apart. */
const answersApart = 1_000

/** A token is new for two minutes: longer than a rejection is ever ignored, or refusals in a row would be counted anew. */
const newFor = 120_000

/** Whether the token can be served with no further thought. This is what each read of a cached token costs. */
export const isFresh = (state: TokenState<unknown, unknown>, seen: Now, wall: number): boolean =>
  wall + seen.setBack < state.dueAt && wall >= seen.wall && wall - seen.wall < compareClocksEvery

/**
 * The wall clock can be set back, and the monotonic clock stands still while the machine sleeps: of the two, the one
 * that says that more time has passed is believed.
 */
export const compareClocks = (seen: Now, wall: number, monotonic: number): Now => {
  const ahead = wall - monotonic
  const setBack = seen.ahead - ahead
  // The clocks are read one after the other, and tick in different steps: a small difference is none.
  return setBack < clockTolerance
    ? { wall, monotonic, ahead: Math.max(seen.ahead, ahead), setBack: seen.setBack }
    : { wall, monotonic, ahead, setBack: seen.setBack + setBack }
}

/** What a caller who asks for a token gets. */
export const decide = <Reply>(state: TokenState<Reply, unknown>, now: Now): Decision<Reply> => {
  const { dueAt, expiresAt, flight, held } = state
  const { failure } = besides(state)
  const steady = now.wall + now.setBack
  const memory = failure !== undefined && now.monotonic < failure.lookAgainAt ? failure : undefined
  if (held !== undefined && steady < expiresAt) {
    return { answer: held, renew: flight === undefined && memory === undefined && steady >= dueAt }
  }
  if (flight === undefined && memory !== undefined) return { answer: memory.exit, renew: false }
  return {
    answer: undefined,
    reason: held === undefined ? "first" : expiresAt === -Infinity ? "rejected" : "expired"
  }
}

/** What a token changes. `started`: the clocks when its flight began; the wall clock may have been set back since. */
export const obtained = <Reply, Flight>(
  state: TokenState<Reply, Flight>,
  token: AccessToken.AccessToken<Reply>,
  identity: Redacted.Redacted | undefined,
  { setBack }: Now,
  jitter: number
): TokenState<Reply, Flight> => {
  const { refreshToken } = token
  const { rejection, unkept } = besides(state)
  const { dueAt, expiresAt } = Lifetime.make(token.requestedAt + setBack, token.expiresAt + setBack, jitter)
  const kept = isKept(token)
  const isAll = kept && refreshToken === undefined && identity === undefined && rejection === undefined
  return {
    held: kept ? Exit.succeed(token) : undefined,
    // A server that hands the same token out again has no other before that one's end.
    dueAt: !kept ? -Infinity : isSame(state, token) ? expiresAt : dueAt,
    expiresAt: kept ? expiresAt : -Infinity,
    flight: undefined,
    besides: isAll
      ? undefined
      : { refreshToken, identity, failure: undefined, rejection, unkept: kept ? 0 : unkept + 1 }
  }
}

/** The token that is held, if there is one. */
export const tokenOf = <Reply>(held: Held<Reply> | undefined): AccessToken.AccessToken<Reply> | undefined =>
  held !== undefined && Exit.isSuccess(held) ? held.value : undefined

/** Whether a token is the one that is held already. */
export const isSame = (state: TokenState<unknown, unknown>, token: AccessToken.AccessToken): boolean => {
  const held = tokenOf(state.held)
  return held !== undefined && AccessToken.isSame(held, token)
}

/** Whether a token has a life at all; one that hasn't is for those who waited for it, and for nobody else. */
export const isKept = (token: AccessToken.AccessToken): boolean => token.expiresAt > token.requestedAt

/** How a failed flight was flown. */
export interface Attempt {
  /** Who asked; `undefined` where not even the credentials could be read. */
  readonly identity: Redacted.Redacted | undefined
  /** Whether the credentials come from an effect, and may be others next time. */
  readonly rereads: boolean
  /** Whether a refresh token was sent, and may have been taken. */
  readonly spentRefreshToken: boolean
}

/** What a failure changes. */
export const failed = <Reply, Flight>(
  state: TokenState<Reply, Flight>,
  error: TokenError.TokenError,
  attempt: Attempt,
  now: Now,
  random: number
): TokenState<Reply, Flight> & { readonly besides: { readonly failure: Failure } } => {
  const known = besides(state).failure
  const count = (known?.count ?? 0) + 1
  const lookAgainAt = (until: number) =>
    attempt.rereads ? Math.min(until, now.monotonic + Backoff.credentialsPause(count)) : until
  const because = (failure: Failure) => ({ ...state, flight: undefined, besides: { ...besides(state), failure } })
  // If the flight was answered from memory, that stays as it is.
  if (known !== undefined && error === known.error) {
    return because({ ...known, count, lookAgainAt: lookAgainAt(known.until) })
  }
  const wait = Backoff.rememberFor(error, count, now.wall, random, attempt.spentRefreshToken)
  const until = now.monotonic + wait
  const told = new TokenError.TokenError({
    ...error,
    retryAt: Number.isFinite(wait) ? now.wall + wait : undefined
  })
  return because({
    error: told,
    exit: Exit.fail(told),
    identity: attempt.identity,
    count,
    until,
    lookAgainAt: lookAgainAt(until),
    spentRefreshToken: attempt.spentRefreshToken
  })
}

/**
 * Whether a token that another process asked for meets the need of a flight which started at `since`. What is left of
 * it is enough, but for a flight that renews a token which is still served: that one wants better than what is held.
 */
export const accepts = (
  state: TokenState<unknown, unknown>,
  reason: Reason,
  token: AccessToken.AccessToken,
  since: number,
  now: number,
  jitter: number
): boolean => {
  if (!isKept(token) || now >= token.expiresAt) return false
  switch (reason) {
    case "first":
    case "expired":
      return true
    case "rejected":
      return !isSame(state, token)
    case "forced":
      return token.requestedAt >= since
    case "due": {
      const isFresh = Lifetime.phase(Lifetime.make(token.requestedAt, token.expiresAt, jitter), now) === "fresh"
      const held = tokenOf(state.held)
      // The server may have handed the held token out again: then that answer stands for the whole fleet.
      return isFresh && (
        held === undefined || !AccessToken.isSame(held, token) || token.requestedAt - held.requestedAt > answersApart
      )
    }
  }
}

/** What a caller who insists changes: failures are forgotten, but not that a refresh token may be spent. */
export const forgiven = <Reply, Flight>(state: TokenState<Reply, Flight>): TokenState<Reply, Flight> => {
  const { failure } = besides(state)
  return failure === undefined || failure.spentRefreshToken
    ? state
    : { ...state, besides: { ...besides(state), failure: undefined } }
}

/** The failure that forbids a request with these credentials, if one does. */
export const forbids = (
  failure: Failure | undefined,
  identity: Redacted.Redacted,
  now: Now
): Failure | undefined =>
  failure !== undefined && now.monotonic < failure.until && isSameIdentity(failure.identity, identity)
    ? failure
    : undefined

/** What an API's refusal of a token changes: nothing, unless it is the current one, and no other was refused just now. */
export const rejected = <Reply, Flight>(
  state: TokenState<Reply, Flight>,
  token: AccessToken.AccessToken,
  now: Now
): TokenState<Reply, Flight> => {
  const { rejection } = besides(state)
  if (state.expiresAt === -Infinity || !isSame(state, token)) return state
  // Doubts hold nobody back who knows.
  return rejection?.certain === true && isTooSoon(rejection, now)
    ? state
    : { ...noted(state, token, now, true), dueAt: -Infinity, expiresAt: -Infinity }
}

/** Whether a token is the one that is served. */
export const isServed = (state: TokenState<unknown, unknown>, token: AccessToken.AccessToken, now: Now): boolean =>
  now.wall + now.setBack < state.expiresAt && isSame(state, token)

/**
 * What a refusal changes that may not be about the token, which is the one that is served: nothing that callers see. It
 * is noted if another token is to be asked for, which it isn't where one is on its way, or where another refusal or a
 * failure came just now.
 */
export const doubted = <Reply, Flight>(
  state: TokenState<Reply, Flight>,
  token: AccessToken.AccessToken,
  now: Now
): TokenState<Reply, Flight> => {
  const { failure, rejection } = besides(state)
  return state.flight !== undefined
      || failure !== undefined && now.monotonic < failure.lookAgainAt
      || rejection !== undefined && isTooSoon(rejection, now)
    ? state
    : noted(state, token, now, false)
}

const isTooSoon = ({ at, count }: Rejection, now: Now): boolean => now.monotonic - at < Backoff.rejectionFloor(count)

const noted = <Reply, Flight>(
  state: TokenState<Reply, Flight>,
  token: AccessToken.AccessToken,
  now: Now,
  certain: boolean
): TokenState<Reply, Flight> => {
  const { rejection } = besides(state)
  // A token that was refused while it was new says more about the API than about the token.
  const inARow = rejection !== undefined && now.wall - token.requestedAt < newFor
  return {
    ...state,
    besides: { ...besides(state), rejection: { at: now.monotonic, certain, count: inARow ? rejection.count + 1 : 1 } }
  }
}

/** What the authorization server's refusal of the refresh token changes. */
export const withoutRefreshToken = <Reply, Flight>(state: TokenState<Reply, Flight>): TokenState<Reply, Flight> => ({
  ...state,
  besides: { ...besides(state), refreshToken: undefined }
})

/** The refresh token to ask with, if there is one for these credentials that isn't over. */
export const refreshTokenFor = (
  state: TokenState<unknown, unknown>,
  identity: Redacted.Redacted,
  now: number
): AccessToken.RefreshToken | undefined => {
  const known = besides(state)
  return known.refreshToken !== undefined
      && isSameIdentity(known.identity, identity)
      && (known.refreshToken.expiresAt === undefined || now < known.refreshToken.expiresAt)
    ? known.refreshToken
    : undefined
}

const isSameIdentity = (a: Redacted.Redacted | undefined, b: Redacted.Redacted): boolean =>
  a !== undefined && Redacted.value(a) === Redacted.value(b)
