import { assert, describe, it } from "@effect/vitest"
import * as Grant from "@mintmark/core/Grant"
import * as TokenSource from "@mintmark/core/TokenSource"
import * as KeyValueTokenStore from "@mintmark/store/KeyValueTokenStore"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { countingServer, credentials, keys, provider as acme } from "./support/fleet.ts"
import { memoryStore } from "./support/memoryStore.ts"

/** What a process does that is started, needs a token, and ends. */
const oneProcess = <A, E>(
  http: HttpClient.HttpClient,
  store: KeyValueStore.KeyValueStore,
  use: (source: TokenSource.TokenSource) => Effect.Effect<A, E>,
  { given = credentials, ring = [keys[0]], provider = acme }: {
    readonly given?: typeof credentials
    readonly ring?: ReadonlyArray<Redacted.Redacted>
    readonly provider?: typeof acme
  } = {}
) =>
  Effect.scoped(Effect.gen(function*() {
    const context = yield* Layer.build(
      KeyValueTokenStore.layer({ keys: ring }).pipe(
        Layer.provide(Layer.succeed(KeyValueStore.KeyValueStore, store))
      )
    )
    const source = yield* Effect.provideContext(TokenSource.make(provider, given), context)
    return yield* use(source)
  })).pipe(Effect.provideService(HttpClient.HttpClient, http))

const get = (source: TokenSource.TokenSource) => Effect.map(source.get, ({ value }) => Redacted.value(value))

