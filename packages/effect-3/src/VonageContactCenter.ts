/**
 * The access tokens of Vonage Contact Center's current system, as an Effect service.
 *
 * @since 0.1.0
 */
import { vonageContactCenter } from "@mintmark/vonage-contact-center/VonageContactCenter"
import type {
  VonageContactCenterDomain,
  VonageContactCenterRegion,
  VonageContactCenterScope,
  VonageContactCenterScopes
} from "@mintmark/vonage-contact-center/VonageContactCenter"
import { addsNothing, Service } from "./internal/service.ts"
import type { Options, Secret } from "./ProviderClient.ts"

export type {
  VonageContactCenterDomain,
  VonageContactCenterRegion,
  VonageContactCenterScope,
  VonageContactCenterScopes
}

/**
 * What `VonageContactCenter.layer` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface VonageContactCenterOptions extends Options {
  /** The account's region. */
  readonly region: VonageContactCenterRegion
  /** The domain below which the regions are: `cc.vonage.com` by default; the older one is still in use. */
  readonly domain?: VonageContactCenterDomain | undefined
  /** The client's id. */
  readonly clientId: string
  /** The client's secret, or an effect that reads it anew for each token request. */
  readonly clientSecret: Secret
  /** The scopes to request: at least one. */
  readonly scopes: VonageContactCenterScopes
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
  extends Service<VonageContactCenter, VonageContactCenterOptions, VonageContactCenterScopes>()(
    "@mintmark/effect-3/VonageContactCenter",
    vonageContactCenter,
    addsNothing
  )
{}
