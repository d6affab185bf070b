import type * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"

const lookups = Metric.counter("mintmark_store_lookups", {
  description: "Needs for a token that a shared store met, by how it met them",
  incremental: true
})

const problems = Metric.counter("mintmark_store_problems", {
  description: "Problems with a shared store, by kind",
  incremental: true
})

/**
 * How a need was met.
 *
 * - `shared`: with the token that another process had requested
 * - `requested`: this process requested a token for all
 * - `alone`: the store was unavailable, and this process requested a token for itself
 * - `failed`: with the failure of another process's token request
 * - `postponed`: the store was unavailable, and the need could wait
 */
export type Outcome = "shared" | "requested" | "alone" | "failed" | "postponed"

/**
 * What went wrong.
 *
 * - `unavailable`: an operation failed
 * - `slow`: an operation took longer than its budget
 * - `skipped`: an operation was not tried, because those before it had failed
 * - `unreadable`: a value in the store was not ours, or sealed with a key that this process doesn't have
 * - `unwritable`: a token was too large for the store, or had a part that can't be written
 * - `clock_set_back`: a token was written before the store's clock was set back, so that its age is not known
 * - `lease_lost`: a token came when another process had the lease
 * - `refresh_token_lost`: a refresh token may have been spent by another process, and was not sent
 */
export type Problem =
  | "unavailable"
  | "slow"
  | "skipped"
  | "unreadable"
  | "unwritable"
  | "clock_set_back"
  | "lease_lost"
  | "refresh_token_lost"

/** Counts a need that was met. */
export const met = (outcome: Outcome): Effect.Effect<void> =>
  Metric.update(Metric.withAttributes(lookups, { outcome }), 1)

/** Counts a problem. */
export const problem = (kind: Problem): Effect.Effect<void> =>
  Metric.update(Metric.withAttributes(problems, { kind }), 1)
