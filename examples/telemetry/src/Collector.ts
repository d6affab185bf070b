// The smallest of OpenTelemetry collectors: takes traces and metrics over OTLP, and keeps them in memory.
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import type { ServeError } from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { createServer } from "node:http"

const Attribute = Schema.Struct({
  key: Schema.String,
  value: Schema.Struct({ stringValue: Schema.optional(Schema.String) })
})

/** A span, as OTLP has it: times are nanoseconds since 1970. */
export const Span = Schema.Struct({
  name: Schema.String,
  startTimeUnixNano: Schema.String,
  endTimeUnixNano: Schema.String,
  attributes: Schema.Array(Attribute),
  status: Schema.Struct({ code: Schema.Finite })
})
export type Span = typeof Span.Type

const Point = Schema.Struct({ attributes: Schema.Array(Attribute), asDouble: Schema.optional(Schema.Finite) })
const Metric = Schema.Struct({
  name: Schema.String,
  sum: Schema.optional(Schema.Struct({ dataPoints: Schema.Array(Point) }))
})

const Traces = Schema.Struct({
  resourceSpans: Schema.Array(Schema.Struct({ scopeSpans: Schema.Array(Schema.Struct({ spans: Schema.Array(Span) })) }))
})
const Metrics = Schema.Struct({
  resourceMetrics: Schema.Array(
    Schema.Struct({ scopeMetrics: Schema.Array(Schema.Struct({ metrics: Schema.Array(Metric) })) })
  )
})

/** The value of an attribute, if it is a text. */
export const attribute = ({ attributes }: Pick<Span, "attributes">, name: string): string =>
  attributes.find(({ key }) => key === name)?.value.stringValue ?? ""

/** Whether a span ended with an error, of which OTLP has the code 2: here, a token request or an API call that was refused. */
export const wasRefused = ({ status }: Pick<Span, "status">): boolean => status.code === 2

export class Collector extends Context.Service<Collector, {
  readonly url: string
  readonly spans: () => ReadonlyArray<Span>
  /** The counters as they were exported last, by name. */
  readonly counters: () => ReadonlyMap<string, ReadonlyArray<typeof Point.Type>>
}>()("telemetry/Collector") {
  static readonly layer: Layer.Layer<Collector, ServeError> = Layer.effect(
    this,
    Effect.gen(function*() {
      const spans: Array<Span> = []
      const counters = new Map<string, ReadonlyArray<typeof Point.Type>>()
      const server = yield* NodeHttpServer.make(createServer, { host: "127.0.0.1", port: 0 })

      const taken = HttpServerResponse.jsonUnsafe({})
      const traces = Effect.map(HttpServerRequest.schemaBodyJson(Traces), ({ resourceSpans }) => {
        spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)))
        return taken
      })
      const metrics = Effect.map(HttpServerRequest.schemaBodyJson(Metrics), ({ resourceMetrics }) => {
        for (const { metrics } of resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics)) {
          for (const { name, sum } of metrics) if (sum !== undefined) counters.set(name, sum.dataPoints)
        }
        return taken
      })
      const routes: ReadonlyArray<HttpRouter.Route<never, never>> = [
        HttpRouter.route("POST", "/v1/traces", Effect.orDie(traces)),
        HttpRouter.route("POST", "/v1/metrics", Effect.orDie(metrics)),
        HttpRouter.route("POST", "/v1/logs", taken)
      ]
      yield* server.serve(yield* HttpRouter.toHttpEffect(HttpRouter.addAll(routes)))
      return { url: HttpServer.formatAddress(server.address), spans: () => spans, counters: () => counters }
    })
  )
}
