/**
 * Acme's access tokens as an Effect service.
 *
 * @since 0.1.0
 */
import type * as Provider from "@mintmark/core/Provider"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import * as ProviderService from "@mintmark/core/ProviderService"
import { acme } from "./AcmeProvider.ts"
import { acmeSettings } from "./internal/settings.ts"

/**
 * What `Acme.layer` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface AcmeOptions extends ProviderClient.Options, Provider.Overrides {
  /** The client's id. */
  readonly clientId: string
  /** The client's secret, or an effect that reads it anew for each token request. */
  readonly clientSecret: ProviderClient.Secret
  /** The scopes to ask for; all that the client may have if left out. */
  readonly scopes?: ReadonlyArray<string> | undefined
}

/**
 * A client's account at Acme.
 *
 * It is configured by `ACME_CLIENT_ID`, `ACME_CLIENT_SECRET`, and optionally `ACME_SCOPES` (spaces between them) and
 * `ACME_BASE_URL`.
 *
 * @since 0.1.0
 * @category services
 */
export class Acme extends ProviderService.Service<Acme, AcmeOptions, ReadonlyArray<string>>()("@mintmark/acme/Acme", {
  settings: acmeSettings,
  provider: acme,
  account: ({ clientId, clientSecret, scopes }) => ({ clientId, clientSecret, scopes })
}) {}
