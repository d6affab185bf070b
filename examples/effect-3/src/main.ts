// Asks two providers at once: the balance, and the agents who are logged in. On Effect 3.
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { Routee, VonageContactCenter } from "@mintmark/effect-3"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Report } from "./Report.ts"

const program = Effect.gen(function*() {
  const report = yield* Report
  const [{ balance, currency }, { agents, calls }] = yield* Effect.all([report.balance, report.stats], {
    concurrency: "unbounded"
  })
  yield* Console.log(`Balance: ${balance} ${currency.code}`)
  yield* Console.log(`Calls: ${calls}, agents: ${agents}`)
})

// The accounts are read from the environment.
const ReportLive = Report.Default.pipe(
  Layer.provide([Routee.layerConfig(), VonageContactCenter.layerConfig()]),
  Layer.provide(FetchHttpClient.layer)
)

await program.pipe(
  Effect.provide(ReportLive),
  Effect.catchTag("TokenError", ({ provider, reason }) =>
    reason._tag === "CredentialsRefused"
      ? Console.error(`${provider} doesn't know this client.`)
      : Console.error(`There is no token: ${provider}: ${reason.message}.`)),
  Effect.runPromise
)
