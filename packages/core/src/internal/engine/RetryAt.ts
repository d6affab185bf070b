import { TokenError } from "../../TokenError.ts"
import type { Now } from "./Clocks.ts"

/** How long a server asked to wait, in milliseconds from now on. */
export const askedBy = ({ retryAt }: TokenError, now: Now): number | undefined =>
  retryAt === undefined ? undefined : Math.max(0, retryAt - now.wall)

/** The error as callers get it: with the instant from which on another request is sent, if there is one. */
export const withRetryAt = (error: TokenError, now: Now, wait: number): TokenError =>
  new TokenError({ ...error, retryAt: Number.isFinite(wait) ? now.wall + wait : undefined })
