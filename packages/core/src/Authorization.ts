/**
 * How an access token goes on the requests to an API: which header, and what stands before the token in it.
 *
 * @since 0.1.0
 */
import * as Redacted from "effect/Redacted"
import type { AccessToken } from "./AccessToken.ts"

/**
 * A header that carries an access token.
 *
 * @since 0.1.0
 * @category models
 */
export interface Authorization {
  /** The name of the header, in lower case. */
  readonly header: string
  /** What stands before the token, with a space between them; `undefined` for the token alone. */
  readonly scheme: string | undefined
}

/**
 * `Authorization: Bearer <token>`, the default.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 | RFC 6750 section 2.1}
 * @since 0.1.0
 * @category values
 */
export const bearer: Authorization = { header: "authorization", scheme: "Bearer" }

/**
 * `Authorization: <scheme> <token>`, such as `Authorization.scheme("Token")` or `Authorization.scheme("Zoho-oauthtoken")`.
 * Not for schemes that sign each request, such as `DPoP`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-11.6.2 | RFC 9110 section 11.6.2}
 * @since 0.1.0
 * @category constructors
 */
export const scheme = (scheme: string): Authorization => ({ header: "authorization", scheme })

/**
 * The token alone in a header of the provider's own, such as `Authorization.header("x-amz-access-token")`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const header = (name: string): Authorization => ({ header: name.toLowerCase(), scheme: undefined })

/**
 * The value of the header that carries the token.
 *
 * @since 0.1.0
 * @category combinators
 */
export const valueOf = ({ scheme }: Authorization, token: AccessToken): string =>
  scheme === undefined ? Redacted.value(token.value) : `${scheme} ${Redacted.value(token.value)}`
