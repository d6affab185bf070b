import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as ClientAuthentication from "../ClientAuthentication.ts"
import * as Grant from "../Grant.ts"
import * as Provider from "../Provider.ts"
import * as ProviderClient from "../ProviderClient.ts"
import { fill } from "./http/url.ts"

/** A client of a provider whose tokens are made here: everything is real except the reply of the token endpoint. */
export const testClient = <Reply>(
  provider: Provider.Provider<Reply>,
  { http = unexpected, reply, token = "test-token" }: {
    readonly token?: string | Redacted.Redacted | undefined
    readonly reply?: Readonly<Record<string, unknown>> | undefined
    readonly http?: HttpClient.HttpClient | undefined
  }
): Effect.Effect<ProviderClient.ProviderClient<Reply>, never, Scope.Scope> => {
  const tokenEndpoint = "https://token.test/"
  const parts = Object.fromEntries(Object.keys(provider.urlParts).map((name) => [name, "test"]))
  const body = {
    access_token: Redacted.isRedacted(token) ? Redacted.value(token) : token,
    token_type: "Bearer",
    expires_in: 3600,
    ...reply
  }
  const client = HttpClient.makeWith<HttpClientError.HttpClientError, never, HttpClientError.HttpClientError, never>(
    Effect.flatMap((request) =>
      request.url === tokenEndpoint
        ? Effect.succeed(HttpClientResponse.fromWeb(request, Response.json(body)))
        : http.execute(request)
    ),
    Effect.succeed
  )
  const known = Provider.make({
    ...pick(provider),
    tokenEndpoint,
    apiUrl: fill(provider.apiUrl, { ...parts, ...provider.defaults }),
    apiOrigins: provider.apiOrigins.map((origin) => fill(origin, { ...parts, ...provider.defaults })),
    clientAuthentication: ClientAuthentication.none,
    grant: Grant.clientCredentials
  })
  return ProviderClient.make(known, { clientId: "test" }).pipe(
    Effect.provideService(HttpClient.HttpClient, client),
    Effect.orDie
  )
}

// What of a provider is about its replies and its API.
const pick = <Reply>(
  { assumedLifetime, authorization, doubtOn, id, renewOn, reply, scopes }: Provider.Provider<Reply>
) => ({ assumedLifetime, authorization, doubtOn, id, renewOn, reply, scopes })

const unexpected = HttpClient.make((request) =>
  Effect.fail(
    new HttpClientError.HttpClientError({
      reason: new HttpClientError.TransportError({ request, description: "the test gives layerTest no http" })
    })
  )
)
