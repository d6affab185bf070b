/**
 * Routee's access tokens as an Effect service.
 *
 * @since 0.1.0
 */
import type * as Provider from "@mintmark/core/Provider"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import * as ProviderService from "@mintmark/core/ProviderService"
import { routeeSettings } from "./internal/settings.ts"
import { routee, type Scope } from "./RouteeProvider.ts"

/**
 * What `Routee.layer` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface RouteeOptions extends ProviderClient.Options, Provider.Overrides {
  /** The application's id. */
  readonly applicationId: string
  /** The application's secret, or an effect that reads it anew for each token request. */
  readonly applicationSecret: ProviderClient.Secret
  /** The scopes to ask for; all that the application may have if left out. */
  readonly scopes?: ReadonlyArray<Scope> | undefined
}

/**
 * An application's account at Routee.
 *
 * It is configured by `ROUTEE_APPLICATION_ID`, `ROUTEE_APPLICATION_SECRET`, and optionally `ROUTEE_SCOPES` (spaces
 * between them) and `ROUTEE_BASE_URL`.
 *
 * @since 0.1.0
 * @category services
 */
export class Routee
  extends ProviderService.Service<Routee, RouteeOptions, ReadonlyArray<Scope>>()("@mintmark/routee/Routee", {
    settings: routeeSettings,
    provider: routee,
    account: ({ applicationId, applicationSecret, scopes }) => ({
      clientId: applicationId,
      clientSecret: applicationSecret,
      scopes
    })
  })
{}
