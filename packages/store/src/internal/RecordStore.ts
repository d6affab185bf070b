import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"

/*
 * Where the records of many processes are, one for each identity, and what can be done with one in a single step. All
 * times are those of the database's own clock, in milliseconds: no two processes need clocks that agree.
 */

/** The database can't be reached, is too slow, or refuses. It holds no cause: foreign errors quote what they read. */
export class StoreUnavailable extends Data.TaggedError("StoreUnavailable")<{}> {}

/** A record, and whether its lease was taken with this look. */
export interface Record {
  /** The time of the look. */
  readonly now: number
  /** The number of the token. It grows from each token to the next, and no late writer can write under another. */
  readonly generation: number
  /** The sealed token; empty if there is none. */
  readonly token: string
  /** Whether an API refused the token. */
  readonly isRejected: boolean
  /** That the token's refresh token is being sent, or may have been. */
  readonly mark: Mark | undefined
  /** The sealed failure that was written last; empty if there is none. */
  readonly failure: string
  /** How long the failure still applies. */
  readonly failureLeft: number
  /** How many failures there were in a row. */
  readonly failures: number
  /** The generation that the owner of the lease writes; 0 where the lease was not taken. */
  readonly fence: number
  /** How long another process still has the lease, if it doesn't extend it. */
  readonly leaseLeft: number
}

/** Who sends a refresh token, and for the how-manieth time. */
export interface Mark {
  readonly by: string
  readonly count: number
}

/** How a look may take the lease: only where the newest token is known already, and no failure applies. */
export interface Claim {
  readonly owner: string
  /** How long the lease lasts; 0 for a look that takes none. */
  readonly lease: number
  /** The generation of the newest token that is known not to do. */
  readonly known: number
  /** Whether to take it despite a failure. */
  readonly force: boolean
}

/** What the owner of the lease changes in a record. */
export interface Change {
  /** How long the lease lasts from now on; 0 gives it back, and notifies those who wait. */
  readonly lease: number
  /** How long the record is kept from now on, at least. */
  readonly keep?: number
  /** Removes the record, and notifies those who wait. */
  readonly end?: true
  /** A new token. It takes the failures away. */
  readonly token?: { readonly sealed: string; readonly generation: number }
  /** The mark of a generation's refresh token; `null` takes it away. */
  readonly mark?: Mark & { readonly generation: number } | null
  /** A failure, and for how long it applies. */
  readonly failure?: { readonly sealed: string; readonly lasts: number; readonly count: number }
}

/** The largest sealed token that is written or read, in characters. */
export const largestField = 131_072

/** A place for records. */
export interface RecordStore {
  /** The record, and the lease if it can be taken, in one step. */
  readonly look: (name: string, claim: Claim) => Effect.Effect<Record, StoreUnavailable>
  /** Changes the record if this owner still has the lease; `false` if not. */
  readonly change: (name: string, owner: string, change: Change) => Effect.Effect<boolean, StoreUnavailable>
  /** Notes that an API refused the token of this generation. */
  readonly reject: (name: string, generation: number) => Effect.Effect<void, StoreUnavailable>
  /** Waits until a lease on the record is given back, and no longer than so many milliseconds. */
  readonly wait: (name: string, atMost: number) => Effect.Effect<void>
}

/** How long a token is kept, and a failure applies, at most: 30 days. */
export const longestKept = 2_592_000_000

/** How long a refresh token is kept that no other grant can replace: 100 years, by whatever clock. */
export const longestLived = 3_155_760_000_000

/**
 * How long the lease of another process may last at least: a minute, or as long as this process's own, if that is longer.
 * The processes of a fleet may differ in their setting while it is changed, and what is longer is from no process.
 */
export const longestLease = 60_000

/** What the numbers of tokens are below. One that isn't, or isn't a whole number, was not written by a store: it is none. */
export const endOfNumbers = Number.MAX_SAFE_INTEGER

/** The number after this one; the first again after the last. */
export const following = (number: number): number => number + 1 < endOfNumbers ? number + 1 : 1

/**
 * A record from the fields that a database returns, each by its name and as a text or a number. What is not a possible
 * value is left out, whoever wrote it: an impossible time, a number that no number can follow.
 */
export const fromFields = (fields: Readonly<globalThis.Record<string, unknown>>): Record => {
  const text = (name: string): string => {
    const value = fields[name]
    return typeof value === "string" && value.length <= largestField ? value : ""
  }
  const millis = (name: string, most: number): number => {
    const value = Number(fields[name] ?? 0)
    return value >= 0 ? Math.min(value, most) : 0
  }
  const number = (name: string): number => {
    const value = Number(fields[name] ?? 0)
    return Number.isInteger(value) && value >= 0 && value < endOfNumbers ? value : 0
  }
  // A column for counts holds none beyond 2 ** 31 - 1, and waits are at their longest long before.
  const count = (name: string): number => Math.min(number(name), mostCounted)
  const generation = number("generation")
  const is = (name: string) => (fields[name] ?? "") !== "" && number(name) === generation
  return {
    now: millis("now", latest),
    generation,
    token: text("token"),
    isRejected: is("rejected"),
    mark: is("marked") ? { by: text("markedBy"), count: count("markedCount") } : undefined,
    failure: text("failure"),
    failureLeft: millis("failureLeft", longestKept),
    failures: count("failures"),
    fence: number("fence"),
    leaseLeft: millis("leaseLeft", longestKept)
  }
}

/** The largest count that is read: a thousand. */
const mostCounted = 1_000

/** The last time that a `Date` can hold. */
const latest = 8.64e15
