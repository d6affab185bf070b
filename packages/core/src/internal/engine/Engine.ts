import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { AccessToken } from "../../AccessToken.ts"
import type * as TokenError from "../../TokenError.ts"
import type { TokenEvent } from "../../TokenEvent.ts"
import { type Obtained, TokenStore } from "../../TokenStore.ts"
import * as Doubts from "../http/doubts.ts"
import * as TokenEndpoint from "../http/TokenEndpoint.ts"
import type { Source } from "../request/account.ts"
import { invalidOption } from "../request/check.ts"
import type { Described, Resolved } from "../request/resolve.ts"
import { millisOf, notASpan } from "../timeSpan.ts"
import { unavailable } from "../unavailable.ts"
import * as Account from "./Account.ts"
import * as Attempt from "./Attempt.ts"
import * as Clocks from "./Clocks.ts"
import * as EventHub from "./EventHub.ts"
import type { Event } from "./Events.ts"
import * as InFlight from "./InFlight.ts"
import * as Refusals from "./Refusals.ts"
import * as State from "./State.ts"
import * as Telemetry from "./Telemetry.ts"

/*
 * Tokens for any number of accounts of one provider: does what the transitions say. A caller's way leads from here to
 * `Transitions` and back, or on to `Attempt`, the shared store and the token endpoint.
 */

/** What an engine is made with, apart from provider and credentials. */
export interface Options {
  /** How long a caller waits for a token at most, retries included. 30 seconds by default. */
  readonly deadline?: Duration.Input | undefined
  /** How many failures are remembered at most. */
  readonly capacity?: number | undefined
}

/** An effect that gets a token. */
export type Get<Reply> = Effect.Effect<AccessToken<Reply>, TokenError.TokenError>

/** Tokens for any number of accounts of one provider. */
export interface Engine<in Key, in out Reply> {
  /** The step that each read of a cached token takes. */
  readonly get: (account: Account.Account<Key, Reply>) => Get<Reply>
  readonly peek: (account: Account.Account<Key, Reply>) => AccessToken<Reply> | undefined
  readonly renew: (account: Account.Account<Key, Reply>) => Get<Reply>
  readonly reject: (
    account: Account.Account<Key, Reply>,
    token: AccessToken,
    certain: boolean,
    refused?: Doubts.Request
  ) => Effect.Effect<Get<Reply> | undefined>
  /** What is remembered of failures. */
  readonly refusals: Refusals.Refusals
  readonly events: Stream.Stream<TokenEvent>
}

/** How many failures are remembered at least: for the views of one account, and for the secrets that it had in turn. */
const leastRemembered = 256

/** How much longer than its deadline a request is waited for that is kept alive in a Worker, in milliseconds. */
const patience = 1_000

/** How often a caller waits again for a token that expired before the caller woke up. */
const rounds = 2

/**
 * An engine that finds an account's credentials by its key. Its token requests run in the scope that it is made in.
 * Fails with `InvalidOption` where an option can't be used.
 */
