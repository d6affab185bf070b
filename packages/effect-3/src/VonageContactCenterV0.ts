/**
 * The access tokens of Vonage Contact Center's V0 system, as an Effect service.
 *
 * @since 0.1.0
 */
import { vonageContactCenterV0 } from "@mintmark/vonage-contact-center/VonageContactCenterV0"
import { addsNothing, Service } from "./internal/service.ts"
import type { Options, Secret } from "./ProviderClient.ts"
import type { VonageContactCenterOptions } from "./VonageContactCenter.ts"

/**
 * What `VonageContactCenterV0.layer` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface VonageContactCenterV0Options extends Options, Pick<VonageContactCenterOptions, "region" | "domain"> {
  /** The account key. */
  readonly accountKey: string
  /** The account's API token, or an effect that reads it anew for each token request. */
  readonly apiToken: Secret
  /** The version in the token endpoint's URL: 0 by default. */
  readonly version?: `${number}` | undefined
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
export class VonageContactCenterV0 extends Service<VonageContactCenterV0, VonageContactCenterV0Options>()(
  "@mintmark/effect-3/VonageContactCenterV0",
  vonageContactCenterV0,
  addsNothing
) {}
