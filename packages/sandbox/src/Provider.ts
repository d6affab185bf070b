/**
 * The authorization servers of the sandbox.
 *
 * @since 0.1.0
 */

/**
 * The name of every provider, in the order in which they are documented.
 *
 * Vonage Contact Center counts as two: its V0 system and its current one differ in path, errors, lifetime and API host.
 * `generic` is no real company: it is an ordinary OAuth 2.0 server for provider packages that have none of their own
 * here.
 *
 * @since 0.1.0
 * @category providers
 */
export const providers = [
  "routee",
  "routee-email",
  "routera",
  "voipex",
  "vonage-contact-center-v0",
  "vonage-contact-center",
  "generic"
] as const

/**
 * One of the authorization servers of the sandbox.
 *
 * @since 0.1.0
 * @category providers
 */
export type Provider = typeof providers[number]

/**
 * The hosts that each provider documents. `{region}` is one label of a host name: `emea`, `nam` or `apac` at V0, and
 * any other at either system. `generic` has no public host.
 *
 * @since 0.1.0
 * @category providers
 */
export const hosts = {
  "routee": ["auth.routee.net", "connect.routee.net"],
  "routee-email": ["emailapi.routee.net"],
  "routera": ["api.routera.io"],
  "voipex": ["auth.voipex.io", "ipbxapi.voipex.io", "sms-api.voipex.io", "restapi.ipex.cz"],
  "vonage-contact-center-v0": ["{region}.cc.vonage.com", "{region}.newvoicemedia.com"],
  "vonage-contact-center": [
    "{region}.cc.vonage.com",
    "{region}.api.cc.vonage.com",
    "{region}.newvoicemedia.com",
    "{region}.api.newvoicemedia.com"
  ],
  "generic": ["generic"]
} as const satisfies Readonly<Record<Provider, ReadonlyArray<string>>>

/**
 * What an endpoint is for: it issues tokens, it requires one, or it is neither.
 *
 * @since 0.1.0
 * @category providers
 */
export type EndpointKind = "token" | "api" | "other"

/**
 * A choice of requests: those to one provider, of one kind, or both. What is absent matches everything.
 *
 * @since 0.1.0
 * @category providers
 */
export interface Target {
  readonly provider?: Provider | undefined
  readonly kind?: EndpointKind | undefined
}

/**
 * How long a token lives: whole seconds, or `"unlimited"`.
 *
 * An unlimited access token is answered without `expires_in`, an unlimited refresh token of Voipex with
 * `refresh_expires_in: 0`. A lifetime of 0 means less than a second: the token works for 999 ms.
 *
 * @since 0.1.0
 * @category providers
 */
export type Lifetime = number | "unlimited"
