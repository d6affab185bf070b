import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Redacted from "effect/Redacted"
import type { AccessToken } from "../../AccessToken.ts"
import type { TokenError } from "../../TokenError.ts"
import type { InFlight } from "./State.ts"

/*
 * What is known of a token request while it runs, and those who wait for it.
 *
 * They wait for a JavaScript promise of the `Exit`, created where the request is started. In a Worker, a request that
 * ends takes its fibers and timers with it; a promise that it created is then rejected, while a `Deferred` would never
 * be done.
 */

/** A token request that runs. Its own fiber writes what it finds out. */
export interface Running<out Reply> {
  /** The identity that is requested with, once the credentials are read. */
  identity: Redacted.Redacted | undefined
  /** Whether a token request was made. */
  requested: boolean
  /** Whether a refresh token was sent, and may have been taken. */
  spentRefreshToken: boolean
  /** Its result, once there is one. */
  readonly exit: Exit.Exit<AccessToken<Reply>, TokenError> | undefined
  readonly promise: Promise<Exit.Exit<AccessToken<Reply>, TokenError>>
}

/** The token requests of an engine that run. */
export interface Requests<in out Reply> {
  /** Notes that a request starts. */
  readonly add: (inFlight: InFlight) => Running<Reply>
  /** Gives its result to those who wait, unless they have one. */
  readonly finish: (inFlight: InFlight, exit: Exit.Exit<AccessToken<Reply>, TokenError>) => void
  /**
   * Waits for the result. `lost` is what follows where there will be none: what ran the request is gone.
   */
  readonly wait: <E>(
    inFlight: InFlight,
    lost: () => Effect.Effect<AccessToken<Reply>, E>
  ) => Effect.Effect<AccessToken<Reply>, TokenError | E>
}

/** Of no requests yet. */
export const make = <Reply>(): Requests<Reply> => {
  type Result = Exit.Exit<AccessToken<Reply>, TokenError>
  interface Entry extends Running<Reply> {
    exit: Result | undefined
    readonly resolve: (exit: Result) => void
  }
  // Weak, since a request that is gone may never be finished.
  const entries = new WeakMap<InFlight, Entry>()

  const add = (inFlight: InFlight): Running<Reply> => {
    const { promise, resolve } = withResolvers<Result>()
    const entry: Entry = {
      identity: undefined,
      requested: false,
      spentRefreshToken: false,
      exit: undefined,
      promise,
      resolve
    }
    entries.set(inFlight, entry)
    return entry
  }

  return {
    add,
    finish: (inFlight, exit) => {
      const entry = entries.get(inFlight)
      if (entry === undefined || entry.exit !== undefined) return
      entry.exit = exit
      entry.resolve(exit)
    },
    wait: (inFlight, lost) => {
      const entry = entries.get(inFlight)
      if (entry === undefined) return Effect.suspend(lost)
      return entry.exit ?? Effect.callback((resume) => {
        entry.promise.then(resume, () => resume(Effect.suspend(lost)))
      })
    }
  }
}

// `Promise.withResolvers` is not on Node 20.
const withResolvers = <A>() => {
  let resolve: (value: A) => void = () => {}
  const promise = new Promise<A>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
