import type { TokenError } from "../../TokenError.ts"
import type { Now } from "./Clocks.ts"

/*
 * A token endpoint that fails for many accounts. One of them probes it every 5 s, and the others follow when it has
 * recovered, spread over time: a hundred thousand accounts would keep it from recovering. Each process probes for itself,
 * at times of its own.
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
  /** A request of an account failed, since the endpoint can't be reached or fails. `random`: from 0 to 1. */
  readonly failed: (account: object, error: TokenError, now: Now, random: number) => void
  /** A request was answered. */
  readonly answered: () => void
}

/** So many accounts must have failed in a row: fewer have each its own backoff. */
const accounts = 3

/** How often the endpoint is probed: every 5 s. */
export const probeEvery = 5_000

/** The accounts that wait follow one each millisecond; from the 5,000th on again from the first millisecond. */
const longestSpread = 5_000

/** Of an endpoint that is well. */
export const make = (): Outage => {
  const failing = new Set<object>()
  let last: TokenError | undefined
  let probeAt = -Infinity
  /** From when on those who wait follow: the time of the probe that runs, or of the next one. */
  let from = -Infinity
  let waiting = 0

  const waitFrom = (instant: number): void => {
    if (from !== instant) waiting = 0
    from = instant
  }

  return {
    isActive: () => failing.size >= accounts,
    check: (now, random) => {
      if (failing.size < accounts || last === undefined) return undefined
      if (now.steady >= probeAt) {
        probeAt = now.steady + probeEvery
        waitFrom(now.steady)
        return undefined
      }
      return { error: last, until: from + waiting++ % longestSpread + random }
    },
    failed: (account, error, now, random) => {
      last = error
      if (failing.size >= accounts) return waitFrom(probeAt)
      failing.add(account)
      if (failing.size < accounts) return
      // Many processes notice an outage at the same time, and shall not probe at the same time.
      probeAt = now.steady + probeEvery * (1 + random) / 2
      waitFrom(probeAt)
    },
    answered: () => {
      if (failing.size > 0) failing.clear()
      last = undefined
    }
  }
}
