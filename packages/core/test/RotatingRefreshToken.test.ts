/*
 * An account whose only credential is a refresh token that the server replaces: in one process, without a store. What
 * other processes need to know is in `packages/store/test/StoredRefreshTokens.test.ts`.
 */
import { assert, describe, it } from "@effect/vitest"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Provider from "@mintmark/core/Provider"
import * as ProviderClient from "@mintmark/core/ProviderClient"
import * as TokenPool from "@mintmark/core/TokenPool"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { factsOf, refreshToken, rotating, rotatingServer } from "./support/rotatingServer.ts"

type Server = Effect.Success<typeof rotatingServer>

const first = (client: string) => Redacted.make(refreshToken(client, 0))

const chain = (client: string, length: number) => Array.from({ length }, (_, number) => refreshToken(client, number))

const clientOf = (server: Server) =>
  ProviderClient.make(rotating(server), { clientId: "client", refreshToken: first("client") })

const poolOf = (server: Server, options: { readonly capacity?: number } = {}) =>
  TokenPool.make(rotating(server), {
    account: (client: string) => ({ clientId: client, refreshToken: first(client) }),
    ...options
  })

const live = Effect.provide(FetchHttpClient.layer)

describe("A refresh token that is an account's only credential", () => {
  it.effect("is the newest one for all views of an account, one after another, each with its own scopes", () =>
    Effect.gen(function*() {
      const server = yield* rotatingServer
      const client = yield* clientOf(server)
      const scopes = ["a", "b", "c", "d"]
      const views = yield* Effect.forEach(scopes, (scope) => client.withScopes([scope]))
      yield* Effect.forEach(views, ({ token }) => token, { concurrency: "unbounded" })
      yield* Effect.forEach([client, ...views], ({ renew }) => renew, { concurrency: "unbounded" })
      assert.deepStrictEqual(server.sent, chain("client", 9))
      assert.deepStrictEqual(server.scopes.toSorted(), [...scopes, ...scopes, null].toSorted())
      assert.strictEqual(server.ended.size, 0)
    }).pipe(live))

  it.effect("is kept where a pool has evicted or forgotten its account, and shared by keys with the same one", () =>
    Effect.gen(function*() {
      const server = yield* rotatingServer
      const pool = yield* poolOf(server, { capacity: 3 })
      for (const key of ["a", "b", "c", "d", "e", "a"]) yield* pool.get(key)
      yield* TestClock.adjust("1 day")
      assert.strictEqual(yield* pool.size, 0)
      yield* pool.get("a")
      yield* pool.forget("a")
      yield* pool.get("a")
      assert.deepStrictEqual(server.sent.filter((sent) => sent.startsWith("a-")), chain("a", 4))
      const keyed = yield* TokenPool.make(rotating(server), {
        account: (_: number) => ({ clientId: "shared", refreshToken: first("shared") })
      })
      yield* Effect.forEach([1, 2, 3], keyed.get, { concurrency: "unbounded" })
      assert.strictEqual(server.ended.size, 0)
    }).pipe(live))

  it.effect("is the newest one whatever its end, and whatever this machine's clock does", () =>
    Effect.gen(function*() {
      const server = yield* rotatingServer
      server.behavior.fields = { refresh_expires_in: 60 }
      const client = yield* clientOf(server)
      yield* client.token
      yield* TestClock.adjust("400 days")
      yield* client.token
      yield* TestClock.setTime(0)
      yield* client.renew
      yield* TestClock.setTime(2e12)
      yield* client.renew
      assert.deepStrictEqual(server.sent, chain("client", 4))
    }).pipe(live))

  it.effect("is the newest one after another client secret, and after an API refused its access token", () =>
    Effect.gen(function*() {
      const server = yield* rotatingServer
      let secrets = 0
      const client = yield* ProviderClient.make(
        Provider.make({ ...factsOf(server), clientAuthentication: ClientAuthentication.clientSecretPost }),
        {
          clientId: "client",
          clientSecret: Effect.sync(() => Redacted.make(`secret-${secrets++}`)),
          refreshToken: first("client")
        }
      )
      yield* client.renew
      yield* client.renew
      yield* client.reject(yield* client.token)
      yield* client.token
      assert.deepStrictEqual(server.sent, chain("client", 3))
    }).pipe(live))

  it.effect("is sent again, and no older one, after a failure that may have spent it", () =>
    Effect.gen(function*() {
      const server = yield* rotatingServer
      const client = yield* clientOf(server)
      yield* client.token
      yield* client.token
      server.behavior.fails = true
      const error = yield* Effect.flip(client.renew)
      assert.include(error.reason, { _tag: "Unavailable", kind: "status" })
      server.behavior.fails = false
      yield* client.renew
      assert.deepStrictEqual(server.sent, ["client-r0", "client-r1", "client-r1"])
    }).pipe(live))
})
