import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as ProviderClient from "@mintmark/core/ProviderClient"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { serve } from "./support/TestServer.ts"

const acme = Provider.make({
  id: "acme",
  tokenEndpoint: "https://auth.acme.test/token",
  apiUrl: "https://api.acme.test",
  clientAuthentication: ClientAuthentication.none,
  grant: Grant.password,
  reply: TokenReply.Standard
})

const account = (baseUrl: string) =>
  ProviderClient.make(acme, { clientId: "a", username: "b", password: Redacted.make("c"), baseUrl })

const clients = { "fetch": FetchHttpClient.layer, "undici": NodeHttpClient.layerUndici }

describe.each(Object.entries(clients))("an application's client that retries, over %s,", (_, client) => {
  it.effect("sends a refused password once", () =>
    Effect.gen(function*() {
      const server = yield* serve(() => ({ status: 400, body: "{\"error\":\"invalid_grant\"}" }))
      const { token } = yield* account(server.origin).pipe(
        Effect.updateService(HttpClient.HttpClient, (http) =>
          HttpClient.retry(HttpClient.filterStatusOk(http), { times: 4 }))
      )
      for (let call = 1; call <= 5; call++) {
        const { reason } = yield* Effect.flip(token)
        assert.strictEqual(reason._tag, "GrantRefused")
      }
      assert.strictEqual(server.received.length, 1)
      yield* TestClock.adjust("29 seconds")
      yield* Effect.flip(token)
      assert.strictEqual(server.received.length, 1)
    }).pipe(Effect.provide(client)))

  it.effect("gets a token if the server has recovered at the next attempt", () =>
    Effect.gen(function*() {
      let requests = 0
      const server = yield* serve(() =>
        ++requests === 1
          ? { status: 503 }
          : { body: JSON.stringify({ access_token: "token", token_type: "Bearer", expires_in: 60 }) }
      )
      const { token } = yield* account(server.origin).pipe(
        Effect.updateService(HttpClient.HttpClient, HttpClient.retryTransient({ times: 4 }))
      )
      const waiting = yield* Effect.forkChild(token)
      yield* Effect.repeat(TestClock.adjust("1 second"), { until: () => waiting.pollUnsafe() !== undefined })
      assert.strictEqual(waiting.pollUnsafe()?._tag, "Success")
      assert.strictEqual(server.received.length, 2)
    }).pipe(Effect.provide(client)))
})
