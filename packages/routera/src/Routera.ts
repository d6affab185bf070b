/**
 * Routera: the provider as a value, and its access tokens as an Effect service.
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
 * The provider: client credentials, in the body; a 401 of the API means a new token. Nothing is known of its scopes: an
 * application that knows some may request them.
 *
 * @since 0.1.0
 * @category providers
 */
export const routera = Provider.make({
  id: "routera",
  tokenEndpoint: "https://api.routera.io/oauth2/token",
  apiUrl: "https://api.routera.io",
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials,
  reply: TokenReply.Standard
})

/**
 * What `Routera.layer` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface RouteraOptions extends ProviderClient.Options {
  /** The client's id. */
  readonly clientId: string
  /** The client's secret, or an effect that reads it anew for each token request. */
  readonly clientSecret: Provider.Secret
  /** The scopes to request; none by default. Routera documents none. */
  readonly scopes?: ReadonlyArray<string> | undefined
}

/**
 * A client's account at Routera. Routera documents the Basic header, too, instead of the body:
 * `clientAuthentication: ClientAuthentication.clientSecretBasicRaw`.
 *
 * It is configured by `ROUTERA_CLIENT_ID`, `ROUTERA_CLIENT_SECRET`, and optionally `ROUTERA_SCOPES` (separated by
 * spaces) and `ROUTERA_BASE_URL`.
 *
 * @since 0.1.0
 * @category services
 */
export class Routera extends ProviderService<Routera, RouteraOptions, ReadonlyArray<string>>()(
  "@mintmark/routera/Routera",
  routera
) {}
