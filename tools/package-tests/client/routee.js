// What an application does: it gets a token, and calls the API with it.
import { Routee } from "@mintmark/routee"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

export const ask = ({ applicationId, applicationSecret, baseUrl }) =>
  Effect.gen(function*() {
    const routee = yield* Routee
    const token = yield* routee.token
    const balance = yield* routee.http.get("/accounts/me/balance")
    return { shown: String(token.value), scopes: token.scopes.length, status: balance.status }
  }).pipe(
    Effect.provide(Layer.provide(
      Routee.layer({ applicationId, applicationSecret: Redacted.make(applicationSecret), baseUrl }),
      FetchHttpClient.layer
    )),
    Effect.runPromise
  )
