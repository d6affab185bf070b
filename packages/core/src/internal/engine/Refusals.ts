import type { TokenError } from "../../TokenError.ts"
import type { Now } from "./Clocks.ts"
import { type Sent, waitOf } from "./ReplyMeaning.ts"
import { follows, remembered } from "./RetryAt.ts"

/*
 * What is remembered of failed token requests, for all accounts of an engine together: a password that seven views of an
 * account share is refused once. Whose memory a failure is, and for how long, is in `ReplyMeaning`.
 */

/** Who requests: the credentials alone, and with their scopes and parameters. They hold secrets. */
export interface Keys {
  readonly credentials: string
  readonly request: string
}

/** A failure that is returned without another token request: of one account, or of all with the same keys. */
export interface Remembered {
  /** With the `retryAt` that follows. */
  readonly error: TokenError
  /** By the steady clock; `Infinity` for never again by itself. */
  readonly until: number
  readonly keys?: Keys
  /** Whether a success or `renew` has cleared it since: of this account or of another one. */
  readonly isCleared?: boolean
}

/** One of all accounts with the same keys. */
export interface Refusal extends Remembered {
  /** How many there were in a row. */
  readonly failures: number
  readonly keys: Keys
}

/** The failures that are remembered. */
export interface Refusals {
  /** The failure that forbids a request, with a refresh token or without. */
  readonly find: (keys: () => Keys, isRefresh: boolean, now: Now) => Refusal | undefined
  /** Remembers a failure. `random`: from 0 to 1. */
  readonly add: (keys: Keys, sent: Sent, error: TokenError, now: Now, random: number) => Refusal
  /** Forgets what a success disproves; a refresh token that is taken says nothing of the password. */
  readonly succeeded: (keys: () => Keys, isRefresh: boolean) => void
  /** Forgets all. */
  readonly forget: (keys: () => Keys) => void
}

const owners = ["credentials", "request", "endpoint"] as const

// A refusal of the refresh token grant doesn't replace what is remembered of the primary grant.
const keyOf = (keys: Keys, owner: typeof owners[number], isRefresh: boolean): string =>
  `${owner} ${isRefresh ? "refresh" : "primary"} ${owner === "request" ? keys.request : keys.credentials}`

/** How many of the oldest are looked at for one to replace. */
const looks = 64

interface Entry extends Refusal {
  isCleared: boolean
}

/** No more than `capacity` are kept. Those that last longest are replaced last. */
export const make = (capacity: number): Refusals => {
  const refusals = new Map<string, Entry>()

  const makeRoom = (now: Now): void => {
    let victim: string | undefined
    let soonest = Infinity
    let left = looks
    for (const [key, { until }] of refusals) {
      victim ??= key
      if (until < soonest) {
        victim = key
        soonest = until
      }
      if (until <= now.steady || --left === 0) break
    }
    if (victim !== undefined) refusals.delete(victim)
  }

  const forgetWhere = (keys: () => Keys, isOver: (refusal: Refusal, isRefresh: boolean) => boolean): void => {
    if (refusals.size === 0) return
    const known = keys()
    for (const owner of owners) {
      for (const isRefresh of [true, false]) {
        const key = keyOf(known, owner, isRefresh)
        const refusal = refusals.get(key)
        if (refusal !== undefined && isOver(refusal, isRefresh)) {
          refusal.isCleared = true
          refusals.delete(key)
        }
      }
    }
  }

  return {
    find: (keys, isRefresh, now) => {
      if (refusals.size === 0) return undefined
      const known = keys()
      for (const owner of owners) {
        for (const ofRefresh of [isRefresh, !isRefresh]) {
          const refusal = refusals.get(keyOf(known, owner, ofRefresh))
          if (
            refusal !== undefined && now.steady < refusal.until
            && (isRefresh === ofRefresh || concernsBoth(refusal.error))
          ) {
            return refusal
          }
        }
      }
      return undefined
    },
    add: (keys, sent, error, now, random) => {
      const consequence = follows(sent, error, now)
      const key = keyOf(keys, consequence.owner, sent.isRefresh)
      const failures = (refusals.get(key)?.failures ?? 0) + 1
      const wait = waitOf(consequence, failures, random)
      const refusal: Entry = { ...remembered(error, now, wait), failures, keys, isCleared: false }
      if (!refusals.delete(key) && refusals.size >= capacity) makeRoom(now)
      refusals.set(key, refusal)
      return refusal
    },
    succeeded: (keys, isRefresh) =>
      forgetWhere(keys, ({ error }, ofRefresh) => !isRefresh || ofRefresh || concernsBoth(error)),
    forget: (keys) => forgetWhere(keys, () => true)
  }
}

/** Whether a failure of one grant holds back the other: it is about the client, or about the server. */
const concernsBoth = ({ reason }: TokenError): boolean =>
  reason._tag === "CredentialsRefused" || reason._tag === "Throttled" || reason._tag === "Unavailable"
