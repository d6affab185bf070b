/**
 * The access tokens of Routee's separate server for Email v1, as an Effect service.
 *
 * @since 0.1.0
 */
import type * as Provider from "@mintmark/core/Provider"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import * as ProviderService from "@mintmark/core/ProviderService"
import { routeeEmailSettings } from "./internal/settings.ts"
import { routeeEmail } from "./RouteeEmailProvider.ts"

/**
 * What `RouteeEmail.layer` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface RouteeEmailOptions extends ProviderClient.Options, Provider.Overrides {
  /** The application's id. */
  readonly applicationId: string
  /** The application's secret, or an effect that reads it anew for each token request. */
  readonly applicationSecret: ProviderClient.Secret
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
export class RouteeEmail
  extends ProviderService.Service<RouteeEmail, RouteeEmailOptions>()("@mintmark/routee/RouteeEmail", {
    settings: routeeEmailSettings,
    provider: routeeEmail,
    account: ({ applicationId, applicationSecret }) => ({ clientId: applicationId, clientSecret: applicationSecret })
  })
{}
