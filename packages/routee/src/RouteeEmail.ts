/**
 * Routee's separate server for Email v1: the provider as a value, and its access tokens as an Effect service.
 *
 * @since 0.1.0
 */
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import { ProviderService } from "@mintmark/core/ProviderService"
import * as TokenReply from "@mintmark/core/TokenReply"

export * from "@mintmark/core/ProviderService"

/**
 * The provider: client credentials, in the body. Routee's two pages on it contradict each other on that: the option
 * `clientAuthentication` overrides it. A 401 or a 403 of the API means a new token.
 *
 * @since 0.1.0
 * @category providers
 */
export const routeeEmail = Provider.make({
  id: "routee-email",
  tokenEndpoint: "https://emailapi.routee.net/oauth/access_token",
  apiUrl: "https://emailapi.routee.net",
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials,
  names: { clientId: "applicationId", clientSecret: "applicationSecret" },
  reply: TokenReply.Standard,
  renewOn: [401, 403]
})

/**
 * What `RouteeEmail.layer` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface RouteeEmailOptions extends ProviderClient.Options {
  /** The application's id. */
  readonly applicationId: string
  /** The application's secret, or an effect that reads it anew for each token request. */
  readonly applicationSecret: Provider.Secret
}

/**
 * An application's account at Routee's separate server for Email v1.
 *
 * It is configured by `ROUTEE_EMAIL_APPLICATION_ID`, `ROUTEE_EMAIL_APPLICATION_SECRET`, and optionally
 * `ROUTEE_EMAIL_BASE_URL`.
 *
 * @since 0.1.0
 * @category services
 */
export class RouteeEmail extends ProviderService<RouteeEmail, RouteeEmailOptions>()(
  "@mintmark/routee/RouteeEmail",
  routeeEmail
) {}
