import type { TokenError } from "../../TokenError.ts"

/*
 * How long a failure is remembered, and how long a retry waits. Times are in milliseconds.
 */

/**
 * How often one token request is sent where it fails for a transient reason, the first time included.
 */
export const attempts = 3

/**
 * The wait before a retry: full jitter over a span that starts at 200 ms and doubles, up to 5 s.
 */
export const retryDelay = (attempt: number, random: number): number => random * doubled(200, attempt, 5_000)

/**
 * How long a failure answers in the server's place. It grows with each failure in a row.
 *
 * - a refused password, or any grant that nothing renews: for ever; one that is perhaps refused: 30 s, doubled up to 1 h
 * - refused credentials: 30 s, doubled up to 15 min
 * - throttled: what the server says, and 1 s at least, doubled up to 5 min
 * - any failure that may have spent a refresh token: what the server says, and 5 s at least, doubled up to 1 min
 * - unavailable: what the server says, or up to 250 ms, doubled up to 5 s, with full jitter: callers wait for it
 * - anything else: 1 s, doubled up to 1 min
 *
 * Where a shared store told of the failure, it is what the store says. `now` is the wall clock's time, by which
 * `retryAt` is meant.
 */
export const rememberFor = (
  error: TokenError,
  failures: number,
  now: number,
  random: number,
  spentRefreshToken: boolean
): number => {
  const asked = error.retryAt === undefined ? undefined : error.retryAt - now
  if (spentRefreshToken) return Math.max(asked ?? 0, doubled(5_000, failures, 60_000))
  switch (error.reason._tag) {
    case "GrantRefused":
      return error.reason.certain ? Infinity : Math.max(asked ?? 0, doubled(30_000, failures, 3_600_000))
    case "CredentialsRefused":
      return asked ?? doubled(30_000, failures, 900_000)
    case "Throttled":
      return Math.max(asked ?? 0, doubled(1_000, failures, 300_000))
    case "Unavailable":
      return asked ?? random * doubled(250, failures, 5_000)
    default:
      return asked ?? doubled(1_000, failures, 60_000)
  }
}

/**
 * How long after one accepted rejection the next one is ignored: 1 s, doubled up to 1 min. An API that refuses every
 * token then costs few of them.
 */
export const rejectionFloor = (rejections: number): number => doubled(1_000, rejections, 60_000)

/**
 * How long after a refusal that may not have been for the token's sake the next such one is ignored: 1 s. Where a
 * revocation is told by a 403, permitted requests fail for no longer.
 */
export const doubtPause = 1_000

/**
 * How long the request after a token that could not be kept (lifetime 0) waits: 125 ms, doubled up to 1 s. A server
 * that hands out tokens at their very end is then not asked by every caller.
 */
export const unkeptPause = (unkept: number): number => unkept === 0 ? 0 : doubled(125, unkept, 1_000)

/**
 * How long credentials that come from an effect are not read again after a refusal: 1 s, doubled up to 1 min.
 */
export const credentialsPause = (failures: number): number => doubled(1_000, failures, 60_000)

const doubled = (first: number, count: number, cap: number): number => Math.min(first * 2 ** (count - 1), cap)
