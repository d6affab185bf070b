import { TokenError } from "../../TokenError.ts"
import type { Now } from "./Clocks.ts"
import { type Consequence, consequenceOf, type Sent } from "./ReplyMeaning.ts"

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
