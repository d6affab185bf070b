import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type { AccessToken } from "../../AccessToken.ts"
import type { TokenError } from "../../TokenError.ts"
import { orUndefined } from "../text/orUndefined.ts"
import { within } from "./Deadline.ts"
import type { InFlight, Result, Running } from "./State.ts"

/*
 * What is known of a token request while it runs, and those who wait for it.
 *
 * They wait for a JavaScript promise of the `Exit`, created where the request is started. In a Worker, a request that
 * ends takes its fibers and timers with it; a promise that it created is then rejected, while a `Deferred` would never
 * be done.
 */

/**
 * Notes that a request starts. `waitUntil` keeps it alive in a Worker when the request that started it has ended, but
 * not forever: see `wait`.
 */
export const start = <Reply>(
  inFlight: InFlight<Reply>,
  waitUntil: ((promise: Promise<unknown>) => void) | undefined
): Running<Reply> => {
  const { promise, resolve } = withResolvers<Result<Reply>>()
  // Outside of a request it may throw: then nothing is kept alive.
  const isKeptAlive = waitUntil !== undefined && orUndefined(() => (waitUntil(promise), true)) === true
  return inFlight.running = {
    inFlight,
    requested: false,
    refreshTokenSent: false,
    refreshToken: "kept",
    promise,
    isKeptAlive,
    resolve
  }
}

/** Gives its result to those who wait, unless they have one. */
export const finish = <Reply>(running: Running<Reply>, exit: Result<Reply>): void => {
  running.resolve(running.exit ??= exit)
}

/**
 * Waits for the result. `lost` is what follows where there will be none: what ran the request is gone, or it was kept
 * alive, and has taken longer than `patience`, in milliseconds.
 */
export const wait = <Reply, E>(
  running: Running<Reply> | undefined,
  patience: number,
  lost: () => Effect.Effect<AccessToken<Reply>, E>
): Effect.Effect<AccessToken<Reply>, TokenError | E> => {
  if (running === undefined) return Effect.suspend(lost)
  const wait = running.exit ?? settled(running.promise, lost)
  return running.isKeptAlive ? within(wait, patience, lost) : wait
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
