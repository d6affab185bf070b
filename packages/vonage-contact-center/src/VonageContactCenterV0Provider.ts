/**
 * What is known of the authorization server of Vonage Contact Center's V0 system.
 *
 * @since 0.1.0
 */
import * as HostPart from "@mintmark/core/HostPart"
import * as Provider from "@mintmark/core/Provider"
import * as Reply from "@mintmark/core/Reply"
import type { TokenError } from "@mintmark/core/TokenError"
import type * as Result from "effect/Result"
import { vonageContactCenterV0Settings } from "./internal/settings.ts"
import type { PlaceV0 } from "./Place.ts"

/**
 * The V0 system: client credentials, raw in a Basic header; no scopes; a 401 of the API means a new token.
 *
 * @since 0.1.0
 * @category providers
 */
export const vonageContactCenterV0 = (
  { domain = "cc.vonage.com", region, version = 0, ...overrides }: PlaceV0 & Provider.Overrides
): Result.Result<Provider.Provider<{}>, TokenError> =>
  Provider.make({
    id: "vonage-contact-center-v0",
    tokenEndpoint: "https://{region}.{domain}/v{version}/oauth2/token",
    apiUrl: "https://{region}.api.{domain}",
    hostParts: {
      region: HostPart.label(region),
      version: HostPart.label(String(version)),
      domain: HostPart.name(domain)
    },
    clientAuthentication: "client_secret_basic_raw",
    grant: "client_credentials",
    reply: Reply.Nothing,
    settings: vonageContactCenterV0Settings
  }, overrides)
