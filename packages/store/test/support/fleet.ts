import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Redacted from "effect/Redacted"
import type * as Schema from "effect/Schema"

const facts = {
  id: "acme",
  tokenEndpoint: "https://auth.acme.test/token",
  apiUrl: "https://api.acme.test",
  clientAuthentication: ClientAuthentication.clientSecretBasicRaw
}

/** A provider that exists nowhere, with client credentials. */
export const acme = <Reply>(reply: Schema.ConstraintDecoder<TokenReply.Standard & Reply>) =>
  Provider.make({ ...facts, grant: Grant.clientCredentials, reply })

/** The same with a password and refresh tokens. */
export const acmeOfPersons = <Reply>(reply: Schema.ConstraintDecoder<TokenReply.Standard & Reply>) =>
  Provider.make({
    ...facts,
    grant: Grant.password,
    renewal: Grant.refreshToken,
    reply
  })

export const provider = acme(TokenReply.Standard)

export const credentials = { clientId: "id", clientSecret: Redacted.make("secret") }

export const keys = [
  Redacted.make("q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA="),
  Redacted.make("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
] as const

/** A server that answers each token request with the next number. */
export const countingServer = (expiresIn = 60) => {
  const seen = { requests: 0 }
  const http = HttpClient.make((request) =>
    Effect.sync(() =>
      HttpClientResponse.fromWeb(
        request,
        Response.json({ access_token: `token-${++seen.requests}`, token_type: "Bearer", expires_in: expiresIn })
      )
    )
  )
  return { seen, http }
}
