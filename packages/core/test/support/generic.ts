import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"
import { Account } from "@mintmark/sandbox"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { resolve, type Resolved } from "../../src/internal/request/resolve.ts"
import type * as TokenRequest from "../../src/internal/request/TokenRequest.ts"

/** The sandbox's own server, which is no real company's. */
export const generic = (baseUrl: string): Resolved<{}> =>
  Result.getOrThrow(resolve(
    Provider.make({
      id: "generic",
      tokenEndpoint: "https://generic.test/token",
      apiUrl: "https://generic.test",
      clientAuthentication: ClientAuthentication.clientSecretBasic,
      grant: Grant.clientCredentials,
      reply: TokenReply.Standard
    }),
    { baseUrl }
  ))

export const credentials: TokenRequest.Credentials = {
  values: { clientId: Account.generic.clientId, clientSecret: Redacted.make(Account.generic.clientSecret) },
  scopes: []
}
