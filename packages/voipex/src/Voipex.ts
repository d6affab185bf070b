/**
 * Voipex: the provider as a value, and its access tokens as an Effect service.
 *
 * @since 0.1.0
 */
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import { ProviderService } from "@mintmark/core/ProviderService"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as Schema from "effect/Schema"

export * from "@mintmark/core/ProviderService"

/**
 * The scopes that Voipex is known to accept or to grant. Any other text is accepted too.
 *
 * @since 0.1.0
 * @category models
 */
export type VoipexScope = "openid" | "profile" | "email" | (string & {})

/**
 * Voipex's reply: OAuth's fields, and those that Voipex adds. `refresh_expires_in` is the refresh token's lifetime.
 *
 * @since 0.1.0
 * @category schemas
 */
export const VoipexReply = TokenReply.make({
  /**
   * Tokens issued before this time are refused, in seconds since the Unix epoch (`not-before-policy`); 0 for none. The
   * field is documented, its meaning is likely.
   */
  notBeforePolicy: TokenReply.optional(Schema.Finite),
  /** The session at the server that the token belongs to, a UUID (`session_state`). */
  sessionState: TokenReply.optional(Schema.String),
  /** Who the account's person is, as a signed JWT (`id_token`), where the scope `openid` was requested. */
  idToken: TokenReply.optional(Schema.RedactedFromValue(Schema.String, { label: "id token" }))
}, {
  fields: { notBeforePolicy: "not-before-policy", sessionState: "session_state", idToken: "id_token" }
})

/**
 * What Voipex's reply adds to OAuth's fields: `token.reply`.
 *
 * @since 0.1.0
 * @category models
 */
export type VoipexReply = TokenReply.More<typeof VoipexReply>

/**
 * The provider: the account's password for a public client, then refresh tokens; a 401 of the API means a new token.
 *
 * @since 0.1.0
 * @category providers
 */
export const voipex = Provider.make({
  id: "voipex",
  tokenEndpoint: "https://auth.voipex.io/token",
  apiUrl: "https://ipbxapi.voipex.io",
  apiOrigins: ["https://sms-api.voipex.io", "https://restapi.ipex.cz"],
  clientAuthentication: ClientAuthentication.none,
  grant: Grant.password,
  renewal: Grant.refreshToken,
  defaults: { clientId: "api" },
  reply: VoipexReply
})

/**
 * What `Voipex.layer` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface VoipexOptions extends ProviderClient.Options {
  /** The account's e-mail address. */
  readonly username: string
  /** The account's password, or an effect that reads it anew for each token request. */
  readonly password: Provider.Secret
  /** The public client's id: `api` by default. */
  readonly clientId?: string | undefined
  /** The scopes to request; by default what Voipex grants by itself. */
  readonly scopes?: ReadonlyArray<VoipexScope> | undefined
}

/**
 * A person's account at Voipex: the password gets the first token, refresh tokens get those that follow.
 *
 * It is configured by `VOIPEX_USERNAME`, `VOIPEX_PASSWORD`, and optionally `VOIPEX_CLIENT_ID`, `VOIPEX_SCOPES`
 * (separated by spaces) and `VOIPEX_BASE_URL`.
 *
 * @since 0.1.0
 * @category services
 */
export class Voipex extends ProviderService<Voipex, VoipexOptions, ReadonlyArray<VoipexScope>>()(
  "@mintmark/voipex/Voipex",
  voipex
) {}
