/**
 * The access tokens of Vonage Contact Center's V0 system, as an Effect service.
 *
 * @since 0.1.0
 */
import type * as Provider from "@mintmark/core/Provider"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import * as ProviderService from "@mintmark/core/ProviderService"
import { vonageContactCenterV0Settings } from "./internal/settings.ts"
import type { PlaceV0 } from "./Place.ts"
import { vonageContactCenterV0 } from "./VonageContactCenterV0Provider.ts"

/**
 * What `VonageContactCenterV0.layer` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface VonageContactCenterV0Options extends ProviderClient.Options, Provider.Overrides, PlaceV0 {
  /** The account key. */
  readonly accountKey: string
  /** The account's API token, or an effect that reads it anew for each token request. */
  readonly apiToken: ProviderClient.Secret
  /** Where the credentials go: a Basic header, which Vonage recommends, if left out; or the body. */
  readonly clientAuthentication?: "client_secret_basic_raw" | "client_secret_post" | undefined
}

/**
 * An account at Vonage Contact Center, the V0 system. It knows no scopes.
 *
 * It is configured by `VONAGE_CONTACT_CENTER_V0_REGION`, `VONAGE_CONTACT_CENTER_V0_ACCOUNT_KEY`,
 * `VONAGE_CONTACT_CENTER_V0_API_TOKEN`, and optionally `VONAGE_CONTACT_CENTER_V0_VERSION`,
 * `VONAGE_CONTACT_CENTER_V0_DOMAIN` and `VONAGE_CONTACT_CENTER_V0_BASE_URL`.
 *
 * @since 0.1.0
 * @category services
 */
export class VonageContactCenterV0
  extends ProviderService.Service<VonageContactCenterV0, VonageContactCenterV0Options>()(
    "@mintmark/vonage-contact-center/VonageContactCenterV0",
    {
      settings: vonageContactCenterV0Settings,
      provider: vonageContactCenterV0,
      account: ({ accountKey, apiToken }) => ({ clientId: accountKey, clientSecret: apiToken })
    }
  )
{}
