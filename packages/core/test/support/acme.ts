import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { resolve, type Resolved } from "../../src/internal/request/resolve.ts"
import type * as TokenRequest from "../../src/internal/request/TokenRequest.ts"

const value = Provider.make<unknown, ClientAuthentication.ClientSecret, {}>({
  id: "acme",
  tokenEndpoint: "https://auth.acme.test/token",
  apiUrl: "https://api.acme.test",
  clientAuthentication: ClientAuthentication.clientSecretBasicRaw,
  grant: Grant.clientCredentials,
  reply: TokenReply.make({ permissions: TokenReply.optional(Schema.Array(Schema.String)) })
})

/** A provider that exists nowhere, as an application uses it. */
export const acme = (facts: Partial<Provider.Provider> = {}, options: ProviderClient.Options = {}): Resolved =>
  Result.getOrThrow(resolve({ ...value, ...facts }, options))

/** The client authentication methods of core, by name. */
export const methods = {
  client_secret_basic: ClientAuthentication.clientSecretBasic,
  client_secret_basic_raw: ClientAuthentication.clientSecretBasicRaw,
  client_secret_post: ClientAuthentication.clientSecretPost,
  none: ClientAuthentication.none
}

export const clientSecret = "cl1ent+s3cret/=="
export const password = "p4ssword & ünïcode"

export const clientCredentials = (scopes: ReadonlyArray<string> = []): TokenRequest.Credentials => ({
  values: { clientId: "acme-client", clientSecret: Redacted.make(clientSecret) },
  scopes
})

export const passwordCredentials: TokenRequest.Credentials = {
  values: {
    clientId: "acme-client",
    clientSecret: Redacted.make(clientSecret),
    username: "carol@example.com",
    password: Redacted.make(password)
  },
  scopes: []
}
