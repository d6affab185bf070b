/**
 * Vonage Contact Center, the current system: the provider as a value, and its access tokens as an Effect service.
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
import type * as Array from "effect/Array"

export * from "@mintmark/core/ProviderService"

/**
 * The regions that are known. Any other that can stand in a host name is accepted too.
 *
 * @since 0.1.0
 * @category models
 */
export type VonageContactCenterRegion = "emea" | "nam" | "apac" | (string & {})

/**
 * The domains that are known. Any other host name is accepted too.
 *
 * @since 0.1.0
 * @category models
 */
export type VonageContactCenterDomain = "cc.vonage.com" | "newvoicemedia.com" | (string & {})

/**
 * The scopes that Vonage documents. Any other text is accepted too.
 *
 * @since 0.1.0
 * @category models
 */
export type VonageContactCenterScope =
  | "agents-availability:read"
  | "users:read"
  | "users:write"
  | "interactions:write"
  | "interaction-content:read"
  | "interaction-content:delete"
  | "stats"
  | "globalpci"
  | "admin:read"
  | "admin:write"
  | "self:read"
  | "self:write"
  | (string & {})

/**
 * What a token is requested for: at least one scope.
 *
 * @since 0.1.0
 * @category models
 */
export type VonageContactCenterScopes = Array.NonEmptyReadonlyArray<VonageContactCenterScope>

/**
 * The provider: client credentials, in the body; scopes required; a 401 of the API means a new token, a 403 a missing
 * right.
 *
 * @since 0.1.0
 * @category providers
 */
export const vonageContactCenter = Provider.make({
  id: "vonage-contact-center",
  tokenEndpoint: "https://{region}.{domain}/Auth/connect/token",
  apiUrl: "https://{region}.api.{domain}",
  urlParts: { region: HostPart.label, domain: HostPart.name },
  defaults: { domain: "cc.vonage.com" },
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials,
  scopesRequired: true,
  reply: TokenReply.Standard
})

/**
 * What `VonageContactCenter.layer` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface VonageContactCenterOptions extends ProviderClient.Options {
  /** The account's region. */
  readonly region: VonageContactCenterRegion
  /** The domain below which the regions are: `cc.vonage.com` by default; the older one is still in use. */
  readonly domain?: VonageContactCenterDomain | undefined
  /** The client's id. */
  readonly clientId: string
  /** The client's secret, or an effect that reads it anew for each token request. */
  readonly clientSecret: Provider.Secret
  /** The scopes to request: at least one. */
  readonly scopes: VonageContactCenterScopes
}

/**
 * A client's account at Vonage Contact Center, the current system. Each set of scopes has a token of its own.
 *
 * It is configured by `VONAGE_CONTACT_CENTER_REGION`, `VONAGE_CONTACT_CENTER_CLIENT_ID`,
 * `VONAGE_CONTACT_CENTER_CLIENT_SECRET`, `VONAGE_CONTACT_CENTER_SCOPES` (separated by spaces), and optionally
 * `VONAGE_CONTACT_CENTER_DOMAIN` and `VONAGE_CONTACT_CENTER_BASE_URL`.
 *
 * @since 0.1.0
 * @category services
 */
export class VonageContactCenter extends ProviderService<
  VonageContactCenter,
  VonageContactCenterOptions,
  VonageContactCenterScopes
>()("@mintmark/vonage-contact-center/VonageContactCenter", vonageContactCenter) {}
