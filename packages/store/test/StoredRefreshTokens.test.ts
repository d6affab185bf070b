/*
 * Refresh tokens that were obtained elsewhere, at a server that replaces each at its first use and ends the session at
 * the second: only the newest works, and only a store has it when the process is gone.
 */
import { assert, describe, it } from "@effect/vitest"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import { oidcProvider } from "@mintmark/core/test/support/oidcProvider"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as TokenSource from "@mintmark/core/TokenSource"
import * as KeyValueTokenStore from "@mintmark/store/KeyValueTokenStore"
import * as RedisTokenStore from "@mintmark/store/RedisTokenStore"
import * as SqlTokenStore from "@mintmark/store/SqlTokenStore"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as PlatformError from "effect/PlatformError"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { keys } from "./support/fleet.ts"
import { postgresAt, sharedPostgres } from "./support/postgresServer.ts"
import { redisAt, startRedis } from "./support/redisServer.ts"

type Server = Effect.Success<typeof oidcProvider>

/** The refresh token with which everything begins, as the server's console would hand it out. */
const firstRefreshToken = ({ clientId, clientSecret, password, tokenEndpoint, username }: Server) =>
  Effect.promise(async () => {
    const halves = [clientId, clientSecret].map(encodeURIComponent).join(":")
    const response = await fetch(tokenEndpoint, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(halves).toString("base64")}` },
      body: new URLSearchParams({ grant_type: "password", username, password })
    })
    const { refresh_token } = await response.json()
    assert.isString(refresh_token)
    return Redacted.make(String(refresh_token))
  })

/** What a process does that is killed in the end: it closes nothing before the test ends. */
const killedProcess = Effect.fnUntraced(function*<A, E>(
  server: Server,
  refreshToken: Redacted.Redacted,
  store: Layer.Layer<never>,
  use: (source: TokenSource.TokenSource) => Effect.Effect<A, E>
) {
  const scope = yield* Scope.make()
  yield* Effect.addFinalizer((exit) => Scope.close(scope, exit))
  const context = yield* Layer.buildWithScope(store, scope)
  const source = yield* TokenSource.make(
    Provider.make({
      id: "acme",
      tokenEndpoint: server.tokenEndpoint,
      apiUrl: server.tokenEndpoint,
      clientAuthentication: ClientAuthentication.clientSecretBasic,
      grant: Grant.refreshToken,
      renewal: Grant.refreshToken,
      reply: TokenReply.Standard
    }),
    { clientId: server.clientId, clientSecret: Redacted.make(server.clientSecret), refreshToken }
  ).pipe(Effect.provideContext(context), Effect.provideService(Scope.Scope, scope))
  return yield* use(source)
})

const broken = PlatformError.systemError({ _tag: "PermissionDenied", module: "test", method: "test" })

/** A map instead of a folder, which can be broken. */
const folder = () => {
  const entries = new Map<string, string>()
  const state = { canRead: true, canWrite: true }
  const guarded = <A>(can: () => boolean, operation: () => A) =>
    Effect.suspend(() => can() ? Effect.sync(operation) : Effect.die(broken))
  const store = KeyValueStore.makeStringOnly({
    get: (key) => guarded(() => state.canRead, () => entries.get(key)),
    set: (key, value) => guarded(() => state.canWrite, () => void entries.set(key, value)),
    remove: (key) => Effect.sync(() => void entries.delete(key)),
    clear: Effect.sync(() => entries.clear()),
    size: Effect.sync(() => entries.size),
    keys: Effect.sync(() => [...entries.keys()])
  })
  const layer = Layer.orDie(KeyValueTokenStore.layer({ keys: [keys[0]] })).pipe(
    Layer.provide(Layer.succeed(KeyValueStore.KeyValueStore, store))
  )
  return { entries, layer, state }
}

const ofAll = sharedPostgres()

const redis = Effect.map(startRedis(), (server) => ({
  server,
  layer: Layer.orDie(RedisTokenStore.layer({ keys: [keys[0]], budget: "30 seconds", lease: "1 second" })).pipe(
    Layer.provide(Layer.orDie(redisAt(server.url)))
  )
}))

const postgres = Effect.gen(function*() {
  const server = yield* ofAll
  const client = Layer.orDie(postgresAt(server, { database: server.createDatabase() }))
  yield* Effect.provide(SqlTokenStore.migration(), client)
  return Layer.orDie(SqlTokenStore.layer({ keys: [keys[0]], budget: "30 seconds" })).pipe(Layer.provide(client))
})

describe("A refresh token that the server replaces", () => {
  for (
    const [what, open] of [
      ["a key-value store", Effect.sync(() => folder().layer)],
      ["Redis", Effect.map(redis, ({ layer }) => layer)],
      ["PostgreSQL", Effect.orDie(postgres)]
    ] as const
  ) {
    it.live(`is kept in ${what} before its access token is used: five processes, killed one after the other`, () =>
      Effect.gen(function*() {
        const server = yield* oidcProvider
        const store = yield* open
        const first = yield* firstRefreshToken(server)
        for (let run = 0; run < 5; run++) {
          const token = yield* killedProcess(server, first, store, ({ renew }) => renew)
          assert.isTrue(yield* server.knows(Redacted.value(token.value)))
        }
        assert.deepStrictEqual(server.log.ended, [])
        assert.deepStrictEqual(server.log.consumed, server.log.issued.slice(0, -1))
        assert.strictEqual(server.log.consumed.length, 5)
        // A sixth finds the fifth's access token, and sends nothing.
        yield* killedProcess(server, first, store, ({ get }) => get)
        assert.strictEqual(server.log.consumed.length, 5)
      }).pipe(Effect.provide(FetchHttpClient.layer)))
  }

  it.live("is lost with the process if there is no store", () =>
    Effect.gen(function*() {
      const server = yield* oidcProvider
      const first = yield* firstRefreshToken(server)
      yield* killedProcess(server, first, Layer.empty, ({ renew }) => Effect.andThen(renew, renew))
      const error = yield* Effect.flip(killedProcess(server, first, Layer.empty, ({ get }) => get))
      assert.include(error.reason, { _tag: "GrantRefused", grant: "refresh_token" })
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it.live("is not sent while the store can't be read: the one in the configuration may have been replaced", () =>
    Effect.gen(function*() {
      const server = yield* oidcProvider
      const { layer, state } = folder()
      const first = yield* firstRefreshToken(server)
      yield* killedProcess(server, first, layer, ({ get }) => get)
      const before = server.grants().length
      state.canRead = false
      const error = yield* Effect.flip(killedProcess(server, first, layer, ({ get }) => get))
      assert.include(error.reason, { _tag: "Unavailable", kind: "store" })
      assert.strictEqual(server.grants().length, before)
      state.canRead = true
      yield* killedProcess(server, first, layer, ({ renew }) => renew)
      assert.deepStrictEqual(server.log.ended, [])
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it.live("is used by its own process if it could not be written", () =>
    Effect.gen(function*() {
      const server = yield* oidcProvider
      const { layer, state } = folder()
      const first = yield* firstRefreshToken(server)
      yield* killedProcess(server, first, layer, ({ renew }) =>
        Effect.gen(function*() {
          yield* renew
          state.canWrite = false
          yield* Effect.sleep("1100 millis")
          yield* renew
          state.canWrite = true
          yield* renew
        }))
      yield* killedProcess(server, first, layer, ({ renew }) => renew)
      assert.deepStrictEqual(server.log.ended, [])
      assert.strictEqual(server.log.consumed.length, 4)
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it.live("is used by its own process if the store has lost its record", () =>
    Effect.gen(function*() {
      const server = yield* oidcProvider
      const { entries, layer } = folder()
      const first = yield* firstRefreshToken(server)
      yield* killedProcess(server, first, layer, ({ renew }) =>
        Effect.andThen(
          renew,
          Effect.suspend(() => {
            entries.clear()
            return renew
          })
        ))
      yield* killedProcess(server, first, layer, ({ renew }) => renew)
      assert.deepStrictEqual(server.log.ended, [])
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it.live("is sent by the next process if one was killed before its request arrived", () =>
    Effect.gen(function*() {
      const server = yield* oidcProvider
      const { layer } = yield* redis
      const first = yield* firstRefreshToken(server)
      yield* killedProcess(server, first, layer, ({ renew }) => renew)
      const nowhere = HttpClient.make(() => Effect.never)
      yield* killedProcess(server, first, layer, ({ renew }) => Effect.timeoutOption(renew, "500 millis")).pipe(
        Effect.provideService(HttpClient.HttpClient, nowhere),
        Effect.scoped
      )
      yield* killedProcess(server, first, layer, ({ renew }) => renew)
      assert.deepStrictEqual(server.log.ended, [])
      assert.strictEqual(server.log.consumed.length, 2)
    }).pipe(Effect.provide(FetchHttpClient.layer)))
})
