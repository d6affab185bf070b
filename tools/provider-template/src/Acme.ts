/**
 * Acme: the provider as a value, and its access tokens as an Effect service.
 *
 * @since 0.1.0
 */
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import { ProviderService } from "@mintmark/core/ProviderService"
import * as TokenReply from "@mintmark/core/TokenReply"

// TODO: the facts go here. Each that Acme's pages state is a line below, and in test/Pages.ts, written twice on purpose; each that they don't state stays out, or is a default that an option overrides. What else
// there is, `Provider.Facts` lists: Acme's own names of credentials (`names`), a reply with more fields, refresh tokens,
// statuses that mean "get a new token", errors that status and OAuth code don't tell.

export * from "@mintmark/core/ProviderService"

/**
 * The provider: username and password; the client's credentials go form-encoded in a Basic header. A 401 of the API
 * means a new token.
 *
 * @since 0.1.0
 * @category providers
 */
export const acme = Provider.make({
  id: "acme",
  tokenEndpoint: "https://auth.acme.example/token",
  apiUrl: "https://api.acme.example",
  clientAuthentication: ClientAuthentication.clientSecretBasic,
  grant: Grant.password,
  // if fields
  parameters: { audience: "x" },
  // end
  reply: TokenReply.Standard
})

/**
 * What `Acme.layer` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface AcmeOptions extends ProviderClient.Options {
  /** The client's id. */
  readonly clientId: string
  // if secret
  /** The client's secret, or an effect that reads it anew for each token request. */
  readonly clientSecret: Provider.Secret
  // end
  // if password
  /** The user's name. */
  readonly username: string
  /** The user's password, or an effect that reads it anew for each token request. */
  readonly password: Provider.Secret
  // end
  /** The scopes to request; by default all that the client may have. */
  readonly scopes?: ReadonlyArray<string> | undefined
}

/**
 * A client's account at Acme.
 *
 * It is configured by the variables that begin with `ACME_`: the README has a table of them.
 *
 * @since 0.1.0
 * @category services
 */
export class Acme extends ProviderService<Acme, AcmeOptions, ReadonlyArray<string>>()(
  "@mintmark/provider-template/Acme",
  acme
) {}
