/**
 * What is known of the authorization server of Vonage Contact Center's current system.
 *
 * @since 0.1.0
 */
import * as HostPart from "@mintmark/core/HostPart"
import * as Provider from "@mintmark/core/Provider"
import * as Reply from "@mintmark/core/Reply"
import type { TokenError } from "@mintmark/core/TokenError"
import type * as Array from "effect/Array"
import type * as Result from "effect/Result"
import { vonageContactCenterSettings } from "./internal/settings.ts"
import type { Place } from "./Place.ts"

/**
 * The scopes that Vonage documents. Any other text is accepted too.
 *
 * @since 0.1.0
 * @category models
 */
export type Scope =
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
 * What a token is asked for: at least one scope.
 *
 * @since 0.1.0
 * @category models
 */
export type Scopes = Array.NonEmptyReadonlyArray<Scope>

/**
 * The current system: client credentials, in the body; scopes required; a 401 of the API means a new token, a 403 that
 * a right is missing.
 *
 * @since 0.1.0
 * @category providers
 */
export const vonageContactCenter = (
  { domain = "cc.vonage.com", region, ...overrides }: Place & Provider.Overrides
): Result.Result<Provider.Provider<{}>, TokenError> =>
  Provider.make({
    id: "vonage-contact-center",
    tokenEndpoint: "https://{region}.{domain}/Auth/connect/token",
    apiUrl: "https://{region}.api.{domain}",
    hostParts: { region: HostPart.label(region), domain: HostPart.name(domain) },
    clientAuthentication: "client_secret_post",
    grant: "client_credentials",
    scopesRequired: true,
    reply: Reply.Nothing,
    settings: vonageContactCenterSettings
  }, overrides)
