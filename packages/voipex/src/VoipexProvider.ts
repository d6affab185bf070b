/**
 * What is known of Voipex's authorization server.
 *
 * @since 0.1.0
 */
import * as Provider from "@mintmark/core/Provider"
import { optional } from "@mintmark/core/Reply"
import type { TokenError } from "@mintmark/core/TokenError"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { voipexSettings } from "./internal/settings.ts"

/**
 * The scopes that Voipex is known to take or to give. Any other text is accepted too.
 *
 * @since 0.1.0
 * @category models
 */
export type Scope = "openid" | "profile" | "email" | (string & {})

/**
 * What Voipex's reply adds to OAuth's fields.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Reply = Schema.Struct({
  /** Tokens issued before this time are refused, in seconds since the Unix epoch (`not-before-policy`); 0 for none. */
  notBeforePolicy: optional(Schema.Finite),
  /** The session at the server that the token belongs to, a UUID (`session_state`). */
  sessionState: optional(Schema.String),
  /** Who the account's person is, as a signed JWT (`id_token`), where the scope `openid` was asked for. */
  idToken: optional(Schema.RedactedFromValue(Schema.String, { label: "id token" }))
}).pipe(Schema.encodeKeys({
  notBeforePolicy: "not-before-policy",
  sessionState: "session_state",
  idToken: "id_token"
}))

/**
 * @since 0.1.0
 * @category schemas
 */
export type Reply = typeof Reply.Type

/**
 * Voipex: the account's password for a public client, then refresh tokens; a 401 of the API means a new token.
 *
 * @since 0.1.0
 * @category providers
 */
export const voipex = (overrides?: Provider.Overrides): Result.Result<Provider.Provider<Reply>, TokenError> =>
  Provider.make({
    id: "voipex",
    tokenEndpoint: "https://auth.voipex.io/token",
    apiUrl: "https://ipbxapi.voipex.io",
    apiOrigins: ["https://sms-api.voipex.io", "https://restapi.ipex.cz"],
    clientAuthentication: "none",
    grant: "password",
    renewsWithRefreshToken: true,
    refreshTokenExpiresIn: "refresh_expires_in",
    reply: Reply,
    settings: voipexSettings
  }, overrides)
