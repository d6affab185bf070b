/*
 * Refresh tokens that were obtained elsewhere, at a server that replaces each at its first use and ends the session at
 * the second: only the newest works, and only a store has it when the process is gone.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as ProviderClient from "@mintmark/core/ProviderClient"
import { oidcProvider } from "@mintmark/core/test/support/oidcProvider"
import { factsOf, refreshToken, rotating, rotatingServer } from "@mintmark/core/test/support/rotatingServer"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as TokenSource from "@mintmark/core/TokenSource"
import * as KeyValueTokenStore from "@mintmark/store/KeyValueTokenStore"
import * as RedisTokenStore from "@mintmark/store/RedisTokenStore"
import * as SqlTokenStore from "@mintmark/store/SqlTokenStore"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as PlatformError from "effect/PlatformError"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as Scope from "effect/Scope"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
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

  it.live("is not sent while the store can't be written, and valid access tokens are served on", () =>
    Effect.gen(function*() {
      const server = yield* oidcProvider
      const { layer, state } = folder()
      const first = yield* firstRefreshToken(server)
      const unwritable = { _tag: "Unavailable", kind: "store" } as const
      state.canWrite = false
      const never = yield* Effect.flip(killedProcess(server, first, layer, ({ get }) => get))
      assert.include(never.reason, unwritable)
      assert.deepStrictEqual(server.log.consumed, [])
      state.canWrite = true
      yield* killedProcess(server, first, layer, ({ get, renew }) =>
        Effect.gen(function*() {
          yield* renew
          state.canWrite = false
          assert.include((yield* Effect.flip(renew)).reason, unwritable)
          yield* get
          state.canWrite = true
          yield* Effect.sleep("1100 millis")
          yield* renew
        }))
      yield* killedProcess(server, first, layer, ({ renew }) => renew)
      assert.deepStrictEqual(server.log.ended, [])
      assert.strictEqual(server.log.consumed.length, 3)
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

describe("A refresh token that is an account's only credential, at a server that ends the session at a second use,", () => {
  const first = Redacted.make(refreshToken("client", 0))
  const key = (index: 0 | 1) => keys[index]

  /** What a process does that is started and ends, with a provider that a deployment may have changed. */
  const process = <A, E, Reply>(
    provider: Provider.Provider<Reply, { readonly clientId: "text"; readonly refreshToken: "secret" }, {}>,
    store: Layer.Layer<never>,
    use: (client: ProviderClient.ProviderClient<Reply>) => Effect.Effect<A, E>,
    options: ProviderClient.Options & { readonly scopes?: ReadonlyArray<string> } = {}
  ) =>
    ProviderClient.make(provider, { clientId: "client", refreshToken: first, ...options }).pipe(
      Effect.flatMap(use),
      Effect.scoped,
      Effect.provide(store, { local: true })
    )

  const renewed = <Reply>({ renew }: ProviderClient.ProviderClient<Reply>) => renew

  const chain = (length: number) => Array.from({ length }, (_, number) => refreshToken("client", number))

  /** A folder, Redis and PostgreSQL, as one more process builds the store; and what ends there, in milliseconds. */
  const stores = [
    [
      "a key-value store in a folder",
      Effect.gen(function*() {
        const directory = yield* Effect.acquireRelease(
          Effect.sync(() => mkdtempSync(join(tmpdir(), "mintmark-tokens-"))),
          (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
        )
        return {
          store: (ring: ReadonlyArray<Redacted.Redacted>) =>
            Layer.orDie(
              KeyValueTokenStore.layer({ keys: ring }).pipe(
                Layer.provide(KeyValueStore.layerFileSystem(directory)),
                Layer.provide(NodeServices.layer)
              )
            ),
          lasts: Effect.succeed(Infinity)
        }
      })
    ],
    [
      "Redis",
      Effect.map(Effect.orDie(startRedis()), (server) => ({
        store: (ring: ReadonlyArray<Redacted.Redacted>) =>
          Layer.orDie(RedisTokenStore.layer({ keys: ring, budget: "30 seconds" })).pipe(
            Layer.provide(Layer.orDie(redisAt(server.url)))
          ),
        lasts: Effect.sync(() =>
          Math.max(...server.cli("KEYS", "*").trim().split("\n").map((name) => Number(server.cli("PTTL", name))))
        )
      }))
    ],
    [
      "PostgreSQL",
      Effect.orDie(Effect.gen(function*() {
        const server = yield* ofAll
        const database = server.createDatabase()
        const client = Layer.orDie(postgresAt(server, { database }))
        yield* Effect.provide(SqlTokenStore.migration(), client)
        return {
          store: (ring: ReadonlyArray<Redacted.Redacted>) =>
            Layer.orDie(SqlTokenStore.layer({ keys: ring, budget: "30 seconds" })).pipe(Layer.provide(client)),
          lasts: Effect.sync(() =>
            Number(server.psql("SELECT max(keep_until) FROM mintmark_tokens", database)) - Date.now()
          )
        }
      }))
    ]
  ] as const

  for (const [what, open] of stores) {
    it.live(`is the newest one in ${what} whatever a deployment changes: scopes, parameters, ids, replies, keys`, () =>
      Effect.gen(function*() {
        const server = yield* rotatingServer
        server.behavior.fields = { tenant: "t", refresh_expires_in: 60 }
        const { lasts, store } = yield* open
        const provider = rotating(server)
        const withReply = <Reply>(reply: Provider.Provider<Reply>["reply"]) =>
          Provider.make({ ...factsOf(server), reply })
        const ring = [key(0)]
        yield* process(provider, store(ring), renewed)
        yield* process(provider, store(ring), renewed, { scopes: ["a"] })
        yield* process(provider, store(ring), renewed, { parameters: { audience: "b" } })
        yield* process(Provider.make({ ...factsOf(server), id: "other", scopes: ["c"] }), store(ring), renewed)
        yield* process(withReply(TokenReply.make({ tenant: Schema.String })), store(ring), renewed)
        // What can't be written as JSON, or not at all.
        for (let i = 0; i < 2; i++) {
          yield* process(withReply(TokenReply.make({ tenant: ofClass })), store(ring), renewed)
        }
        yield* process(provider, store([key(1), key(0)]), renewed)
        yield* process(provider, store([key(1)]), renewed)
        assert.deepStrictEqual(server.sent, chain(9))
        assert.strictEqual(server.ended.size, 0)
        assert.isAbove(yield* lasts, 50 * 365 * 86_400_000)
      }).pipe(Effect.provide(FetchHttpClient.layer)))

    it.live(`is sent by no process that can't read it in ${what}`, () =>
      Effect.gen(function*() {
        const server = yield* rotatingServer
        const { store } = yield* open
        yield* process(rotating(server), store([key(0)]), renewed)
        const error = yield* Effect.flip(process(rotating(server), store([key(1)]), renewed))
        assert.include(error.reason, { _tag: "Unavailable", kind: "store" })
        yield* process(rotating(server), store([key(0)]), renewed)
        assert.deepStrictEqual(server.sent, chain(2))
      }).pipe(Effect.provide(FetchHttpClient.layer)))

    it.live(`is the newest one in ${what} after a process that ended during its request`, () =>
      Effect.gen(function*() {
        const server = yield* rotatingServer
        const { store } = yield* open
        server.behavior.delay = 300
        const scope = yield* Scope.make()
        const client = yield* ProviderClient.make(rotating(server), { clientId: "client", refreshToken: first }).pipe(
          Effect.provide(yield* Layer.buildWithScope(store([key(0)]), scope)),
          Effect.provideService(Scope.Scope, scope)
        )
        yield* Effect.forkChild(Effect.exit(client.token))
        while (server.sent.length === 0) yield* Effect.sleep(10)
        yield* Scope.close(scope, Exit.void)
        yield* process(rotating(server), store([key(0)]), renewed)
        assert.deepStrictEqual(server.sent, chain(2))
      }).pipe(Effect.provide(FetchHttpClient.layer)))

    it.live(`is sent by one source at a time, where two of one process share ${what}`, () =>
      Effect.gen(function*() {
        const server = yield* rotatingServer
        const { store } = yield* open
        server.behavior.delay = 50
        yield* Effect.scoped(Effect.gen(function*() {
          const make = (scopes: ReadonlyArray<string>) =>
            ProviderClient.make(rotating(server), { clientId: "client", refreshToken: first, scopes })
          const clients = yield* Effect.all([make([]), make(["a"]), make(["b"])])
          for (let i = 0; i < 3; i++) yield* Effect.forEach(clients, renewed, { concurrency: "unbounded" })
        })).pipe(Effect.provide(store([key(0)]), { local: true }))
        assert.deepStrictEqual(server.sent, chain(9))
      }).pipe(Effect.provide(FetchHttpClient.layer)))

    it.live(`is not sent again once the server has refused it, by any process over ${what}`, () =>
      Effect.gen(function*() {
        const server = yield* rotatingServer
        const { store } = yield* open
        server.ended.add("client")
        for (const scopes of [["a"], ["a"], ["b"]]) {
          const error = yield* Effect.flip(
            process(rotating(server), store([key(0)]), ({ token }) => token, { scopes })
          )
          assert.include(error.reason, { _tag: "GrantRefused", grant: "refresh_token" })
        }
        assert.strictEqual(server.sent.length, 1)
      }).pipe(Effect.provide(FetchHttpClient.layer)))
  }

  it.live("is kept by its process where it could be written no more, and written when that can be again", () =>
    Effect.gen(function*() {
      const server = yield* rotatingServer
      const { layer, state } = folder()
      yield* process(rotating(server), layer, ({ renew }) =>
        Effect.gen(function*() {
          yield* renew
          server.behavior.delay = 200
          const failing = yield* Effect.forkChild(Effect.flip(renew))
          while (server.sent.length < 2) yield* Effect.sleep(10)
          state.canWrite = false
          assert.include((yield* Fiber.join(failing)).reason, { _tag: "Unavailable", kind: "store" })
          state.canWrite = true
          yield* Effect.sleep("2 seconds")
          yield* renew
        }), { deadline: "2 seconds" })
      yield* process(rotating(server), layer, renewed)
      assert.deepStrictEqual(server.sent, chain(4))
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it.live("is not sent where its record in a folder is damaged, and the record stays as it is", () =>
    Effect.gen(function*() {
      for (const damaged of ["", "rubbish", "{}", "[]", "{\"token\":5}"]) {
        const server = yield* rotatingServer
        const { entries, layer } = folder()
        yield* process(rotating(server), layer, renewed)
        const name = [...entries.keys()].find((name) => name.startsWith("refresh-")) ?? ""
        entries.set(name, damaged)
        const error = yield* Effect.flip(process(rotating(server), layer, renewed))
        assert.include(error.reason, { _tag: "Unavailable", kind: "store" }, damaged)
        assert.strictEqual(entries.get(name), damaged)
        assert.strictEqual(server.sent.length, 1)
      }
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  for (const [how, years] of [["ahead", 40], ["behind", -40], ["right for years", 0]] as const) {
    it.live(`is kept in a folder by a machine whose clock was ${how}`, () =>
      Effect.gen(function*() {
        const server = yield* rotatingServer
        const { layer } = folder()
        const clock = yield* Clock.clockWith(Effect.succeed)
        const shifted = (by: number): Clock.Clock =>
          Object.assign(Object.create(clock), {
            currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + by,
            currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now + by)
          })
        const year = 365 * 86_400_000
        for (const by of [years * year, years === 0 ? 3 * year : 0]) {
          yield* Effect.provideService(process(rotating(server), layer, renewed), Clock.Clock, shifted(by))
        }
        assert.deepStrictEqual(server.sent, chain(2))
      }).pipe(Effect.provide(FetchHttpClient.layer)))
  }
})

/** Values that have no JSON. */
class Tenant {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

const ofClass = Schema.String.pipe(
  Schema.decodeTo(Schema.instanceOf(Tenant), {
    decode: SchemaGetter.transform((name: string) => new Tenant(name)),
    encode: SchemaGetter.forbidden(() => "a tenant can't be written")
  })
)