export const make = Effect.fnUntraced(function*<Key, Reply>(
  provider: Resolved<Reply>,
  credentialsOf: (key: Key) => Source,
  options: Options = {},
  described?: Described
): Effect.fn.Return<Engine<Key, Reply>, TokenError.TokenError, HttpClient.HttpClient | Scope.Scope> {
  type Token = AccessToken<Reply>
  type Of = Account.Account<Key, Reply>
  type Requested = State.InFlight<Reply>

  const clocks = Clocks.make(yield* Clock.clockWith(Effect.succeed))
  const store = yield* TokenStore
  // Ends after the requests, whose events it tells.
  const events = yield* EventHub.make<TokenEvent>()
  // A `FiberSet` would do the same, but is half a kilobyte of a bundle.
  const scope = yield* Scope.fork(yield* Effect.scope, "parallel")
  const runFork = Effect.runForkWith(yield* Effect.context<never>())
  const run = (effect: Effect.Effect<void>) =>
    Fiber.runIn(runFork(scope.state._tag === "Closed" ? Effect.interrupt : effect), scope)
  const deadline = millisOf(options.deadline ?? TokenEndpoint.defaultDeadline)
  if (deadline === undefined) return yield* invalidOption(provider, "deadline", notASpan)
  const http = yield* HttpClient.HttpClient
  const refusals = Refusals.make(Math.max(leastRemembered, options.capacity ?? 0))
  const attempt = Attempt.make({ provider, http, clocks, store, refusals, deadline, described })
  const waitUntil = yield* InFlight.WaitUntil

  const timeout = Effect.fail(unavailable(provider, "timeout"))
  const closed = Exit.fail(unavailable(provider, "closed"))

  // -- what a caller does ---------------------------------------------------------------------------------------------

  const fresh = (account: Of): State.Cached<Reply> | undefined => {
    const { cached, expiringAt } = Account.state(account)
    return clocks.isBefore(expiringAt) ? cached : undefined
  }

  const peek = (account: Of): Token | undefined => State.tokenOf(fresh(account))

  const get = (account: Of): Get<Reply> => fresh(account) ?? need(account, rounds)

  const need = (account: Of, round: number): Get<Reply> =>
    follow(
      account,
      { _tag: "Needed", now: clocks.look() },
      (inFlight) => waitFor(account, inFlight, round)
    ) ?? closed

  /** Waits for the token that a request returns. Of many callers who wait, each is given the same effect. */
  const waitFor = (account: Of, inFlight: Requested, round: number): Get<Reply> => {
    const { running } = inFlight
    const known = running?.waiting
    if (known?.round === round) return known.get
    // After the wait the token is looked at again: the process may have been suspended for longer than its lifetime.
    const get_ = Effect.flatMap(
      wait(account, inFlight, () => get(account)),
      (token) =>
        !State.isKept(token)
          ? Effect.succeed(token)
          : fresh(account) ?? (round === 0 ? timeout : need(account, round - 1))
    )
    if (running !== undefined) running.waiting = { round, get: get_ }
    return get_
  }

  const renew = (account: Of, round = rounds): Get<Reply> =>
    Effect.suspend(() =>
      follow(
        account,
        { _tag: "Forced" },
        (inFlight) =>
          Effect.matchEffect(wait(account, inFlight, () => renew(account)), {
            onSuccess: (token) => {
              const state = Account.state(account)
              const served = State.isServed(state, clocks.look()) ? state.cached : undefined
              return !State.isKept(token)
                ? Effect.succeed(token)
                : served ?? (round === 0 ? timeout : renew(account, round - 1))
            },
            // One that it joined, and that was ended by what is remembered.
            onFailure: (error) =>
              inFlight.reason !== "forced" && inFlight.running?.requested === false && round > 0
                ? renew(account, round - 1)
                : Effect.fail(error)
          })
      ) ?? closed
    )

  const reject = (
    account: Of,
    token: AccessToken,
    certain: boolean,
    refused?: Doubts.Request
  ): Effect.Effect<Get<Reply> | undefined> =>
    Effect.sync(() => {
      const now = clocks.look()
      const heldBack = refused !== undefined && account.doubts?.holdBack(refused, now.steady) === true
      const before = Account.state(account).inFlight
      const other = follow(account, { _tag: "Rejected", token, certain, heldBack, now }, (inFlight) =>
        Effect.matchEffect(
          wait(account, inFlight, () => get(account)),
          {
            // What can't be kept is for those who waited for it.
            onSuccess: (token) => State.isKept(token) ? get(account) : Effect.succeed(token),
            // A caller with a valid token doesn't have to know.
            onFailure: () => get(account)
          }
        ))
      if (!certain && refused !== undefined && before === undefined && Account.state(account).inFlight !== undefined) {
        Doubts.of(account).note(refused, now.steady)
      }
      return other
    })

  /** Waits for a request. Where what ran it is gone, another one follows. */
  const wait = (account: Of, inFlight: Requested, again: () => Get<Reply>): Get<Reply> =>
    InFlight.wait(inFlight.running, deadline + patience, () => {
      lose(account, inFlight)
      return again()
    })

  const lose = (account: Of, inFlight: Requested): void => {
    const refreshTokenSent = inFlight.running?.refreshTokenSent === true
    Account.commit(account, { _tag: "Lost", inFlight, refreshTokenSent, now: clocks.look() })
  }

  /** Commits an event, and does what follows. Returns what the caller gets. */
  const follow = (
    account: Of,
    event: Event<Reply>,
    waiting: (inFlight: Requested) => Get<Reply>
  ): Get<Reply> | undefined => {
    let result: Get<Reply> | undefined
    for (const action of Account.commit(account, event)) {
      if (action._tag === "Return") result = action.exit
      else if (action._tag === "Start") start(account, action.inFlight)
      else if (action._tag === "Wait") result = waiting(action.inFlight)
      else if (action._tag === "Replace") result = Effect.suspend(() => get(account))
      else if (action._tag === "RejectInStore" && store.reject) run(store.reject(action.identity, action.token))
    }
    return result
  }

  // -- what a token request does --------------------------------------------------------------------------------------

  const start = (account: Of, inFlight: Requested): void => {
    const running = InFlight.start(inFlight, Fiber.getCurrent()?.getRef(InFlight.WaitUntil) ?? waitUntil)
    run(request(account, running)).addObserver(() => {
      // Only a scope that has closed ends it without a result.
      if (running.exit !== undefined) return
      lose(account, inFlight)
      InFlight.finish(running, closed)
    })
  }

  const request = (account: Of, running: State.Running<Reply>): Effect.Effect<void> =>
    Effect.withFiber((fiber) => {
      const { inFlight } = running
      const started = clocks.look()
      const jitter = fiber.getRef(Random.Random).nextDoubleUnsafe()
      const credentials = credentialsOf(account.key)

      /** Commits the outcome, and returns what is to be logged. */
      const returned = (happened: Extract<Event<Reply>, { _tag: "Obtained" | "Failed" }>): Effect.Effect<void> => {
        const now = happened.now.wall
        let logs: Effect.Effect<void> = Effect.void
        for (const action of Account.commit(account, happened)) {
          if (action._tag === "Finish") {
            InFlight.finish(running, action.exit)
            if (action.outcome === undefined) continue
            const event = {
              provider: provider.id,
              reason: inFlight.reason,
              outcome: action.outcome,
              requested: running.requested,
              startedAt: started.wall,
              endedAt: now
            }
            Telemetry.count(event, fiber.context)
            events.publish(event)
            logs = Effect.andThen(logs, Telemetry.logRequest(event))
          } else if (action._tag === "Warn") {
            logs = Effect.andThen(logs, Telemetry.logFailing(action.error, now + action.servedFor, action.failingFor))
          } else if (action._tag === "Recovered") {
            logs = Effect.andThen(logs, Telemetry.logRecovered(provider.id, action.failedFor))
          }
        }
        return logs
      }
      const obtained = ({ shared, token }: Obtained<Reply>): Effect.Effect<void> => {
        // An identity is longer than all the rest that is kept of an account: it is kept where it will be needed.
        const identity = store.reject === undefined && token.refreshToken === undefined
          ? undefined
          : running.identity?.()
        return returned({ _tag: "Obtained", inFlight, token, shared, identity, started, jitter, now: clocks.look() })
      }
      const failed = (error: TokenError.TokenError): Effect.Effect<void> => {
        const now = clocks.look()
        const { refreshToken, remembered: refusal = { error, until: now.steady }, requested } = running
        // Other credentials change nothing of what holds all accounts back.
        const rereads = Effect.isEffect(credentials) && refusal.keys !== undefined
        return returned({ _tag: "Failed", inFlight, requested, rereads, refreshToken, refusal, now })
      }

      return attempt({ account, credentials, running, started, jitter }).pipe(
        Telemetry.span(provider.id, inFlight.reason),
        Effect.matchEffect({ onFailure: failed, onSuccess: obtained })
      )
    })

  return {
    get,
    peek,
    renew,
    reject,
    refusals,
    events: events.stream
  }
})
