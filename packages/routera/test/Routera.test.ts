import { assert, describe, layer } from "@effect/vitest"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import { Routera, type RouteraOptions } from "@mintmark/routera"
import { Sandbox } from "@mintmark/sandbox"
import * as Account from "@mintmark/sandbox/Account"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"

const { clientId, clientSecret } = Account.routera

const open = Effect.fnUntraced(function*(options: Partial<RouteraOptions> = {}) {
  const sandbox = yield* Sandbox
  yield* sandbox.clear
  const routera = yield* Routera.make({
    clientId,
    clientSecret: Redacted.make(clientSecret),
    baseUrl: sandbox.urls.routera,
    ...options
  })
  return { routera, sandbox }
})

describe("Routera", () => {
  layer(Layer.merge(Sandbox.layer(), FetchHttpClient.layer))((it) => {
    it.effect("sends grant_type, client_id and client_secret as fields of the body", () =>
      Effect.gen(function*() {
        const { routera, sandbox } = yield* open()
        yield* routera.token
        const [request] = yield* sandbox.journal
        assert.strictEqual(request?.placement, "body")
        assert.deepStrictEqual(request?.parameters, ["grant_type", "client_id", "client_secret"])
        assert.strictEqual(request?.matched, true)
      }))

    it.effect("sends a Basic header instead, with grant_type in the body, never both", () =>
      Effect.gen(function*() {
        const { routera, sandbox } = yield* open({ clientAuthentication: ClientAuthentication.clientSecretBasicRaw })
        yield* routera.token
        const [request] = yield* sandbox.journal
        assert.strictEqual(request?.placement, "basic")
        assert.deepStrictEqual(request?.parameters, ["grant_type"])
        assert.strictEqual(request?.matched, true)
      }))

    it.effect("gets a JWT for an hour without a refresh token, and sends the same credentials afterwards", () =>
      Effect.gen(function*() {
        const { routera, sandbox } = yield* open()
        const { expiresAt, refreshToken, requestedAt, value } = yield* routera.token
        assert.match(Redacted.value(value), /^ey[\w-]+\.[\w-]+\.[\w-]+$/)
        assert.strictEqual(expiresAt - requestedAt, 3_600_000)
        assert.isUndefined(refreshToken)
        yield* TestClock.adjust("1 hour")
        yield* routera.token
        const requests = yield* sandbox.journal
        assert.deepStrictEqual(requests.map(({ grant }) => grant), ["client_credentials", "client_credentials"])
      }))

    it.effect("calls the API at the same host", () =>
      Effect.gen(function*() {
        const { routera } = yield* open()
        const me = yield* routera.http.get("/me")
        assert.deepInclude(yield* me.json, { account: clientId })
      }))

    it.effect("reports an invalid client_secret, a 401", () =>
      Effect.gen(function*() {
        const { routera } = yield* open({ clientSecret: Redacted.make("wrong") })
        const { message, reason } = yield* Effect.flip(routera.token)
        assert.strictEqual(reason._tag, "CredentialsRefused")
        assert.include(message, "; check clientId (ROUTERA_CLIENT_ID) and clientSecret (ROUTERA_CLIENT_SECRET);")
        assert.propertyVal(reason, "status", 401)
        assert.propertyVal(reason, "code", "invalid_client")
      }))

    it.effect("uses a changed secret if it is given as an effect", () =>
      Effect.gen(function*() {
        let secret = "wrong"
        const { routera } = yield* open({ clientSecret: Effect.sync(() => Redacted.make(secret)) })
        yield* Effect.flip(routera.token)
        secret = clientSecret
        yield* TestClock.adjust("2 seconds")
        yield* routera.token
      }))

    it.effect("reads its options from the environment", () =>
      Effect.gen(function*() {
        const { sandbox } = yield* open()
        const env = {
          ROUTERA_CLIENT_ID: clientId,
          ROUTERA_CLIENT_SECRET: clientSecret,
          ROUTERA_BASE_URL: sandbox.urls.routera
        }
        yield* Effect.flatMap(Routera, ({ token }) => token).pipe(
          Effect.provide(Routera.layerConfig()),
          Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))
        )
      }))
  })
})
