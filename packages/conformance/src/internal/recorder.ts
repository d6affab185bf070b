import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createServer, type IncomingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"

/** A request as its bytes were. */
export interface Recorded {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** The server's reply. A text goes out as HTML, anything else as JSON. */
export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A server on loopback that writes down what it is sent. */
export interface Recorder {
  readonly origin: string
  readonly requests: ReadonlyArray<Recorded>
}

/** Starts a recorder that ends with the scope. */
export const record = (answer: (request: Recorded) => Answer): Effect.Effect<Recorder, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ origin: string; requests: Array<Recorded>; close: () => void }>((resume) => {
        const requests: Array<Recorded> = []
        const server = createServer((incoming, outgoing) => {
          const chunks: Array<Buffer> = []
          incoming.on("data", (chunk: Buffer) => chunks.push(chunk))
          incoming.on("end", () => {
            const request = {
              method: incoming.method ?? "",
              path: incoming.url ?? "",
              headers: incoming.headers,
              body: Buffer.concat(chunks).toString("utf8")
            }
            requests.push(request)
            const { body, headers, status } = answer(request)
            const isText = typeof body === "string"
            outgoing.writeHead(status, { "content-type": isText ? "text/html" : "application/json", ...headers })
            outgoing.end(isText ? body : JSON.stringify(body))
          })
        })
        server.listen(0, "127.0.0.1", () => {
          const { port } = server.address() as AddressInfo
          const close = () => {
            server.closeAllConnections()
            server.close()
          }
          resume(Effect.succeed({ origin: `http://127.0.0.1:${port}`, requests, close }))
        })
      }),
      ({ close }) => Effect.sync(close)
    ),
    ({ origin, requests }) => ({ origin, requests })
  )
