/**
 * Vonage Contact Center, the V0 system: the provider as a value, and its access tokens as an Effect service.
 *
 * @since 0.1.0
 */
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as HostPart from "@mintmark/core/HostPart"
import * as Provider from "@mintmark/core/Provider"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import { ProviderService } from "@mintmark/core/ProviderService"
import * as TokenReply from "@mintmark/core/TokenReply"
import type { VonageContactCenterDomain, VonageContactCenterRegion } from "./VonageContactCenter.ts"

export * from "@mintmark/core/ProviderService"

/**
 * The provider: client credentials, raw in a Basic header; no scopes; a 401 of the API means a new token. The API is at
 * the token endpoint's own host.
 *
 * @since 0.1.0
 * @category providers
 */
export const vonageContactCenterV0 = Provider.make({
  id: "vonage-contact-center-v0",
  tokenEndpoint: "https://{region}.{domain}/v{version}/oauth2/token",
  apiUrl: "https://{region}.{domain}",
  urlParts: { region: HostPart.label, version: HostPart.segment, domain: HostPart.name },
  defaults: { domain: "cc.vonage.com", version: "0" },
  names: { clientId: "accountKey", clientSecret: "apiToken" },
  clientAuthentication: ClientAuthentication.clientSecretBasicRaw,
  grant: Grant.clientCredentials,
  reply: TokenReply.Standard
})

/**
 * What `VonageContactCenterV0.layer` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface VonageContactCenterV0Options extends ProviderClient.Options {
  /** The account's region. */
  readonly region: VonageContactCenterRegion
  /** The domain below which the regions are: `cc.vonage.com` by default; the older one is still in use. */
  readonly domain?: VonageContactCenterDomain | undefined
  /** The version in the token endpoint's URL: `0` by default. */
  readonly version?: `${number}` | undefined
  /** The account key. */
  readonly accountKey: string
  /** The account's API token, or an effect that reads it anew for each token request. */
  readonly apiToken: Provider.Secret
}

/**
 * An account at Vonage Contact Center, the V0 system. It has no scopes. Vonage recommends the Basic header, which is the
 * default, and documents the body as well: `clientAuthentication: ClientAuthentication.clientSecretPost`.
 *
 * It is configured by `VONAGE_CONTACT_CENTER_V0_REGION`, `VONAGE_CONTACT_CENTER_V0_ACCOUNT_KEY`,
 * `VONAGE_CONTACT_CENTER_V0_API_TOKEN`, and optionally `VONAGE_CONTACT_CENTER_V0_VERSION`,
 * `VONAGE_CONTACT_CENTER_V0_DOMAIN` and `VONAGE_CONTACT_CENTER_V0_BASE_URL`.
 *
 * @since 0.1.0
 * @category services
 */
export class VonageContactCenterV0 extends ProviderService<
  VonageContactCenterV0,
  VonageContactCenterV0Options
>()("@mintmark/vonage-contact-center/VonageContactCenterV0", vonageContactCenterV0) {}
