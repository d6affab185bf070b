/**
 * Voipex's access tokens as an Effect service.
 *
 * @since 0.1.0
 */
import type * as Provider from "@mintmark/core/Provider"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import * as ProviderService from "@mintmark/core/ProviderService"
import { voipexSettings } from "./internal/settings.ts"
import { type Scope, voipex } from "./VoipexProvider.ts"

/**
 * What `Voipex.layer` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface VoipexOptions extends ProviderClient.Options, Provider.Overrides {
  /** The account's e-mail address. */
  readonly username: string
  /** The account's password, or an effect that reads it anew for each token request. */
  readonly password: ProviderClient.Secret
  /** The public client to ask as: `api` if left out. */
  readonly clientId?: string | undefined
  /** The scopes to ask for; what Voipex gives by itself if left out. */
  readonly scopes?: ReadonlyArray<Scope> | undefined
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
export class Voipex
  extends ProviderService.Service<Voipex, VoipexOptions, ReadonlyArray<Scope>>()("@mintmark/voipex/Voipex", {
    settings: voipexSettings,
    provider: voipex,
    account: ({ clientId = "api", password, scopes, username }) => ({ clientId, username, password, scopes })
  })
{}
