// Sends an SMS and reads the balance. This file does not handle the token.
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Routee } from "@mintmark/routee"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import { Messaging } from "./Messaging.ts"

const program = Effect.gen(function*() {
  const messaging = yield* Messaging
  const receipt = yield* messaging.send({ from: "Mintmark", to: "+306900000000", body: "Hello" })
  yield* Console.log(`SMS ${receipt.trackingId}: ${receipt.status}`)
  const { balance, currency } = yield* messaging.balance
  yield* Console.log(`Balance: ${balance} ${currency.code}`)
})

// ROUTEE_APPLICATION_ID and ROUTEE_APPLICATION_SECRET are read from the environment.
const MessagingLive = Messaging.layer.pipe(
  Layer.provide(Routee.layerConfig()),
  Layer.provide(FetchHttpClient.layer)
)

program.pipe(
  Effect.provide(MessagingLive),
  // One line for the user; the exit code shows the failure, too.
  Effect.tapError(({ message }) => Console.error(message)),
  NodeRuntime.runMain({ disableErrorReporting: true })
)
