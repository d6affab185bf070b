import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"

/*
 * Where the records of a fleet lie, one for each identity, and what can be done with one in a single step. All times
 * are the shelf's own, in milliseconds: no two processes need clocks that agree.
 */

/** The shelf can't be reached, is too slow, or refuses. It says no more: foreign errors quote what they choked on. */
export class ShelfAway extends Data.TaggedError("ShelfAway")<{}> {}

/** A record as it lies there, and whether the lease on it is now the looker's. */
export interface Record {
  /** The shelf's time of this look. */
  readonly now: number
  /** The number of the token: it grows from one to the next, and under no other can a late writer write. */
  readonly generation: number
  /** The sealed token; empty if there is none. */
  readonly token: string
  /** Whether an API refused the token. */
  readonly isRejected: boolean
  /** Whether somebody set out to spend the token's refresh token, and never said what came of it. */
  readonly isSpent: boolean
  /** The sealed failure that was told last; empty if there is none. */
  readonly failure: string
  /** How much longer it answers in the server's place. */
  readonly failureLeft: number
  /** How many failures there were in a row. */
  readonly failures: number
  /** The generation that the lease's owner writes under; 0 where the lease is somebody else's, or wasn't wanted. */
  readonly fence: number
  /** How much longer somebody else's lease lasts, if nobody extends it. */
  readonly leaseLeft: number
}

/** How a look may take the lease: only where the newest token is known already and no failure answers. */
export interface Claim {
  readonly owner: string
  /** How long the lease lasts; 0 for a look that takes none. */
  readonly lease: number
  /** The generation of the newest token that is known not to do. */
  readonly known: number
  /** Whether to ask in spite of a remembered failure. */
  readonly force: boolean
}

/** What an owner changes in a record. A lease of 0 gives it back, and tells those who wait. */
export interface Change {
  readonly lease: number
  /** How long the record is kept from now on, at least. */
  readonly keep?: number
  readonly set?: { readonly [Field in Settable]?: string | number }
  readonly remove?: ReadonlyArray<Settable>
}

/** The fields that an owner may change. `spending` holds the generation whose refresh token is being spent. */
export type Settable = "token" | "generation" | "spending" | "failure" | "failureUntil" | "failureFor" | "failures"

/** The largest sealed token that is stored or read, in characters. What is larger is none of ours. */
export const largestField = 131_072

/** A place for records. */
export interface Shelf {
  /** The record, and the lease if it could be claimed, in one step. */
  readonly look: (name: string, claim: Claim) => Effect.Effect<Record, ShelfAway>
  /** Changes the record if the lease is still this owner's; `false` if it isn't. */
  readonly change: (name: string, owner: string, change: Change) => Effect.Effect<boolean, ShelfAway>
  /** Marks the token of this generation as refused. */
  readonly reject: (name: string, generation: number) => Effect.Effect<void, ShelfAway>
  /** Waits until somebody gives a lease on the record back, and no longer than so many milliseconds. */
  readonly news: (name: string, atMost: number) => Effect.Effect<void>
}
