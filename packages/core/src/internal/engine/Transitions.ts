import * as Exit from "effect/Exit"
import type { Reason } from "../../TokenEvent.ts"
import * as Backoff from "./Backoff.ts"
import type { Now } from "./Clocks.ts"
import type { Action, Event, Next } from "./Events.ts"
import * as Lifetime from "./Lifetime.ts"
import * as State from "./State.ts"

/*
 * The state machine of an account, as one pure function: a state and what happened in, the next state and what is to be
 * done out. It starts nothing and waits for nothing: that is the engine's part. docs/architecture.md has it as a table.
 */

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
      return [remember(state, { renewal: undefined }), []]
    case "Obtained":
      return obtained(state, event)
    case "Failed":
      return failed(state, event)
    case "Lost":
      return lost(state, event)
  }
}

const remember = <Reply>(state: State.State<Reply>, change: Partial<State.Memory>): State.State<Reply> => ({
  ...state,
  memory: { ...State.memoryOf(state), ...change }
})

const start = <Reply>(state: State.State<Reply>, reason: Reason) => {
  const inFlight: State.InFlight<Reply> = { reason }
  return [{ ...state, inFlight }, { _tag: "Start", inFlight }] as const
}

/** Waits for the request in flight, or for a new one. */
const startAndWait = <Reply>(state: State.State<Reply>, reason: Reason): Next<Reply> => {
  if (state.inFlight !== undefined) return [state, [{ _tag: "Wait", inFlight: state.inFlight }]]
  const [after, started] = start(state, reason)
  return [after, [started, { ...started, _tag: "Wait" }]]
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

const forced = <Reply>(state: State.State<Reply>): Next<Reply> =>
  startAndWait(
    State.memoryOf(state).failure === undefined ? state : remember(state, { failure: undefined }),
    "forced"
  )

/** A token is new for two minutes: longer than a rejection is ever ignored, or they would be counted anew. */
const newFor = 120_000

const replace: ReadonlyArray<Action<never>> = [{ _tag: "Replace" }]

const rejected = <Reply>(
  state: State.State<Reply>,
  { certain, heldBack, now, token }: Extract<Event<Reply>, { _tag: "Rejected" }>
): Next<Reply> => {
  const { identity, rejection } = State.memoryOf(state)
  const isServed = State.isServed(state, now)
  if (!isServed && (!certain || state.expiresAt === -Infinity) || !State.isSame(state, token)) {
    return [state, replace]
  }
  if (certain) {
    if (State.isRejectedTooSoon(state, now)) return [state, isServed ? [] : replace]
    // A token that was refused while it was new says more about the API than about the token.
    const count = rejection !== undefined && now.wall - token.requestedAt < newFor ? rejection.count + 1 : 1
    return [
      { ...remember(state, { rejection: { at: now.steady, count } }), expiringAt: -Infinity, expiresAt: -Infinity },
      identity === undefined ? replace : [{ _tag: "RejectInStore", identity, token }, ...replace]
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
  { identity, inFlight, jitter, now, shared, started: { setBack }, token }: Extract<
    Event<Reply>,
    { _tag: "Obtained" }
  >
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
  const memory = State.memoryOf(state)
  const { failure } = memory
  const kept = State.isKept(token)
  const { expiresAt, expiringAt } = Lifetime.make(token.requestedAt + setBack, token.expiresAt + setBack, jitter)
  return [
    {
      cached: kept ? exit : undefined,
      // A server that returns the same token again has no other before that one has expired.
      expiringAt: !kept ? -Infinity : isSame ? expiresAt : expiringAt,
      expiresAt: kept ? expiresAt : -Infinity,
      inFlight: isCurrent ? undefined : state.inFlight,
      memory: kept && refreshToken === undefined && identity === undefined && memory.rejection === undefined
          && memory.doubtedAt === -Infinity
        ? undefined
        : {
          ...memory,
          renewal: refreshToken === undefined ? undefined : { refreshToken, spent: 0, spentAt: -Infinity, unclear: 0 },
          identity,
          failure: undefined,
          unkept: kept ? 0 : memory.unkept + 1
        }
    },
    failure === undefined || failure.warnings === 0
      ? [finish]
      : [finish, { _tag: "Recovered", failedFor: now.steady - failure.since }]
  ]
}

/** The first warning of an outage is followed by a second one after a minute, then after 2, 4, ... 60 minutes. */
const warnAgainAfter = (warnings: number): number =>
  warnings === 0 ? 0 : Math.min(60_000 * 2 ** (warnings - 1), 3_600_000)

const failed = <Reply>(
  state: State.State<Reply>,
  { inFlight, now, refreshToken, refusal, requested, rereads }: Extract<Event<Reply>, { _tag: "Failed" }>
): Next<Reply> => {
  const { error, until } = refusal
  const { failure: known } = State.memoryOf(state)
  const isKnown = error === known?.refusal.error
  const exit = isKnown ? known.exit : Exit.fail(error)
  // What is returned from memory is no event.
  const outcome = isKnown ? undefined : error.reason._tag
  const finish: Action<Reply> = { _tag: "Finish", inFlight, exit, outcome }
  // A request that was taken for lost says nothing of the one that came after it.
  if (state.inFlight !== inFlight) return [state, [finish]]
  const before = known ?? { count: 0, since: now.steady, warnings: 0, warnedAt: -Infinity }
  const count = before.count + 1
  // Who calls `renew` gets the failure.
  const warns = requested && inFlight.reason !== "forced" && State.isServed(state, now)
    && now.steady - before.warnedAt >= warnAgainAfter(before.warnings)
  const failure: State.Failure = {
    ...before,
    ...(warns ? { warnings: before.warnings + 1, warnedAt: now.steady } : {}),
    exit,
    refusal,
    count,
    until: rereads ? Math.min(until, now.steady + Backoff.credentialsPause(count)) : until
  }
  return [
    { ...remember(after(state, refreshToken, now), { failure }), inFlight: undefined },
    warns
      ? [finish, {
        _tag: "Warn",
        error,
        servedFor: state.expiresAt - now.steady,
        failingFor: now.steady - before.since
      }]
      : [finish]
  ]
}

/** The state after a refresh token was sent without success. */
const after = <Reply>(state: State.State<Reply>, fate: State.RefreshTokenFate, now: Now): State.State<Reply> => {
  const { renewal } = State.memoryOf(state)
  if (renewal === undefined || fate === "kept") return state
  return remember(state, {
    renewal: fate === "unclear"
      ? { ...renewal, unclear: renewal.unclear + 1 }
      : { ...renewal, spent: renewal.spent + 1, spentAt: now.steady }
  })
}

const lost = <Reply>(
  state: State.State<Reply>,
  { inFlight, now, refreshTokenSent }: Extract<Event<Reply>, { _tag: "Lost" }>
): Next<Reply> =>
  state.inFlight === inFlight
    ? [{ ...after(state, refreshTokenSent ? "possibly spent" : "kept", now), inFlight: undefined }, []]
    : [state, []]