describe("KeyValueTokenStore", () => {
  it.effect("returns one token to ten processes one after another, and another after it has expired", () =>
    Effect.gen(function*() {
      const { http, seen } = countingServer()
      const { store } = memoryStore()
      for (let run = 0; run < 10; run++) assert.strictEqual(yield* oneProcess(http, store, get), "token-1")
      assert.strictEqual(seen.requests, 1)
      yield* TestClock.adjust("61 seconds")
      assert.strictEqual(yield* oneProcess(http, store, get), "token-2")
    }))

  it.effect("stores nothing readable, neither the token nor the account", () =>
    Effect.gen(function*() {
      const { entries, store } = memoryStore()
      yield* oneProcess(countingServer().http, store, get)
      const [[name = "", value = ""] = []] = [...entries]
      assert.match(name, /^[\da-f]{64}$/)
      const { token } = JSON.parse(value)
      assert.notInclude(value + Buffer.from(token, "base64").toString("latin1"), "token-1")
    }))

  it.effect("uses no token that was stored with a clock two hours ahead, and replaces it", () =>
    Effect.gen(function*() {
      const { http } = countingServer(10_800)
      const { store } = memoryStore()
      yield* TestClock.setTime(7_200_000)
      yield* oneProcess(http, store, get)
      yield* TestClock.setTime(0)
      assert.strictEqual(yield* oneProcess(http, store, get), "token-2")
      assert.strictEqual(yield* oneProcess(http, store, get), "token-2")
    }))

  it.effect("does not apply a refusal that was stored with a clock two hours ahead", () =>
    Effect.gen(function*() {
      const { http } = countingServer()
      const { store } = memoryStore()
      const refusing = HttpClient.make((request) =>
        Effect.succeed(
          HttpClientResponse.fromWeb(request, Response.json({ error: "invalid_client" }, { status: 401 }))
        )
      )
      yield* TestClock.setTime(7_200_000)
      yield* oneProcess(refusing, store, (source) => Effect.flip(source.get))
      yield* TestClock.setTime(0)
      assert.strictEqual(yield* oneProcess(http, store, get), "token-1")
    }))

  it.live("delays no caller, and no scope that closes, for long where the store never answers", () =>
    Effect.gen(function*() {
      for (const hanging of ["get", "set"] as const) {
        const never = { ...memoryStore().store, [hanging]: () => Effect.never }
        const ended = yield* Effect.timeout(oneProcess(countingServer().http, never, get), "20 seconds")
        assert.strictEqual(ended, "token-1", hanging)
      }
    }))

  it.effect("fails with the name of the variable if there is no key", () =>
    Effect.gen(function*() {
      const key = { MINTMARK_STORE_KEYS: Buffer.alloc(32).toString("base64") }
      const layers = [
        [KeyValueTokenStore.layerConfig(), {}],
        [KeyValueTokenStore.layerConfig(), { MINTMARK_STORE_KEYS: "" }],
        [KeyValueTokenStore.layerConfig(), { MINTMARK_STORE_KEYS: " " }],
        // What is given as `undefined` is missing, as it is for a provider's options.
        [KeyValueTokenStore.layerConfig({ keys: undefined }), key]
      ] as const
      for (const [layer, environment] of layers) {
        const error = yield* Effect.flip(Effect.scoped(Layer.build(
          layer.pipe(
            Layer.provide(KeyValueStore.layerMemory),
            Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env: environment })))
          )
        )))
        assert.strictEqual(error.message, "token store: keys (MINTMARK_STORE_KEYS) is missing or empty")
      }
    }))

  it.effect("does not accept keys of a wrong type from JavaScript: names the option, shows no key", () =>
    Effect.gen(function*() {
      const key = Buffer.alloc(32, 7)
      const text = key.toString("base64")
      for (
        const keys of [text, [text], Redacted.make(text), [key], [Redacted.make(key)], [null], [Redacted.make(7)], 7]
      ) {
        const layer = KeyValueTokenStore.layer(Object.assign({ keys: [] }, { keys }))
        const error = yield* Effect.flip(Effect.scoped(Layer.build(Layer.provide(layer, KeyValueStore.layerMemory))))
        assert(error.reason._tag === "InvalidOption")
        assert.strictEqual(error.reason.option, "keys")
        assert.notInclude(error.message, text)
      }
    }))

  it.effect("replaces a token that an API refused, or that was renewed", () =>
    Effect.gen(function*() {
      const { http } = countingServer()
      const { store } = memoryStore()
      yield* oneProcess(http, store, (source) => Effect.andThen(Effect.flatMap(source.get, source.reject), source.get))
      assert.strictEqual(yield* oneProcess(http, store, get), "token-2")
      yield* TestClock.adjust("1 second")
      yield* oneProcess(http, store, ({ renew }) => renew)
      assert.strictEqual(yield* oneProcess(http, store, get), "token-3")
    }))

  it.effect("returns another token to `renew` in the same millisecond in which the first one was requested", () =>
    Effect.gen(function*() {
      const { http } = countingServer()
      const { store } = memoryStore()
      const both = (source: TokenSource.TokenSource) =>
        Effect.map(Effect.all([source.get, source.renew]), ([, renewed]) => Redacted.value(renewed.value))
      assert.strictEqual(yield* oneProcess(http, store, both), "token-2")
      assert.strictEqual(
        yield* oneProcess(http, store, (source) => Effect.map(source.renew, ({ value }) => Redacted.value(value))),
        "token-3"
      )
      assert.strictEqual(yield* oneProcess(http, store, get), "token-3")
    }))

  it.effect("returns a refusal to later processes for a time, but not for renew or other credentials", () =>
    Effect.gen(function*() {
      let requests = 0
      const http = HttpClient.make((request) =>
        Effect.sync(() => {
          requests++
          return HttpClientResponse.fromWeb(
            request,
            request.headers["authorization"] === `Basic ${btoa("id:secret")}`
              ? Response.json({ access_token: "access", token_type: "Bearer", expires_in: 3600 })
              : Response.json({ error: "invalid_client" }, { status: 401 })
          )
        })
      )
      const { entries, store } = memoryStore()
      const wrong = { ...credentials, clientSecret: Redacted.make("wrong-secret") }
      const refused = (use = (source: TokenSource.TokenSource) => source.get) =>
        Effect.flip(oneProcess(http, store, use, { given: wrong }))
      for (let run = 0; run < 10; run++) {
        assert.strictEqual((yield* refused()).reason._tag, "CredentialsRefused")
      }
      assert.strictEqual(requests, 1)
      assert.strictEqual((yield* refused()).retryAt, 30_000)
      const readable = [...entries.values()].map((text) =>
        text + Buffer.from(JSON.parse(text).failure, "base64").toString("latin1")
      )
      assert.notInclude(readable.join(), "invalid_client")

      yield* oneProcess(http, store, get)
      assert.strictEqual(requests, 2)

      yield* refused(({ renew }) => renew)
      assert.strictEqual(requests, 3)
      yield* TestClock.adjust("59 seconds")
      yield* refused()
      assert.strictEqual(requests, 3)
      yield* TestClock.adjust("1 second")
      yield* refused()
      assert.strictEqual(requests, 4)
    }))

  it.effect("stores no refresh token, which two processes could send at once", () =>
    Effect.gen(function*() {
      const grants: Array<string | null> = []
      const http = HttpClient.make((request) =>
        Effect.sync(() => {
          const body = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
          grants.push(new URLSearchParams(body).get("grant_type"))
          return HttpClientResponse.fromWeb(
            request,
            Response.json({ access_token: "access", token_type: "Bearer", expires_in: 60, refresh_token: "refresh" })
          )
        })
      )
      const { store } = memoryStore()
      const renewing = { ...acme, renewal: Grant.refreshToken }
      for (let run = 0; run < 2; run++) {
        yield* oneProcess(
          http,
          store,
          ({ get, renew }) => get.pipe(Effect.andThen(TestClock.adjust("1 second")), Effect.andThen(renew)),
          { provider: renewing }
        )
      }
      assert.deepStrictEqual(grants, ["client_credentials", "refresh_token", "client_credentials"])
    }))

  it.effect("requests a token if the store has an invalid value, another account's, or one of an unknown key", () =>
    Effect.gen(function*() {
      const { http, seen } = countingServer()
      const { entries, store } = memoryStore()
      yield* oneProcess(http, store, get)
      const [[name = "", sealed = ""] = []] = [...entries]
      for (const rubbish of ["", "rubbish", sealed.slice(0, -8), `B${sealed.slice(1)}`]) {
        entries.set(name, rubbish)
        yield* oneProcess(http, store, get)
      }
      assert.strictEqual(seen.requests, 5)
      assert.strictEqual(yield* oneProcess(http, store, get, { ring: [keys[1]] }), "token-6")
      assert.strictEqual(yield* oneProcess(http, store, get, { ring: [keys[1], keys[0]] }), "token-5")
    }))

  it.effect("numbers tokens anew if a writer without a key has written an impossible number, and shares them", () =>
    Effect.gen(function*() {
      const { http } = countingServer()
      const { entries, store } = memoryStore()
      yield* oneProcess(http, store, get)
      const [[name = "", written = ""] = []] = [...entries]
      const numbers = [9007199254740990, 9007199254740991, 1e300, 5.4, -1, "x"]
      for (const [index, generation] of numbers.entries()) {
        entries.set(name, JSON.stringify({ ...JSON.parse(entries.get(name) ?? written), generation }))
        for (let process = 0; process < 2; process++) {
          assert.strictEqual(yield* oneProcess(http, store, get), `token-${index + 2}`, String(generation))
        }
      }
    }))

  it.effect("requests a token if the store fails", () =>
    Effect.gen(function*() {
      const failure = Effect.fail(new KeyValueStore.KeyValueStoreError({ method: "any", message: "away" }))
      const store = KeyValueStore.makeStringOnly({
        get: () => failure,
        set: () => failure,
        remove: () => failure,
        clear: failure,
        size: failure,
        keys: failure
      })
      assert.strictEqual(yield* oneProcess(countingServer().http, store, get), "token-1")
    }))
})
