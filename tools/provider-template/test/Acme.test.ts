import { assert, layer } from "@effect/vitest"
import { Acme } from "@mintmark/acme"
import { Account, Sandbox } from "@mintmark/sandbox"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"

layer(Layer.merge(Sandbox.layer(), FetchHttpClient.layer))("Acme", (it) => {
  it.effect("reads its variables, and calls its API with a token", () =>
    Effect.gen(function*() {
      const { urls } = yield* Sandbox
      const env = {
        ACME_CLIENT_ID: Account.generic.clientId,
        ACME_CLIENT_SECRET: Account.generic.clientSecret,
        ACME_BASE_URL: urls.generic
      }
      const { status } = yield* Effect.flatMap(Acme, ({ http }) => http.get("/me")).pipe(
        Effect.provide(Acme.layerConfig()),
        Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))
      )
      assert.strictEqual(status, 200)
    }))
})
