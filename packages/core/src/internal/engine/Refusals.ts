import { TokenError } from "../../TokenError.ts"
import type { Now } from "./Clocks.ts"
import { type Consequence, consequenceOf, type Sent, waitOf } from "./ReplyMeaning.ts"

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
  readonly key: string
  readonly isRefresh: boolean
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

  /** Those that have one of the keys, by owner: of one grant, then of the other. */
  const of = (keys: () => Keys, isRefresh: boolean): ReadonlyArray<Entry> => {
    if (refusals.size === 0) return []
    const known = keys()
    return owners.flatMap((owner) =>
      [isRefresh, !isRefresh].flatMap((ofRefresh) => refusals.get(keyOf(known, owner, ofRefresh)) ?? [])
    )
  }

  const forget = (cleared: ReadonlyArray<Entry>): void => {
    for (const refusal of cleared) {
      refusal.isCleared = true
      refusals.delete(refusal.key)
    }
  }

  return {
    find: (keys, isRefresh, now) =>
      of(keys, isRefresh).find((refusal) => now.steady < refusal.until && concerns(refusal, isRefresh)),
    add: (keys, sent, error, now, random) => {
      const consequence = follows(sent, error, now)
      const key = keyOf(keys, consequence.owner, sent.isRefresh)
      const failures = (refusals.get(key)?.failures ?? 0) + 1
      const wait = waitOf(consequence, failures, random)
      const { isRefresh } = sent
      const refusal = { ...remembered(error, now, wait), failures, key, keys, isRefresh, isCleared: false }
      if (!refusals.delete(key) && refusals.size >= capacity) makeRoom(now)
      refusals.set(key, refusal)
      return refusal
    },
    succeeded: (keys, isRefresh) =>
      forget(of(keys, isRefresh).filter((refusal) => !isRefresh || concerns(refusal, isRefresh))),
    forget: (keys) => forget(of(keys, true))
  }
}

/** Whether it holds back a grant: its own, or also the other, where it is about the client, or about the server. */
const concerns = (refusal: Entry, isRefresh: boolean): boolean =>
  refusal.isRefresh === isRefresh || bothGrants.includes(refusal.error.reason._tag)

const bothGrants = ["CredentialsRefused", "Throttled", "Unavailable"]

/** What follows from a failure now: until its `retryAt`, the server asked to wait. */
export const follows = (sent: Sent, { reason, retryAt }: TokenError, now: Now): Consequence =>
  consequenceOf(sent, reason, retryAt === undefined ? undefined : Math.max(0, retryAt - now.wall))

/**
 * A failure as it is remembered for a while, in milliseconds: by the steady clock, and as callers get it, with the
 * instant from which on another request is sent, if there is one.
 */
export const remembered = (error: TokenError, now: Now, wait: number) => ({
  error: new TokenError({ ...error, retryAt: Number.isFinite(wait) ? now.wall + wait : undefined }),
  until: now.steady + wait
})
