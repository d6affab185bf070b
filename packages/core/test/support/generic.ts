import * as Provider from "@mintmark/core/Provider"
import type { TokenError } from "@mintmark/core/TokenError"
import type * as TokenRequest from "@mintmark/core/TokenRequest"
import { Account } from "@mintmark/sandbox"
import * as Redacted from "effect/Redacted"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** The sandbox's own server, which is no real company's. */
export const generic = (baseUrl: string): Result.Result<Provider.Provider<{}>, TokenError> =>
  Provider.make({
    id: "generic",
    tokenEndpoint: "https://generic.test/token",
    apiUrl: "https://generic.test",
    clientAuthentication: "client_secret_basic",
    grant: "client_credentials",
    reply: Schema.Struct({})
  }, { baseUrl })

export const credentials: TokenRequest.Credentials = {
  client: { id: Account.generic.clientId, secret: Redacted.make(Account.generic.clientSecret) },
  grant: { type: "client_credentials" },
  scopes: []
}
