import * as NodeSocketServer from "@effect/platform-node/NodeSocketServer"
import { serve } from "@mintmark/core/test/support/RealServer"
import * as DevTools from "effect/devtools/DevTools"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Otlp from "effect/observability/Otlp"
import type * as Scope from "effect/Scope"

/** An exporter of telemetry, and what reached the other end of it. */
export interface Exporter {
  /** It sends the rest when it closes. */
  readonly layer: Layer.Layer<never>
  /** All that arrived so far, headers included. */
  readonly received: () => string
}

const otlp = (make: typeof Otlp.layerJson): Effect.Effect<Exporter, never, Scope.Scope> => {
  let received = ""
  return Effect.map(
    serve(() => (request, response) => {
      received += `${request.method} ${request.url} ${JSON.stringify(request.rawHeaders)}\n`
      // Each byte as a character: no byte is lost, whatever the encoding.
      request.setEncoding("latin1")
      request.on("data", (chunk) => received += String(chunk))
      request.on("end", () => response.writeHead(200, { "content-type": "application/json" }).end("{}"))
    }),
    (baseUrl) => ({
      layer: make({
        baseUrl,
        resource: { serviceName: "faults" },
        shutdownTimeout: "1 minute"
      }).pipe(Layer.provide(FetchHttpClient.layer)),
      received: () => received
    })
  )
}

const devTools: Effect.Effect<Exporter, unknown, Scope.Scope> = Effect.gen(function*() {
  let received = ""
  const server = yield* NodeSocketServer.makeWebSocket({ host: "127.0.0.1", port: 0 })
  yield* Effect.forkScoped(server.run((socket) =>
    Effect.scoped(Effect.gen(function*() {
      const { pull } = yield* socket.reader
      const { write } = yield* socket.writer
      for (const _tag of ["Pong", "MetricsRequest"]) yield* write(`${JSON.stringify({ _tag })}\n`)
      while (true) {
        for (const frame of yield* pull) {
          received += typeof frame === "string" ? frame : Buffer.from(frame).toString("latin1")
        }
      }
    }))
  ))
  const port = "port" in server.address ? server.address.port : 0
  return { layer: DevTools.layer(`ws://127.0.0.1:${port}`), received: () => received }
})

/** Effect's own exporters, each with a server of its kind on loopback that keeps what it gets. */
export const exporters = {
  "OTLP, as JSON,": otlp(Otlp.layerJson),
  "OTLP, as Protocol Buffers,": otlp(Otlp.layerProtobuf),
  "DevTools": devTools
}
