/**
 * What Mintmark makes of a provider's pages: names, and decisions that are not on the wire.
 *
 * @since 0.1.0
 */
import type { TokenError } from "@mintmark/core/TokenError"

/**
 * What the provider calls a setting.
 *
 * @since 0.1.0
 * @category models
 */
export interface Setting {
  /** The name of the option: `applicationId`. */
  readonly option: string
  /** The environment variable: `ROUTEE_APPLICATION_ID`. */
  readonly variable: string
}

/**
 * The reason of an error.
 *
 * @since 0.1.0
 * @category models
 */
export interface Reason {
  /** The tag of the error's reason, by which a program decides. */
  readonly reason: TokenError["reason"]["_tag"]
  /** The OAuth code that the error has, if it has one. */
  readonly code?: string | undefined
}

/**
 * What Mintmark decides for a provider.
 *
 * @since 0.1.0
 * @category models
 */
export interface Policy {
  /** What the provider calls its settings, by OAuth's names. */
  readonly settings: Readonly<Record<string, Setting>>
  /** The reason of each failed reply that is stated, by the reply's name. */
  readonly reasons: Readonly<Record<string, Reason>>
  /** The reply's fields that are the provider's own, and that a program can read. */
  readonly reads?: ReadonlyArray<string> | undefined
  /** Whether a reply without `token_type` is not understood: yes by default. */
  readonly tokenTypeRequired?: boolean | undefined
  /** The lifetime of a token whose reply doesn't contain it, in seconds. Omitted: such a reply is not understood. */
  readonly assumedLifetime?: number | undefined
  /** How a refused grant is remembered: by default like a password with the password grant. */
  readonly refusedAs?: "client_credentials" | "password" | undefined
  /** The statuses of the API that mean "get a new token and repeat the request". */
  readonly newTokenOn: ReadonlyArray<number>
  /** The statuses in `newTokenOn` that may have another meaning, such as a missing right. */
  readonly doubtOn?: ReadonlyArray<number> | undefined
}
