import { assert, describe, it } from "@effect/vitest"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import * as ProviderService from "@mintmark/core/ProviderService"
import * as TokenReply from "@mintmark/core/TokenReply"
import { TokenSource } from "@mintmark/core/TokenSource"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Server from "./support/ScriptedServer.ts"

const acme = Provider.make({
  id: "acme",
  tokenEndpoint: "https://auth.acme.test/token",
  apiUrl: "https://api.acme.test",
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials,
  reply: TokenReply.Standard
})

interface AcmeOptions extends ProviderClient.Options, Provider.Account<ClientAuthentication.ClientSecret> {}

class Acme extends ProviderService.Service<Acme, AcmeOptions>()("test/Acme", acme) {}

describe("the TokenSource of a service", () => {
  it.effect("is its account, for code that works with any provider", () =>
    Effect.gen(function*() {
      const server = Server.make([])
      const live = Acme.layer({ clientId: "client", clientSecret: Redacted.make("secret") }).pipe(
        Layer.provide(Layer.succeed(HttpClient.HttpClient, server.http))
      )
      yield* Effect.gen(function*() {
        const source = yield* TokenSource
        const acme = yield* Acme
        const token = yield* source.get
        assert.strictEqual(token, yield* acme.token)
        assert.strictEqual(source.peek(), token)
        const other = yield* source.reject(token)
        assert.strictEqual(Redacted.value((yield* other ?? Effect.die("no other token")).value), "token-2")
        assert.strictEqual(Redacted.value((yield* source.renew).value), "token-3")
      }).pipe(Effect.provide(Layer.provideMerge(Acme.tokenSource, live)))
      assert.strictEqual(server.seen.requests, 3)
    }))
})
