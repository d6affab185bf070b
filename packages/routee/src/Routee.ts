/**
 * Routee: the provider as a value, and its access tokens as an Effect service.
 *
 * @since 0.1.0
 */
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import { ProviderService } from "@mintmark/core/ProviderService"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as Schema from "effect/Schema"

export * from "@mintmark/core/ProviderService"

/**
 * The scopes that Routee documents. It grants others too, so any other text is accepted.
 *
 * @since 0.1.0
 * @category models
 */
export type RouteeScope =
  | "contact"
  | "account"
  | "report"
  | "sms"
  | "voice"
  | "lookup"
  | "number_validator"
  | "2step"
  | "viber"
  | "sender_info"
  | "virtual_number"
  | "number_pool"
  | (string & {})

/**
 * Routee's reply: OAuth's fields, and those that Routee adds.
 *
 * @since 0.1.0
 * @category schemas
 */
export const RouteeReply = TokenReply.make({
  /** The application's rights, such as `MT_ROLE_SMS`. */
  permissions: TokenReply.optional(Schema.Array(Schema.String))
})

/**
 * What Routee's reply adds to OAuth's fields: `token.reply`.
 *
 * @since 0.1.0
 * @category models
 */
export type RouteeReply = TokenReply.More<typeof RouteeReply>

/**
 * The provider: client credentials, raw in a Basic header; scopes optional; a 401 or a 403 of the API means a new token.
 * A token whose reply has no `expires_in` (an application with unlimited tokens) is cached for an hour.
 *
 * @since 0.1.0
 * @category providers
 */
export const routee = Provider.make({
  id: "routee",
  tokenEndpoint: "https://auth.routee.net/oauth/token",
  apiUrl: "https://connect.routee.net",
  clientAuthentication: ClientAuthentication.clientSecretBasicRaw,
  grant: Grant.clientCredentials,
  names: { clientId: "applicationId", clientSecret: "applicationSecret" },
  reply: RouteeReply,
  assumedLifetime: "1 hour",
  renewOn: [401, 403]
})

/**
 * What `Routee.layer` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface RouteeOptions extends ProviderClient.Options {
  /** The application's id. */
  readonly applicationId: string
  /** The application's secret, or an effect that reads it anew for each token request. */
  readonly applicationSecret: Provider.Secret
  /** The scopes to request; by default all that the application may have. */
  readonly scopes?: ReadonlyArray<RouteeScope> | undefined
}

/**
 * An application's account at Routee.
 *
 * It is configured by `ROUTEE_APPLICATION_ID`, `ROUTEE_APPLICATION_SECRET`, and optionally `ROUTEE_SCOPES` (separated
 * by spaces) and `ROUTEE_BASE_URL`.
 *
 * @since 0.1.0
 * @category services
 */
export class Routee extends ProviderService<Routee, RouteeOptions, ReadonlyArray<RouteeScope>>()(
  "@mintmark/routee/Routee",
  routee
) {}
