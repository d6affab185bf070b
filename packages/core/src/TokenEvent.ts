/**
 * What happened when a token was needed: why it was requested, and the outcome.
 *
 * @since 0.1.0
 */
/**
 * Why a token request was made.
 *
 * - `first`: there was no token yet
 * - `expiring`: the token was about to expire, and was still served
 * - `expired`: the token had expired
 * - `rejected`: an API refused the token
 * - `forced`: `renew` was called
 *
 * @since 0.1.0
 * @category models
 */
export type Reason = "first" | "expiring" | "expired" | "rejected" | "forced"

/**
 * The outcome of a token request.
 *
 * - `obtained`: a token that was not known before
 * - `same`: the server returned the token that was cached already
 * - `shared`: another process requested the token, and the shared store had it
 * - else the tag of the error's reason
 *
 * @since 0.1.0
 * @category models
 */
export type Outcome =
  | "obtained"
  | "same"
  | "shared"
  | "CredentialsRefused"
  | "GrantRefused"
  | "RequestRefused"
  | "Throttled"
  | "Unavailable"
  | "ReplyNotUnderstood"
  | "Unsafe"
  | "InvalidOption"

/**
 * Says why a token was requested. There is one event for each token request with its retries, when it has
 * returned.
 *
 * @since 0.1.0
 * @category models
 */
export interface TokenEvent {
  /** The provider's id. */
  readonly provider: string
  readonly reason: Reason
  readonly outcome: Outcome
  /** Whether a token request was made: `false` where the token came from another process, or the credentials could not be read. */
  readonly requested: boolean
  /** When it began, in milliseconds since the Unix epoch. */
  readonly startedAt: number
  /** When it returned, in milliseconds since the Unix epoch. */
  readonly endedAt: number
}
