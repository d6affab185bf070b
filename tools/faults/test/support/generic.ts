import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import type { Needs } from "@mintmark/core/ClientAuthentication"
import * as Grants from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import type { TokenError } from "@mintmark/core/TokenError"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as TokenSource from "@mintmark/core/TokenSource"
import type { ClientAccount } from "@mintmark/sandbox/Account"
import type * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { canaries } from "./canaries.ts"
import { type Transport, transportNames } from "./Transports.ts"

/** The sandbox's server that plays no company, as a provider. */
const provider = <G extends Needs>(tokenEndpoint: string, grant: Grants.Grant<G>) =>
  Provider.make({
    id: "generic",
    tokenEndpoint,
    apiUrl: new URL(tokenEndpoint).origin,
    clientAuthentication: ClientAuthentication.clientSecretBasic,
    grant,
    renewal: Grants.refreshToken,
    reply: TokenReply.Standard
  })

export type Grant = "client_credentials" | "password"

/** An account for each transport, so that the server can tell them apart. */
export const accountOf = (transport: Transport): ClientAccount => ({
  ...canaries.account,
  clientId: `${canaries.account.clientId} over ${transport}`
})

export const accounts: ReadonlyArray<ClientAccount> = transportNames.map(accountOf)

/** The token source of a transport's account. */
export const source = (
  tokenEndpoint: string,
  transport: Transport,
  grant: Grant,
  options?: ProviderClient.Options
): Effect.Effect<TokenSource.TokenSource, TokenError, HttpClient.HttpClient | Scope.Scope> => {
  const { clientId, clientSecret } = accountOf(transport)
  const { password, username } = canaries.account
  const client = { ...options, clientId, clientSecret: Redacted.make(clientSecret), scopes: ["read", "write"] }
  return grant === "password"
    ? TokenSource.make(provider(tokenEndpoint, Grants.password), {
      ...client,
      username,
      password: Redacted.make(password)
    })
    : TokenSource.make(provider(tokenEndpoint, Grants.clientCredentials), client)
}
