/**
 * An access token as an application sees it.
 *
 * @since 0.1.0
 */
import type * as Redacted from "effect/Redacted"

/**
 * A refresh token and its end.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-1.5 | RFC 6749 section 1.5}
 * @since 0.1.0
 * @category models
 */
export interface RefreshToken {
  readonly value: Redacted.Redacted
  /** In milliseconds since the Unix epoch; `undefined` where the provider names no end. */
  readonly expiresAt: number | undefined
}

/**
 * An access token. Everything secret in it is `Redacted`, so it can be logged and inspected as it is.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1 | RFC 6749 section 5.1}
 * @since 0.1.0
 * @category models
 */
export interface AccessToken<out Reply = unknown> {
  readonly value: Redacted.Redacted
  /** When the request for it was sent, in milliseconds since the Unix epoch. */
  readonly requestedAt: number
  /** Its end, in milliseconds since the Unix epoch. A token that may be used just once ends when it was requested. */
  readonly expiresAt: number
  /** The scopes that were granted; where the reply names none, those that were asked for. A set: order says nothing. */
  readonly scopes: ReadonlyArray<string>
  readonly refreshToken: RefreshToken | undefined
  /** What the provider's reply adds to OAuth's fields. */
  readonly reply: Reply
}
