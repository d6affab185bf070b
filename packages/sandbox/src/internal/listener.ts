import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpMiddleware from "effect/http/HttpMiddleware"
import type * as HttpServerError from "effect/http/HttpServerError"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as NetAddress from "effect/net/NetAddress"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"
import * as Https from "node:https"
import type { Socket } from "node:net"
import type { KeyPair } from "./certificate.ts"

// What a client sends beyond Node's own limit (16 KiB) is for a test to see, not for the server to refuse.
const maxHeaderSize = 256 * 1024

const largestBody = ByteSize.mebibytes(1)

/** Somewhere to answer requests from. */
export interface Listener {
  readonly origin: string
  /** Answers with this effect from now on. */
  readonly serve: <E>(
    answer: Effect.Effect<HttpServerResponse.HttpServerResponse, E, HttpServerRequest.HttpServerRequest | Scope.Scope>
  ) => Effect.Effect<void, never, Scope.Scope>
}

/** Node's own 511 is less than a thousand connections at once need on a busy machine. */
const backlog = 4096

/**
 * Listens until the scope closes. Connections that are still open then, a hanging one included, are cut.
 *
 * The application that runs the sandbox must not find the sandbox's requests among its own spans, so none are started.
 */
export const listen = Effect.fnUntraced(function*(
  options: { readonly host: string; readonly port: number; readonly keyPair: KeyPair | undefined }
): Effect.fn.Return<Listener, HttpServerError.ServeError, Scope.Scope> {
  const sockets = new Set<Socket>()
  const server = yield* NodeHttpServer.make(
    () => {
      const node = options.keyPair === undefined
        ? Http.createServer({ maxHeaderSize })
        : Https.createServer({ maxHeaderSize, ...options.keyPair })
      return node.on("connection", (socket: Socket) => {
        sockets.add(socket)
        socket.once("close", () => sockets.delete(socket))
      })
    },
    { host: options.host, port: options.port, backlog, disablePreemptiveShutdown: true }
  )
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      for (const socket of sockets) socket.destroy()
    })
  )
  return {
    origin: NetAddress.formatUrlUnsafe(server.address, options.keyPair === undefined ? "http" : "https"),
    serve: (answer) =>
      server.serve(answer).pipe(
        Effect.provideService(HttpMiddleware.TracerDisabledWhen, () => true),
        Effect.provideService(HttpIncomingMessage.MaxBodySize, largestBody)
      )
  }
})
