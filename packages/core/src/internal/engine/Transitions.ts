import * as Exit from "effect/Exit"
import type * as Redacted from "effect/Redacted"
import type * as AccessToken from "../../AccessToken.ts"
import * as TokenError from "../../TokenError.ts"
import type { Outcome, Reason } from "../../TokenEvent.ts"
import * as Backoff from "./Backoff.ts"
import type { Now } from "./Clocks.ts"
import * as Lifetime from "./Lifetime.ts"
import * as State from "./State.ts"

/*
 * The state machine of an account, as one pure function: a state and what happened in, the next state and what is to be
 * done out. It starts nothing and waits for nothing: that is the engine's part. docs/architecture.md has it as a table.
 */

/** What happens to an account. */
export type Event<Reply> =
  /** A caller needs a token. */
  | { readonly _tag: "Needed"; readonly now: Now }
  /** A caller needs a new token, whatever is cached. */
  | { readonly _tag: "Forced" }
  /** An API refused a token. */
  | {
    readonly _tag: "Rejected"
    readonly token: AccessToken.AccessToken
    /** Whether surely for the token's sake. */
    readonly certain: boolean
    /** Whether the endpoint has just cost a token request: no other is made for it where the token may be valid. */
    readonly heldBack: boolean
    readonly now: Now
  }
  /** The authorization server refused the refresh token; the request goes on with the primary grant. */
  | { readonly _tag: "RefreshTokenRefused" }
  /** A token request returned a token. */
  | {
    readonly _tag: "Obtained"
    readonly inFlight: State.InFlight
    readonly token: AccessToken.AccessToken<Reply>
    /** Whether another process requested it. */
    readonly shared: boolean
    /** The identity that was requested with, where it will be needed. */
    readonly identity: Redacted.Redacted | undefined
    /** The clocks when the request began; the wall clock may have been set back since. */
    readonly started: Now
    /** From 0 to 1, drawn for this token alone. */
    readonly jitter: number
  }
  /** A token request failed. */
  | {
    readonly _tag: "Failed"
    readonly inFlight: State.InFlight
    readonly error: TokenError.TokenError
    readonly attempt: Attempt
    readonly now: Now
    /** From 0 to 1, drawn for this failure alone. */
    readonly random: number
  }
  /** A token request will never return: its scope has closed, or the request that it ran in has ended. */
  | { readonly _tag: "Lost"; readonly inFlight: State.InFlight }

/** How a failed request was made. */
export interface Attempt {
  /** `undefined` where not even the credentials could be read. */
  readonly identity: Redacted.Redacted | undefined
  /** Whether the credentials come from an effect, and may be others next time. */
  readonly rereads: boolean
  /** Whether a refresh token was sent, and may have been taken. */
  readonly spentRefreshToken: boolean
}

/** What is to be done, in this order. */
export type Action<Reply> =
  /** The caller gets this at once. */
  | { readonly _tag: "Return"; readonly exit: Exit.Exit<AccessToken.AccessToken<Reply>, TokenError.TokenError> }
  /** Start a token request. */
  | { readonly _tag: "Start"; readonly inFlight: State.InFlight }
  /** The caller waits for a token request. */
  | { readonly _tag: "Wait"; readonly inFlight: State.InFlight }
  /** The caller who rejected a token can get another one. */
  | { readonly _tag: "Replace" }
  /** Tell the shared store that an API refused the token. */
  | { readonly _tag: "RejectInStore"; readonly identity: Redacted.Redacted; readonly token: AccessToken.AccessToken }
  /** Those who wait for a token request get this; `outcome` is `undefined` where nothing was requested. */
  | {
    readonly _tag: "Finish"
    readonly inFlight: State.InFlight
    readonly exit: Exit.Exit<AccessToken.AccessToken<Reply>, TokenError.TokenError>
    readonly outcome: Outcome | undefined
  }

/** The next state, and what is to be done. */
export type Next<Reply> = readonly [State.State<Reply>, ReadonlyArray<Action<Reply>>]

/** What an event changes, and what follows from it. */
export const transition = <Reply>(state: State.State<Reply>, event: Event<Reply>): Next<Reply> => {
  switch (event._tag) {
    case "Needed":
      return needed(state, event.now)
    case "Forced":
      return forced(state)
    case "Rejected":
      return rejected(state, event)
    case "RefreshTokenRefused":
      return [remember(state, { refreshToken: undefined }), []]
    case "Obtained":
      return obtained(state, event)
    case "Failed":
      return failed(state, event)
    case "Lost":
      return [state.inFlight === event.inFlight ? { ...state, inFlight: undefined } : state, []]
  }
}

const remember = <Reply>(state: State.State<Reply>, change: Partial<State.Memory>): State.State<Reply> => ({
  ...state,
  memory: { ...State.memoryOf(state), ...change }
})

const start = <Reply>(state: State.State<Reply>, reason: Reason): readonly [State.State<Reply>, Action<Reply>] => {
  const inFlight: State.InFlight = { reason }
  return [{ ...state, inFlight }, { _tag: "Start", inFlight }]
}

/** Waits for the request in flight, or for a new one. */
const startAndWait = <Reply>(state: State.State<Reply>, reason: Reason): Next<Reply> => {
  if (state.inFlight !== undefined) return [state, [{ _tag: "Wait", inFlight: state.inFlight }]]
  const [after, started] = start(state, reason)
  return after.inFlight === undefined ? [after, []] : [after, [started, { _tag: "Wait", inFlight: after.inFlight }]]
}

