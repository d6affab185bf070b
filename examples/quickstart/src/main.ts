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
import { figures, type Row, total } from "./figures.ts"
import type { Provider } from "./providers.ts"
import type { Stage } from "./stage.ts"
import { type Problem, table } from "./table.ts"
import { visit } from "./visit.ts"

const program = Effect.fnUntraced(function*(stage: Stage) {
  const application = yield* HttpClient.HttpClient
  yield* Console.log(`${stage.introduction}\n`)
  const problems = new Map<Provider, string>()
  yield* Effect.forEach(stage.providers, (provider) =>
    provider.open.pipe(
      Effect.provideService(HttpClient.HttpClient, stage.http(application, provider)),
      Effect.provideService(ConfigProvider.ConfigProvider, stage.config),
      Effect.flatMap((client) => visit(client, stage.request(provider))),
      Effect.catch((error) => Effect.sync(() => problems.set(provider, describe(error, provider))))
    ), { concurrency: "unbounded" })

  const log = yield* stage.log
  const rows = stage.providers.flatMap((provider): ReadonlyArray<Row | Problem> => {
    const { name } = provider
    const problem = problems.get(provider)
    return problem === undefined ? figures(log, name) : [{ provider: name, problem }]
  })
  yield* Console.log(`${table(rows)}\n\n${total(log)}, counted in ${stage.witness}.`)
  const failed = stage.providers.filter((provider) => problems.has(provider)).map(({ name }) => name)
  if (failed.length > 0) return yield* Effect.fail(`Failed at ${failed.join(", ")}: see the table.`)
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
