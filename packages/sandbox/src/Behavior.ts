/**
 * What the real servers are known to do in one way or another, and the sandbox therefore in either.
 *
 * @since 0.1.0
 */
import type { Lifetime } from "./Provider.ts"

/**
 * Where a client's credentials go, and how HTTP Basic carries them.
 *
 * @since 0.1.0
 * @category behavior
 * @see RFC 6749 section 2.3.1
 */
export type Placement = "client_secret_basic_raw" | "client_secret_basic" | "client_secret_post" | "none"

/**
 * The switches, by provider.
 *
 * @since 0.1.0
 * @category behavior
 */
export interface Behavior {
  readonly routee: {
    /** The API's answer to a token that is missing or expired. 401 by default. */
    readonly expiredTokenStatus: 401 | 403
  }
  readonly "routee-email": {
    /** The API's answer to a token that is missing or expired. 401 by default. */
    readonly expiredTokenStatus: 401 | 403
  }
  readonly voipex: {
    /** The status of `invalid_grant` for a wrong password: 401 on older servers, 400 on newer. 401 by default. */
    readonly refusedPasswordStatus: 400 | 401
    /** Whether a refresh token works once only, and its second use ends the session. On by default. */
    readonly rotation: boolean
    /** Whether two refused passwords within a second lock the account for a minute. On by default. */
    readonly lockout: boolean
    /** The `not-before-policy`: tokens issued before this time, in epoch seconds, are refused. 0 (none) by default. */
    readonly notBefore: number
    /** How long a refresh token lives. 7200 seconds by default. */
    readonly refreshLifetime: Lifetime
  }
  readonly generic: {
    /**
     * Whether its tokens end at a whole second: their lifetime counts from the second in which they were issued, rounded
     * down, as many real servers have it. Off by default.
     */
    readonly wholeSeconds: boolean
    /** The one place where credentials are read. `"client_secret_basic"` by default. */
    readonly placement: Placement
    /** Whether a refresh token works once only, and its second use ends the session. On by default. */
    readonly rotation: boolean
    /** The refresh token in the reply to a refresh token: a new one, the same again, or none. `"new"` by default. */
    readonly renewedRefreshToken: "new" | "same" | "none"
    /** How long a refresh token lives. 86400 seconds by default. */
    readonly refreshLifetime: Lifetime
  }
}

/**
 * Some of the switches; those that are absent stay as they are.
 *
 * @since 0.1.0
 * @category behavior
 */
export type BehaviorChanges = { readonly [P in keyof Behavior]?: Partial<Behavior[P]> | undefined }

/**
 * How the servers behave by default.
 *
 * @since 0.1.0
 * @category behavior
 */
export const defaults: Behavior = {
  routee: { expiredTokenStatus: 401 },
  "routee-email": { expiredTokenStatus: 401 },
  voipex: { refusedPasswordStatus: 401, rotation: true, lockout: true, notBefore: 0, refreshLifetime: 7200 },
  generic: {
    wholeSeconds: false,
    placement: "client_secret_basic",
    rotation: true,
    renewedRefreshToken: "new",
    refreshLifetime: 86400
  }
}
