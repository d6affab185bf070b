/**
 * The access tokens of Vonage Contact Center's current system, as an Effect service.
 *
 * @since 0.1.0
 */
import type * as Provider from "@mintmark/core/Provider"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import * as ProviderService from "@mintmark/core/ProviderService"
import { vonageContactCenterSettings } from "./internal/settings.ts"
import type { Place } from "./Place.ts"
import { type Scopes, vonageContactCenter } from "./VonageContactCenterProvider.ts"

/**
 * What `VonageContactCenter.layer` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface VonageContactCenterOptions extends ProviderClient.Options, Provider.Overrides, Place {
  /** The client's id. */
  readonly clientId: string
  /** The client's secret, or an effect that reads it anew for each token request. */
  readonly clientSecret: ProviderClient.Secret
  /** The scopes to ask for: at least one. */
  readonly scopes: Scopes
}

/**
 * A client's account at Vonage Contact Center, the current system. Each set of scopes has a token of its own.
 *
 * It is configured by `VONAGE_CONTACT_CENTER_REGION`, `VONAGE_CONTACT_CENTER_CLIENT_ID`,
 * `VONAGE_CONTACT_CENTER_CLIENT_SECRET`, `VONAGE_CONTACT_CENTER_SCOPES` (spaces between them), and optionally
 * `VONAGE_CONTACT_CENTER_DOMAIN` and `VONAGE_CONTACT_CENTER_BASE_URL`.
 *
 * @since 0.1.0
 * @category services
 */
export class VonageContactCenter
  extends ProviderService.Service<VonageContactCenter, VonageContactCenterOptions, Scopes>()(
    "@mintmark/vonage-contact-center/VonageContactCenter",
    {
      settings: vonageContactCenterSettings,
      provider: vonageContactCenter,
      account: ({ clientId, clientSecret, scopes }) => ({ clientId, clientSecret, scopes })
    }
  )
{}
