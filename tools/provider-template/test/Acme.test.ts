import { assert, layer } from "@effect/vitest"
import { Acme } from "@mintmark/provider-template"
import { Account, Sandbox } from "@mintmark/sandbox"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"

layer(Layer.merge(Sandbox.layer(), FetchHttpClient.layer))("Acme", (it) => {
  it.effect("reads its variables, and calls its API with a token", () =>
    Effect.gen(function*() {
      const { behave, urls } = yield* Sandbox
      yield* behave({ generic: { placement: "client_secret_basic" } })
      const env = {
        ACME_CLIENT_ID: Account.generic.clientId,
        // if secret
        ACME_CLIENT_SECRET: Account.generic.clientSecret,
        // end
        // if password
        ACME_USERNAME: Account.generic.username ?? "",
        ACME_PASSWORD: Account.generic.password ?? ""
        // end
      }
      const { status } = yield* Effect.flatMap(Acme, ({ http }) => http.get("/me")).pipe(
        Effect.provide(Acme.layerConfig({ tokenEndpoint: `${urls.generic}/token`, apiUrl: urls.generic })),
        Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))
      )
      assert.strictEqual(status, 200)
    }))
})
