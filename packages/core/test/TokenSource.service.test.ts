import { assert, describe, it } from "@effect/vitest"
import type * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import type * as Provider from "@mintmark/core/Provider"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import { ProviderService } from "@mintmark/core/ProviderService"
import { TokenSource, WaitUntil } from "@mintmark/core/TokenSource"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { acme } from "./support/plainAcme.ts"
import * as Server from "./support/ScriptedServer.ts"

interface AcmeOptions extends ProviderClient.Options, Provider.Account<ClientAuthentication.ClientSecret> {}

class Acme extends ProviderService<Acme, AcmeOptions>()("test/Acme", acme) {}

describe("the TokenSource of a service", () => {
  it.effect("is the account of the service, for code that works with any provider", () =>
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

  for (const given of ["to the caller", "to the Layer"] as const) {
    it.effect(`passes each token request to the WaitUntil that is given ${given}, and no cached token`, () =>
      Effect.gen(function*() {
        const promises: Array<Promise<unknown>> = []
        const waitUntil = (promise: Promise<unknown>) => void promises.push(promise)
        const server = Server.make([Server.after("2 seconds", Server.token())])
        const live = Acme.layer({ clientId: "client", clientSecret: Redacted.make("secret") }).pipe(
          Layer.provide(Layer.succeed(HttpClient.HttpClient, server.http)),
          Layer.provide(given === "to the Layer" ? Layer.succeed(WaitUntil, waitUntil) : Layer.empty)
        )
        yield* Effect.gen(function*() {
          const acme = yield* Acme
          const token = given === "to the Layer"
            ? acme.token
            : Effect.provideService(acme.token, WaitUntil, waitUntil)
          const first = yield* Effect.forkChild(token, { startImmediately: true })
          yield* TestClock.adjust("2 seconds")
          const { value } = yield* Fiber.join(first)
          yield* token
          assert.strictEqual(promises.length, 1)
          assert.strictEqual(Redacted.value(value), "token-1")
          assert.isDefined(yield* Effect.promise(async () => promises[0]))
        }).pipe(Effect.provide(live))
      }))
  }

  it.effect("names what is missing if a caller from JavaScript gives no options", () =>
    Effect.gen(function*() {
      const made: ReturnType<typeof Acme.make> = Reflect.apply(Acme.make, undefined, [])
      const error = yield* Effect.flip(Effect.provideService(made, HttpClient.HttpClient, Server.make([]).http))
      assert.include(error.message, "acme: clientId (ACME_CLIENT_ID) is missing or empty")
    }))
})
