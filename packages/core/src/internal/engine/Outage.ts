import type { TokenError } from "../../TokenError.ts"
import type { Now } from "./Clocks.ts"

/*
 * A token endpoint that fails for many accounts. One of them probes it every 5 s, and the others follow when it has
 * recovered, spread over time: a hundred thousand accounts would keep it from recovering.
 */

/** What holds an account back. */
export interface HeldBack {
  readonly error: TokenError
  /** When the account may try, by the steady clock. */
  readonly until: number
}

/** Whether a token endpoint fails for many accounts. */
export interface Outage {
  /** Whether it does. A request is not repeated then. */
  readonly isActive: () => boolean
  /** What holds an account back; `undefined` for the one that probes. `random`: from 0 to 1. */
  readonly check: (now: Now, random: number) => HeldBack | undefined
  /** A request of an account failed, since the endpoint can't be reached or fails. */
  readonly failed: (account: object, error: TokenError, now: Now) => void
  /** A request was answered. */
  readonly answered: () => void
}

/** So many accounts must have failed in a row: fewer have each its own backoff. */
const accounts = 3

/** How often the endpoint is probed: every 5 s. */
export const probeEvery = 5_000

/** The accounts that wait follow within 5 s, or within a millisecond for each of them. */
const longestSpread = 5_000

/** Of an endpoint that is well. */
export const make = (): Outage => {
  const failing = new Set<object>()
  let last: TokenError | undefined
  let probeAt = -Infinity
  let waiting = 0
  // How many waited for the probe before: those who come first can't know how many follow.
  let before = 0

  return {
    isActive: () => failing.size >= accounts,
    check: (now, random) => {
      if (failing.size < accounts || last === undefined) return undefined
      if (now.steady >= probeAt) {
        probeAt = now.steady + probeEvery
        before = waiting
        waiting = 0
        return undefined
      }
      waiting++
      return { error: last, until: probeAt + random * Math.min(Math.max(waiting, before), longestSpread) }
    },
    failed: (account, error, now) => {
      last = error
      if (failing.size >= accounts) return
      failing.add(account)
      if (failing.size >= accounts) probeAt = now.steady + probeEvery
    },
    answered: () => {
      failing.clear()
      last = undefined
    }
  }
}
