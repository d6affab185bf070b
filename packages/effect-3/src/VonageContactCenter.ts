/**
 * The access tokens of Vonage Contact Center's current system, as an Effect service.
 *
 * @since 0.1.0
 */
import { vonageContactCenter } from "@mintmark/vonage-contact-center/VonageContactCenter"
import type * as Array from "effect/Array"
import { addsNothing, Service } from "./internal/service.ts"
import type { Options, Secret } from "./ProviderClient.ts"

/**
 * The regions that are known. Any other that can stand in a host name is accepted too.
 *
 * @since 0.1.0
 * @category models
 */
export type VonageContactCenterRegion = "emea" | "nam" | "apac" | (string & {})

/**
 * Where an account lives.
 *
 * @since 0.1.0
 * @category models
 */
export interface VonageContactCenterPlace {
  /** The account's region. */
  readonly region: VonageContactCenterRegion
  /** The domain below which the regions are: `cc.vonage.com` if left out; the older one is still in use. */
  readonly domain?: "cc.vonage.com" | "newvoicemedia.com" | (string & {}) | undefined
}

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
 * What a token is asked for: at least one scope.
 *
 * @since 0.1.0
 * @category models
 */
export type VonageContactCenterScopes = Array.NonEmptyReadonlyArray<VonageContactCenterScope>

/**
 * What `VonageContactCenter.layer` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface VonageContactCenterOptions extends Options, VonageContactCenterPlace {
  /** The client's id. */
  readonly clientId: string
  /** The client's secret, or an effect that reads it anew for each token request. */
  readonly clientSecret: Secret
  /** The scopes to ask for: at least one. */
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
