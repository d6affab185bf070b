import * as Provider from "@mintmark/core/Provider"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** A provider that exists nowhere. */
export const acme = <Reply>(
  facts: Partial<Provider.Facts<Reply>> & Pick<Provider.Facts<Reply>, "reply">
): Provider.Provider<Reply> =>
  Result.getOrThrow(Provider.make({
    id: "acme",
    tokenEndpoint: "https://auth.acme.test/token",
    apiUrl: "https://api.acme.test",
    clientAuthentication: "client_secret_basic_raw",
    grant: "client_credentials",
    ...facts
  }))

export const provider = acme({ reply: Schema.Struct({}) })

export const credentials = {
  client: { id: "id", secret: Redacted.make("secret") },
  grant: { type: "client_credentials" as const },
  scopes: []
}

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
