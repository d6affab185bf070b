import { Routee } from "@mintmark/routee"
import { Console, Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"

const program = Effect.gen(function*() {
  const routee = yield* Routee
  const token = yield* routee.token // an access token that is valid now
  const balance = yield* routee.http.get("/accounts/me/balance") // sent with a valid token
  yield* Console.log(token.scopes, yield* balance.json)
})

// ROUTEE_APPLICATION_ID and ROUTEE_APPLICATION_SECRET are read from the environment.
const RouteeLive = Layer.provide(Routee.layerConfig(), FetchHttpClient.layer)

program.pipe(Effect.provide(RouteeLive), Effect.runPromise)
