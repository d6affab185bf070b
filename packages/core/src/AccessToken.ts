/**
 * An access token as an application sees it: the token itself, its lifetime, its scopes, its refresh token, and what
 * the provider's reply adds.
 *
 * @since 0.1.0
 */
import * as Redacted from "effect/Redacted"

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
  /** The token: `Redacted.value(token.value)` is its text, `authorization(token)` the header that carries it. */
  readonly value: Redacted.Redacted
  /** When the request for it was sent, in milliseconds since the Unix epoch. */
  readonly requestedAt: number
  /** Its end, in milliseconds since the Unix epoch. A token that may be used just once ends when it was requested. */
  readonly expiresAt: number
  /** The scopes that were granted; where the reply names none, those that were requested. Their order has no meaning. */
  readonly scopes: ReadonlyArray<string>
  readonly refreshToken: RefreshToken | undefined
  /** What the provider's reply adds to OAuth's fields. */
  readonly reply: Reply
  /** The base URL of the API, where the reply names it. */
  readonly apiUrl?: string | undefined
}

/**
 * The value of the `Authorization` header that carries the token as a bearer token. A token in a template string reads
 * `<redacted>`; this is for requests that are sent by other means than `http` and `attach`.
 *
 * ```ts
 * import * as AccessToken from "@mintmark/core/AccessToken"
 * import { Routee } from "@mintmark/routee"
 * import * as Effect from "effect/Effect"
 *
 * const headers = Effect.gen(function*() {
 *   const routee = yield* Routee
 *   return { authorization: AccessToken.authorization(yield* routee.token) }
 * })
 * ```
 *
 * For a provider that wants another header there is `Authorization.valueOf`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 | RFC 6750 section 2.1}
 * @since 0.1.0
 * @category combinators
 */
export const authorization = (self: AccessToken): string => `Bearer ${Redacted.value(self.value)}`

/**
 * Whether two values are the same token on the wire.
 *
 * @since 0.1.0
 * @category combinators
 */
export const isSame = (self: AccessToken, that: AccessToken): boolean =>
  Redacted.value(self.value) === Redacted.value(that.value)
