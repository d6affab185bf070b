/**
 * What a token request asks with: the client's own credentials, a password, or a refresh token.
 *
 * @since 0.1.0
 */
import * as Redacted from "effect/Redacted"

/**
 * The client asks for itself.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4 | RFC 6749 section 4.4}
 * @since 0.1.0
 * @category models
 */
export interface ClientCredentials {
  readonly type: "client_credentials"
}

/**
 * The client asks with the resource owner's username and password.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.3 | RFC 6749 section 4.3}
 * @since 0.1.0
 * @category models
 */
export interface Password {
  readonly type: "password"
  readonly username: string
  readonly password: Redacted.Redacted
}

/**
 * The client asks with the refresh token of an earlier reply.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6 | RFC 6749 section 6}
 * @since 0.1.0
 * @category models
 */
export interface RefreshToken {
  readonly type: "refresh_token"
  readonly refreshToken: Redacted.Redacted
}

/**
 * A grant that needs no earlier reply.
 *
 * @since 0.1.0
 * @category models
 */
export type Primary = ClientCredentials | Password

/**
 * Any grant, told apart by its `type`, which is its `grant_type` on the wire.
 *
 * @since 0.1.0
 * @category models
 */
export type Grant = Primary | RefreshToken

/**
 * The grant's fields of the body, in the order in which they are sent.
 *
 * @since 0.1.0
 * @category combinators
 */
export const parameters = (self: Grant): Readonly<Record<string, string>> => {
  const grant_type = self.type
  switch (grant_type) {
    case "client_credentials":
      return { grant_type }
    case "password":
      return { grant_type, username: self.username, password: Redacted.value(self.password) }
    case "refresh_token":
      return { grant_type, refresh_token: Redacted.value(self.refreshToken) }
  }
}
