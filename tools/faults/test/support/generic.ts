import * as Provider from "@mintmark/core/Provider"
import * as Reply from "@mintmark/core/Reply"
import type * as TokenRequest from "@mintmark/core/TokenRequest"
import type { ClientAccount } from "@mintmark/sandbox/Account"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { canaries } from "./canaries.ts"
import { type Transport, transportNames } from "./Transports.ts"

/** The sandbox's server that is nobody's, as a provider. */
export const provider = (tokenEndpoint: string, grant: Grant): Provider.Provider =>
  Result.getOrThrow(Provider.make({
    id: "generic",
    tokenEndpoint,
    apiUrl: new URL(tokenEndpoint).origin,
    clientAuthentication: "client_secret_basic",
    grant,
    renewsWithRefreshToken: true,
    reply: Reply.Nothing
  }))

export type Grant = "client_credentials" | "password"

/** An account for each transport, so that the server can tell them apart. */
export const accountOf = (transport: Transport): ClientAccount => ({
  ...canaries.account,
  clientId: `${canaries.account.clientId} over ${transport}`
})

export const accounts: ReadonlyArray<ClientAccount> = transportNames.map(accountOf)

export const credentials = (transport: Transport, grant: Grant): TokenRequest.Credentials => {
  const { clientId, clientSecret } = accountOf(transport)
  const { password, username } = canaries.account
  return {
    client: { id: clientId, secret: Redacted.make(clientSecret) },
    grant: grant === "password"
      ? { type: "password", username, password: Redacted.make(password) }
      : { type: "client_credentials" },
    scopes: ["read", "write"]
  }
}
