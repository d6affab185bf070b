import type * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"

const needs = Metric.counter("mintmark_store_needs", {
  description: "Needs for a token that were brought to a shared store, by how they were met",
  incremental: true
})

const mishaps = Metric.counter("mintmark_store_mishaps", {
  description: "What went wrong with a shared store, by kind",
  incremental: true
})

/**
 * How a need was met.
 *
 * - `shared`: another process had the token
 * - `asked`: this process asked for the fleet
 * - `alone`: the store was away, and this process asked for itself
 * - `told`: another process had been refused
 * - `postponed`: the store was away, and the need could wait
 */
export type Outcome = "shared" | "asked" | "alone" | "told" | "postponed"

/**
 * What went wrong.
 *
 * - `away`: an operation failed
 * - `slow`: an operation took longer than its budget
 * - `held_off`: an operation was not tried, because those before it failed
 * - `unreadable`: what lay in the store was none of ours, or sealed with a key that we don't have
 * - `unwritable`: a token was too large for the store, or had a part that can't be written
 * - `set_back`: a token was written before the store's clock was set back, and nobody knows how old it is
 * - `lease_lost`: a token came when the lease was somebody else's
 * - `refresh_token_lost`: nobody knows whether a refresh token was spent, and it wasn't tried
 */
export type Mishap =
  | "away"
  | "slow"
  | "held_off"
  | "unreadable"
  | "unwritable"
  | "set_back"
  | "lease_lost"
  | "refresh_token_lost"

export const met = (outcome: Outcome): Effect.Effect<void> =>
  Metric.update(Metric.withAttributes(needs, { outcome }), 1)

export const mishap = (kind: Mishap): Effect.Effect<void> => Metric.update(Metric.withAttributes(mishaps, { kind }), 1)
