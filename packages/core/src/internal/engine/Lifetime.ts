/*
 * When a token is fresh, expiring, expired. All times are in milliseconds.
 */

/** The two instants at which a token's phase changes. */
export interface Lifetime {
  /** From here on the token is still served, while a new one is requested in the background. */
  readonly expiringAt: number
  /** From here on the token is not served any more. */
  readonly expiresAt: number
}

/**
 * A token's phase: *fresh*, then *expiring* (still valid: it is served, and renewed in the background), then *expired*
 * (callers wait for the new one).
 */
export type Phase = "fresh" | "expiring" | "expired"

/** A token is expiring for this fraction of its lifetime... */
export const expiringFraction = 0.2

/** ... but never longer than this: 5 minutes. */
export const expiringCap = 300_000

/** The last instant that a `Date` can hold. A lifetime that reaches beyond it ends there. */
export const endOfTime = 8.64e15

/**
 * The lifetime of a token that was requested at `requestedAt` and expires at `expiresAt`.
 *
 * `jitter` is a number from 0 to 1, drawn for this token alone: it moves `expiringAt` within the first half of the
 * window, so that many processes don't renew at the same moment.
 */
export const make = (requestedAt: number, expiresAt: number, jitter: number): Lifetime => {
  const window = Math.min((expiresAt - requestedAt) * expiringFraction, expiringCap)
  return { expiringAt: expiresAt - window * (1 - jitter / 2), expiresAt }
}

/** A token's phase at an instant. */
export const phase = (self: Lifetime, now: number): Phase =>
  now < self.expiringAt ? "fresh" : now < self.expiresAt ? "expiring" : "expired"
