import * as Provider from "@mintmark/core/Provider"
import type * as TokenRequest from "@mintmark/core/TokenRequest"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** A provider that exists nowhere. */
export const acme = (
  options: Partial<Provider.Facts<unknown>> = {}
): Provider.Provider =>
  Result.getOrThrow(Provider.make<unknown>({
    id: "acme",
    tokenEndpoint: "https://auth.acme.test/token",
    apiUrl: "https://api.acme.test",
    clientAuthentication: "client_secret_basic_raw",
    grant: "client_credentials",
    reply: Schema.Unknown,
    ...options
  }))

export const clientSecret = "cl1ent+s3cret/=="
export const password = "p4ssword & ünïcode"

export const clientCredentials = (scopes: ReadonlyArray<string> = []): TokenRequest.Credentials => ({
  client: { id: "acme-client", secret: Redacted.make(clientSecret) },
  grant: { type: "client_credentials" },
  scopes
})

export const passwordCredentials: TokenRequest.Credentials = {
  client: { id: "acme-client", secret: Redacted.make(clientSecret) },
  grant: { type: "password", username: "carol@example.com", password: Redacted.make(password) },
  scopes: []
}
