/**
 * Voipex's access tokens as an Effect service.
 *
 * @since 0.1.0
 */
import { voipex } from "@mintmark/voipex/Voipex"
import type { VoipexScope } from "@mintmark/voipex/Voipex"
import * as Schema from "effect/Schema"
import { toRedacted } from "./internal/accessToken.ts"
import { Service } from "./internal/service.ts"
import type { Options, Secret } from "./ProviderClient.ts"

export type { VoipexScope }

/**
 * What Voipex's reply adds to OAuth's fields.
 *
 * @since 0.1.0
 * @category schemas
 */
export class VoipexReply extends Schema.Class<VoipexReply>("@mintmark/effect-3/VoipexReply")({
  /** Tokens issued before this time are refused, in seconds since the Unix epoch (`not-before-policy`); 0 for none. */
  notBeforePolicy: Schema.optional(Schema.Number).pipe(Schema.fromKey("not-before-policy")),
  /** The session at the server that the token belongs to, a UUID (`session_state`). */
  sessionState: Schema.optional(Schema.String).pipe(Schema.fromKey("session_state")),
  /** Who the account's person is, as a signed JWT (`id_token`), where the scope `openid` was requested. */
  idToken: Schema.optional(Schema.Redacted(Schema.String)).pipe(Schema.fromKey("id_token"))
}) {}

/**
 * What `Voipex.layer` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface VoipexOptions extends Options {
  /** The account's e-mail address. */
  readonly username: string
  /** The account's password, or an effect that reads it anew for each token request. */
  readonly password: Secret
  /** The public client: `api` by default. */
  readonly clientId?: string | undefined
  /** The scopes to request; by default those that Voipex grants. */
  readonly scopes?: ReadonlyArray<VoipexScope> | undefined
}

/**
 * A person's account at Voipex: the password gets the first token, refresh tokens get those that follow.
 *
 * It is configured by `VOIPEX_USERNAME`, `VOIPEX_PASSWORD`, and optionally `VOIPEX_CLIENT_ID`, `VOIPEX_SCOPES` (spaces
 * between them) and `VOIPEX_BASE_URL`.
 *
 * @since 0.1.0
 * @category services
 */
export class Voipex extends Service<Voipex, VoipexOptions, ReadonlyArray<VoipexScope>>()(
  "@mintmark/effect-3/Voipex",
  voipex,
  ({ idToken, ...reply }) => new VoipexReply({ ...reply, ...(idToken && { idToken: toRedacted(idToken) }) })
) {}
