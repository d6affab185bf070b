/**
 * When a token is fresh, due, expired. All times are in milliseconds; instants are counted from the Unix epoch.
 *
 * @since 0.1.0
 */

/**
 * The two instants at which a token's standing changes.
 *
 * @since 0.1.0
 * @category models
 */
export interface Lifetime {
  /** From here on the token is still served, while a new one is asked for. */
  readonly dueAt: number
  /** From here on the token is not served any more. */
  readonly expiresAt: number
}

/**
 * A token's standing: *fresh*, then *due* (still valid: serve it, and renew behind the caller's back), then
 * *expired* (wait for the new one).
 *
 * @since 0.1.0
 * @category models
 */
export type Phase = "fresh" | "due" | "expired"

/**
 * The due window is this fraction of the lifetime...
 *
 * @since 0.1.0
 * @category constants
 */
export const dueFraction = 0.2

/**
 * ... but never longer than this: 5 minutes.
 *
 * @since 0.1.0
 * @category constants
 */
export const dueWindowCap = 300_000

/**
 * The last instant that a `Date` can hold. A lifetime that reaches beyond it ends there.
 *
 * @since 0.1.0
 * @category constants
 */
export const endOfTime = 8.64e15

/**
 * The lifetime of a token that was asked for at `requestedAt` and ends at `expiresAt`.
 *
 * `jitter` is a number from 0 to 1, drawn for this token alone: it moves the start of the due window within the
 * window's first half, so that many processes don't renew at the same moment.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (requestedAt: number, expiresAt: number, jitter: number): Lifetime => {
  const window = Math.min((expiresAt - requestedAt) * dueFraction, dueWindowCap)
  return { dueAt: expiresAt - window * (1 - jitter / 2), expiresAt }
}

/**
 * A token's standing at an instant.
 *
 * @since 0.1.0
 * @category combinators
 */
export const phase = (self: Lifetime, now: number): Phase =>
  now < self.dueAt ? "fresh" : now < self.expiresAt ? "due" : "expired"
