/**
 * Routera's access tokens as an Effect service.
 *
 * @since 0.1.0
 */
import type * as Provider from "@mintmark/core/Provider"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import * as ProviderService from "@mintmark/core/ProviderService"
import { routeraSettings } from "./internal/settings.ts"
import { routera } from "./RouteraProvider.ts"

/**
 * What `Routera.layer` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface RouteraOptions extends ProviderClient.Options, Provider.Overrides {
  /** The client's id. */
  readonly clientId: string
  /** The client's secret, or an effect that reads it anew for each token request. */
  readonly clientSecret: ProviderClient.Secret
  /** Where the credentials go: the body if left out. Routera documents both, one in a request. */
  readonly clientAuthentication?: "client_secret_post" | "client_secret_basic_raw" | undefined
  /** Scopes to ask for. Routera documents none. */
  readonly scopes?: ReadonlyArray<string> | undefined
}

/**
 * A client's account at Routera.
 *
 * It is configured by `ROUTERA_CLIENT_ID`, `ROUTERA_CLIENT_SECRET`, and optionally `ROUTERA_SCOPES` (spaces between
 * them) and `ROUTERA_BASE_URL`.
 *
 * @since 0.1.0
 * @category services
 */
export class Routera
  extends ProviderService.Service<Routera, RouteraOptions, ReadonlyArray<string>>()("@mintmark/routera/Routera", {
    settings: routeraSettings,
    provider: routera,
    account: ({ clientId, clientSecret, scopes }) => ({ clientId, clientSecret, scopes })
  })
{}
