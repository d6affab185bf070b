/**
 * The tokens that the sandbox has issued, shown by fingerprint.
 *
 * @since 0.1.0
 */
import type * as Redacted from "effect/Redacted"
import type { Provider } from "./Provider.ts"

/**
 * An access token that the API would accept now.
 *
 * @since 0.1.0
 * @category models
 */
export interface ValidToken {
  readonly provider: Provider
  readonly account: string
  readonly scopes: ReadonlyArray<string>
  readonly fingerprint: string
  /** Epoch milliseconds. */
  readonly issuedAt: number
  /** Epoch milliseconds. Absent: it doesn't expire. */
  readonly expiresAt: number | undefined
  /** Whole seconds left, rounded down. Absent: it doesn't expire. */
  readonly remaining: number | undefined
  readonly session: string | undefined
}

/**
 * A refresh token, with the number of times that it was presented.
 *
 * @since 0.1.0
 * @category models
 */
export interface RefreshTokenUse {
  readonly provider: Provider
  readonly account: string
  readonly fingerprint: string
  readonly uses: number
  /** Whether it can get a new access token: it has not expired, and it isn't spent. */
  readonly usable: boolean
  readonly session: string
  /** Epoch milliseconds. */
  readonly issuedAt: number
  /** Epoch milliseconds. Absent: it doesn't expire. */
  readonly expiresAt: number | undefined
  /** Whole seconds left, rounded down. Absent: it doesn't expire, or can't be used. */
  readonly remaining: number | undefined
}

/**
 * Which tokens to revoke. What is absent matches everything.
 *
 * `sessions` ends the sessions that match, with every token of theirs. `token` is a token, or its fingerprint.
 *
 * @since 0.1.0
 * @category models
 */
export interface Revocation {
  readonly provider?: Provider | undefined
  readonly account?: string | undefined
  readonly token?: string | Redacted.Redacted<string> | undefined
  readonly what?: "all" | "access-tokens" | "refresh-tokens" | "sessions" | undefined
}
