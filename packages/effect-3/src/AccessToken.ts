/**
 * An access token as an application sees it.
 *
 * @since 0.1.0
 */
import type { AccessToken as AccessToken4, RefreshToken as RefreshToken4 } from "@mintmark/core/AccessToken"
import type * as Redacted from "effect/Redacted"

/**
 * A refresh token and its end.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-1.5 | RFC 6749 section 1.5}
 * @since 0.1.0
 * @category models
 */
export interface RefreshToken extends Omit<RefreshToken4, "value"> {
  readonly value: Redacted.Redacted
}

/**
 * An access token. Everything secret in it is `Redacted`, so it can be logged and inspected as it is.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1 | RFC 6749 section 5.1}
 * @since 0.1.0
 * @category models
 */
export interface AccessToken<out Reply = unknown> extends Omit<AccessToken4<Reply>, "value" | "refreshToken"> {
  /** The token: `Redacted.value(token.value)` is its text. */
  readonly value: Redacted.Redacted
  readonly refreshToken: RefreshToken | undefined
}
