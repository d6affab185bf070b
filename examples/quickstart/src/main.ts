// Gets a token from each provider, calls the provider's API with it, and prints what that took.
//
//   npm start             the sandbox plays the providers on this machine
//   npm start -- --live   the real providers whose credentials are in the environment
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import { describe } from "./failure.ts"
import { figures, total } from "./figures.ts"
import type { Stage } from "./stage.ts"
import { table } from "./table.ts"
import { visit } from "./visit.ts"

const program = Effect.fnUntraced(function*(stage: Stage) {
  // Every service is made, and so has checked its options, before the first request is sent.
  const application = yield* HttpClient.HttpClient
  const [services, unusable] = yield* Effect.partition(stage.providers, (provider) =>
    provider.open.pipe(
      Effect.provideService(HttpClient.HttpClient, stage.http(application, provider)),
      Effect.provideService(ConfigProvider.ConfigProvider, stage.config),
      Effect.map((client) => ({ provider, client })),
      Effect.mapError((error) => describe(error, provider))
    ))
  if (unusable.length > 0) return yield* Effect.fail(unusable.join("\n"))

  yield* Console.log(`${stage.introduction}\n`)
  const [, failures] = yield* Effect.partition(
    services,
    ({ client, provider }) =>
      Effect.mapError(visit(client, stage.request(provider)), (error) => describe(error, provider)),
    { concurrency: "unbounded" }
  )
  const log = yield* stage.log
  const rows = stage.providers.flatMap(({ name }) => figures(log, name))
  if (failures.length < services.length) {
    yield* Console.log(`${table(rows)}\n\n${total(log)}, counted in ${stage.witness}.`)
  }
  if (failures.length > 0) return yield* Effect.fail(failures.join("\n"))
})

const arguments_ = process.argv.slice(2)
const stage = arguments_.length === 0
  ? Effect.flatMap(Effect.promise(() => import("./sandboxed.ts")), ({ sandboxed }) => sandboxed)
  : arguments_.join(" ") === "--live"
  ? Effect.flatMap(Effect.promise(() => import("./live.ts")), ({ live }) => live)
  : Effect.fail("Usage: npm start, or npm start -- --live")

stage.pipe(
  Effect.flatMap(program),
  Effect.scoped,
  Effect.provide(FetchHttpClient.layer),
  Effect.catch((message) =>
    Effect.andThen(
      Console.error(message),
      Effect.sync(() => {
        process.exitCode = 1
      })
    )
  ),
  NodeRuntime.runMain
)
