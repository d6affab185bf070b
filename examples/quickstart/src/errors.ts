import { Routee } from "@mintmark/routee"
import { Console, Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"

const program = Effect.gen(function*() {
  const routee = yield* Routee
  const balance = yield* routee.http.get("/accounts/me/balance")
  yield* Console.log(yield* balance.json)
})

const RouteeLive = Layer.provide(Routee.layerConfig(), FetchHttpClient.layer)

program.pipe(
  Effect.provide(RouteeLive),
  Effect.catchReasons("TokenError", {
    InvalidOption: ({ problem, variable }) => Console.error(`Look at your settings: ${variable} ${problem}.`),
    CredentialsRefused: () => Console.error("Routee doesn't know this application, or its secret has changed."),
    Unavailable: (_, error) => Console.error(`Try again later. ${error.message}`)
  }),
  Effect.runPromise
)
