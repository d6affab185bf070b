/**
 * The authorization servers that the sandbox plays.
 *
 * @since 0.1.0
 */

/**
 * The name of every provider, in the order in which they are documented.
 *
 * Vonage Contact Center counts as two, because its V0 system and its current one differ in path, errors and lifetime;
 * both live under one URL. `generic` is no real company: it is an ordinary OAuth 2.0 server for provider packages that
 * have none of their own here.
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
 * One of the authorization servers that the sandbox plays.
 *
 * @since 0.1.0
 * @category providers
 */
export type Provider = typeof providers[number]

/**
 * What an endpoint is for: it hands out tokens, it wants one, or it is neither.
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
 * `refresh_expires_in: 0`. A lifetime of 0 stands for less than a second: the token works for 999 ms.
 *
 * @since 0.1.0
 * @category providers
 */
export type Lifetime = number | "unlimited"
