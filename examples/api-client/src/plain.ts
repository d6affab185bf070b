// The same with plain HttpClient calls, where no API client is wanted. On Node, undici is the quicker transport.
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Routee } from "@mintmark/routee"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import { Balance, Receipt } from "./Api.ts"

const program = Effect.gen(function*() {
  const { http } = yield* Routee
  const api = HttpClient.filterStatusOk(http)

  const receipt = yield* HttpClientRequest.post("/sms").pipe(
    HttpClientRequest.bodyJsonUnsafe({ from: "Mintmark", to: "+306900000000", body: "Hello" }),
    api.execute,
    Effect.flatMap(HttpClientResponse.schemaBodyJson(Receipt))
  )
  yield* Console.log(`SMS ${receipt.trackingId}: ${receipt.status}`)

  const { balance, currency } = yield* Effect.flatMap(
    api.get("/accounts/me/balance"),
    HttpClientResponse.schemaBodyJson(Balance)
  )
  yield* Console.log(`Balance: ${balance} ${currency.code}`)
})

program.pipe(
  Effect.provide(Layer.provide(Routee.layerConfig(), NodeHttpClient.layerUndici)),
  // What failed, by the cases that a program handles differently.
  Effect.catchReason("TokenError", "CredentialsRefused", () => Console.error("Routee doesn't know this application.")),
  Effect.catchTag("TokenError", (error) => Console.error(`There is no token: ${error.message}`)),
  NodeRuntime.runMain
)
