// Runs the application against the sandbox, which revokes its first token, and refuses the next token request.
// Its telemetry is exported over OTLP to a collector here, which draws what it received.
//
//   node src/main.ts [file]
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Routera } from "@mintmark/routera"
import { Account, Answer, Sandbox } from "@mintmark/sandbox"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Otlp from "effect/observability/Otlp"
import * as OtlpSerialization from "effect/observability/OtlpSerialization"
import * as Redacted from "effect/Redacted"
import { writeFileSync } from "node:fs"
import { application } from "./application.ts"
import { attribute, Collector } from "./Collector.ts"
import { picture } from "./picture.ts"

const [file = "telemetry.svg"] = process.argv.slice(2)

const RouteraLive = Layer.unwrap(Effect.map(Sandbox, ({ urls }) =>
  Routera.layer({
    clientId: Account.routera.clientId,
    clientSecret: Redacted.make(Account.routera.clientSecret),
    baseUrl: urls.routera
  })))

// All that an application needs: the last batch is sent when its Layer ends.
const TelemetryLive = Layer.unwrap(
  Effect.map(Collector, ({ url }) => Otlp.layer({ baseUrl: url, resource: { serviceName: "account-reader" } }))
).pipe(
  Layer.provide(OtlpSerialization.layerJson)
)

const observed = application.pipe(
  Effect.provide(Layer.provideMerge(RouteraLive, TelemetryLive))
)

const program = Effect.gen(function*() {
  const sandbox = yield* Sandbox
  const incidents = Effect.gen(function*() {
    yield* sandbox.arrived({ kind: "token" }, 1)
    yield* Effect.sleep("1 second")
    yield* sandbox.script({ kind: "token" }, [Answer.status(429, { retryAfter: 1 })])
    yield* sandbox.revoke()
  })
  yield* Effect.all([observed, incidents], { concurrency: 2 })
  const collector = yield* Collector
  const requests = collector.counters().get("mintmark_token_requests") ?? []
  const counts = requests.map((point) =>
    `mintmark_token_requests ${
      ["provider", "reason", "outcome"].map((name) => `${name}=${attribute(point, name)}`).join(" ")
    }: ${point.asDouble}`
  )
  const spans = collector.spans()
  writeFileSync(file, picture(spans, counts))
  yield* Console.log([...counts, `${spans.length} spans, drawn in ${file}`].join("\n"))
})

program.pipe(
  Effect.provide([Sandbox.layer({ lifetimes: { routera: 3 } }), Collector.layer, FetchHttpClient.layer]),
  NodeRuntime.runMain
)