const needed = <Reply>(state: State.State<Reply>, now: Now): Next<Reply> => {
  const { cached, expiresAt, expiringAt, inFlight } = state
  const failure = State.failureAt(state, now)
  if (cached !== undefined && now.steady < expiresAt) {
    const served: Action<Reply> = { _tag: "Return", exit: cached }
    if (now.steady < expiringAt || inFlight !== undefined || failure !== undefined) return [state, [served]]
    const [after, started] = start(state, "expiring")
    return [after, [started, served]]
  }
  if (inFlight === undefined && failure !== undefined) return [state, [{ _tag: "Return", exit: failure.exit }]]
  return startAndWait(state, cached === undefined ? "first" : expiresAt === -Infinity ? "rejected" : "expired")
}

const forced = <Reply>(state: State.State<Reply>): Next<Reply> => {
  const { failure } = State.memoryOf(state)
  // Not that a refresh token may be spent.
  return startAndWait(
    failure === undefined || failure.spentRefreshToken ? state : remember(state, { failure: undefined }),
    "forced"
  )
}

/** A token is new for two minutes: longer than a rejection is ever ignored, or they would be counted anew. */
const newFor = 120_000

const rejected = <Reply>(
  state: State.State<Reply>,
  { certain, heldBack, now, token }: Extract<Event<Reply>, { _tag: "Rejected" }>
): Next<Reply> => {
  const { identity, rejection } = State.memoryOf(state)
  const isServed = State.isServed(state, now)
  if (!isServed && (!certain || state.expiresAt === -Infinity) || !State.isSame(state, token)) {
    return [state, [{ _tag: "Replace" }]]
  }
  if (certain) {
    if (State.isRejectedTooSoon(state, now)) return [state, isServed ? [] : [{ _tag: "Replace" }]]
    // A token that was refused while it was new says more about the API than about the token.
    const count = rejection !== undefined && now.wall - token.requestedAt < newFor ? rejection.count + 1 : 1
    return [
      { ...remember(state, { rejection: { at: now.steady, count } }), expiringAt: -Infinity, expiresAt: -Infinity },
      identity === undefined
        ? [{ _tag: "Replace" }]
        : [{ _tag: "RejectInStore", identity, token }, { _tag: "Replace" }]
    ]
  }
  // The token is served on, while another one is requested.
  if (state.inFlight !== undefined) return startAndWait(state, "rejected")
  return heldBack || State.isDoubtedTooSoon(state, now) || State.failureAt(state, now) !== undefined
    ? [state, []]
    : startAndWait(remember(state, { doubtedAt: now.steady }), "rejected")
}

const obtained = <Reply>(
  state: State.State<Reply>,
  { identity, inFlight, jitter, shared, started: { setBack }, token }: Extract<Event<Reply>, { _tag: "Obtained" }>
): Next<Reply> => {
  const isSame = State.isSame(state, token)
  const exit = Exit.succeed(token)
  const finish: Action<Reply> = {
    _tag: "Finish",
    inFlight,
    exit,
    outcome: shared ? "shared" : isSame ? "same" : "obtained"
  }
  const isCurrent = state.inFlight === inFlight
  const cached = State.tokenOf(state.cached)
  // The late result of a request that was taken for lost: it is used if it is newer.
  if (!isCurrent && cached !== undefined && cached.requestedAt >= token.requestedAt) return [state, [finish]]
  const { refreshToken } = token
  const { doubtedAt, rejection, unkept } = State.memoryOf(state)
  const kept = State.isKept(token)
  const { expiresAt, expiringAt } = Lifetime.make(token.requestedAt + setBack, token.expiresAt + setBack, jitter)
  return [{
    cached: kept ? exit : undefined,
    // A server that returns the same token again has no other before that one has expired.
    expiringAt: !kept ? -Infinity : isSame ? expiresAt : expiringAt,
    expiresAt: kept ? expiresAt : -Infinity,
    inFlight: isCurrent ? undefined : state.inFlight,
    memory: kept && refreshToken === undefined && identity === undefined && rejection === undefined
        && doubtedAt === -Infinity
      ? undefined
      : { refreshToken, identity, failure: undefined, rejection, doubtedAt, unkept: kept ? 0 : unkept + 1 }
  }, [finish]]
}

const failed = <Reply>(
  state: State.State<Reply>,
  { attempt, error, inFlight, now, random }: Extract<Event<Reply>, { _tag: "Failed" }>
): Next<Reply> => {
  const known = State.memoryOf(state).failure
  // A request that was taken for lost says nothing of the one that came after it.
  if (state.inFlight !== inFlight) {
    return [state, [{ _tag: "Finish", inFlight, exit: Exit.fail(error), outcome: error.reason._tag }]]
  }
  const count = (known?.count ?? 0) + 1
  const readAgainAt = (until: number) =>
    attempt.rereads ? Math.min(until, now.steady + Backoff.credentialsPause(count)) : until
  const because = (failure: State.Failure, outcome: Outcome | undefined): Next<Reply> => [
    { ...remember(state, { failure }), inFlight: undefined },
    [{ _tag: "Finish", inFlight, exit: failure.exit, outcome }]
  ]
  // If the request was answered from memory, that stays as it is.
  if (known !== undefined && error === known.error) {
    return because({ ...known, count, readAgainAt: readAgainAt(known.until) }, undefined)
  }
  const wait = Backoff.rememberFor(error, count, now.wall, random, attempt.spentRefreshToken)
  const until = now.steady + wait
  const told = new TokenError.TokenError({ ...error, retryAt: Number.isFinite(wait) ? now.wall + wait : undefined })
  return because({
    error: told,
    exit: Exit.fail(told),
    identity: attempt.identity,
    count,
    until,
    readAgainAt: readAgainAt(until),
    spentRefreshToken: attempt.spentRefreshToken
  }, error.reason._tag)
}
