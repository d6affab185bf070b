import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Redacted from "effect/Redacted"
import type { AccessToken } from "../../AccessToken.ts"
import type { TokenError } from "../../TokenError.ts"
import { orUndefined } from "../text/orUndefined.ts"
import { within } from "./Deadline.ts"
import type { RefreshTokenFate } from "./Events.ts"
import type { Refusal } from "./Refusals.ts"
import type { InFlight } from "./State.ts"

/*
 * What is known of a token request while it runs, and those who wait for it.
 *
 * They wait for a JavaScript promise of the `Exit`, created where the request is started. In a Worker, a request that
 * ends takes its fibers and timers with it; a promise that it created is then rejected, while a `Deferred` would never
 * be done.
 */

/** A failure, and until when it is remembered. */
export interface Remembered {
  readonly error: TokenError
  readonly until: number
  readonly refusal: Refusal | undefined
}

/** A token request that runs. Its own fiber writes what it finds out. */
export interface Running<in out Reply> {
  readonly inFlight: InFlight
  /** Makes the identity that is requested with, once the credentials are read. */
  identity: (() => Redacted.Redacted) | undefined
  /** Whether a token request was made. */
  requested: boolean
  /** Whether a refresh token was sent whose reply has not come. */
  refreshTokenSent: boolean
  /** What became of the refresh token, where the request has failed. */
  refreshToken: RefreshTokenFate
  /** The failure that ended it, as it is remembered. */
  remembered: Remembered | undefined
  /** What those who wait for it are given. */
  waiting: { readonly round: number; readonly get: Effect.Effect<AccessToken<Reply>, TokenError> } | undefined
  /** Its result, once there is one. */
  exit: Result<Reply> | undefined
  readonly promise: Promise<Result<Reply>>
  readonly resolve: (exit: Result<Reply>) => void
  readonly isKeptAlive: boolean
}

type Result<Reply> = Exit.Exit<AccessToken<Reply>, TokenError>

/** The token requests of an engine that run. */
export interface Requests<in out Reply> {
  /**
   * Notes that a request starts. `waitUntil` keeps it alive in a Worker when the request that started it has ended, but
   * not forever: its waiting callers give up after `patience`, in milliseconds.
   */
  readonly add: (inFlight: InFlight, waitUntil: ((promise: Promise<unknown>) => void) | undefined) => Running<Reply>
  /** What is known of one that has not returned. */
  readonly get: (inFlight: InFlight) => Running<Reply> | undefined
  /** Gives its result to those who wait, unless they have one. */
  readonly finish: (running: Running<Reply>, exit: Result<Reply>) => void
  /**
   * Waits for the result. `lost` is what follows where there will be none: what ran the request is gone.
   */
  readonly wait: <E>(
    running: Running<Reply> | undefined,
    lost: () => Effect.Effect<AccessToken<Reply>, E>
  ) => Effect.Effect<AccessToken<Reply>, TokenError | E>
}

/** Of no requests yet. */
export const make = <Reply>(patience: number): Requests<Reply> => {
  // Weak, since a request that is gone may never be finished. One that is finished is not left to the garbage collector:
  // until its next full collection, a `WeakMap` would keep all that belongs to the request.
  const running = new WeakMap<InFlight, Running<Reply>>()

  return {
    add: (inFlight, waitUntil) => {
      const { promise, resolve } = withResolvers<Result<Reply>>()
      // Outside of a request it may throw: then nothing is kept alive.
      const isKeptAlive = waitUntil !== undefined && orUndefined(() => (waitUntil(promise), true)) === true
      const entry: Running<Reply> = {
        inFlight,
        identity: undefined,
        requested: false,
        refreshTokenSent: false,
        refreshToken: "kept",
        remembered: undefined,
        waiting: undefined,
        exit: undefined,
        promise,
        isKeptAlive,
        resolve
      }
      running.set(inFlight, entry)
      return entry
    },
    get: (inFlight) => running.get(inFlight),
    finish: (entry, exit) => {
      if (entry.exit !== undefined) return
      entry.exit = exit
      entry.resolve(exit)
      running.delete(entry.inFlight)
    },
    wait: (entry, lost) => {
      if (entry === undefined) return Effect.suspend(lost)
      if (entry.exit !== undefined) return entry.exit
      const wait = settled(entry.promise, lost)
      return entry.isKeptAlive ? within(wait, patience, lost) : wait
    }
  }
}

/** Waits for a promise of an `Exit`; `lost` follows where it is rejected. */
export const settled = <A, E, E2>(
  promise: Promise<Exit.Exit<A, E>>,
  lost: () => Effect.Effect<A, E2>
): Effect.Effect<A, E | E2> =>
  Effect.callback((resume) => {
    promise.then(resume, () => resume(Effect.suspend(lost)))
  })

/** `Promise.withResolvers`, which is not on Node 20. */
export const withResolvers = <A>(): { readonly promise: Promise<A>; readonly resolve: (value: A) => void } => {
  let resolve: (value: A) => void = () => {}
  const promise = new Promise<A>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

/** What `TokenSource.WaitUntil` is: the engine can't import it from there. */
export const WaitUntil: Context.Reference<((promise: Promise<unknown>) => void) | undefined> = Context.Reference<
  ((promise: Promise<unknown>) => void) | undefined
>("@mintmark/core/TokenSource/WaitUntil", { defaultValue: () => undefined })
