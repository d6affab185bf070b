/*
 * How long the engine waits without a `Retry-After`. How long a failure is remembered is in `ReplyMeaning`. Times are in
 * milliseconds.
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
 * How long after one accepted rejection the next one is ignored: 1 s, doubled up to 1 min. An API that refuses every
 * token then costs few of them.
 */
export const rejectionFloor = (rejections: number): number => doubled(1_000, rejections, 60_000)

/**
 * How long after a refusal that may have another reason than the token the next such one is ignored: 1 s. Where a
 * revocation is reported by a 403, permitted requests fail for no longer.
 */
export const doubtPause = 1_000

/**
 * How long the request after a token that could not be kept (lifetime 0) waits: 125 ms, doubled up to 1 s. A server
 * that returns tokens at the end of their lifetime then gets no request from every caller.
 */
export const unkeptPause = (unkept: number): number => unkept === 0 ? 0 : doubled(125, unkept, 1_000)

/**
 * How long credentials that come from an effect are not read again after a refusal: 1 s, doubled up to 1 min.
 */
export const credentialsPause = (failures: number): number => doubled(1_000, failures, 60_000)

const doubled = (first: number, count: number, cap: number): number => Math.min(first * 2 ** (count - 1), cap)
