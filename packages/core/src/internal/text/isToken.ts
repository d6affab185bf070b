import * as Predicate from "effect/Predicate"

/**
 * The longest token that is accepted, in characters: 15 KiB. Node's own limit is 16 KiB for all headers of a request
 * together, and few servers allow more.
 */
export const longestToken = 15_360

/** Whether a value is a token that a header can carry: RFC 6749 appendix A.12, less the space, which ends a token there. */
export const isToken = (value: unknown): value is string =>
  Predicate.isString(value) && value.length <= longestToken && /^[\x21-\x7E]+$/.test(value)
