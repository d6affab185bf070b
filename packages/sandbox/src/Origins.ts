/**
 * Origins on this machine that aren't servers: nothing listens, nothing is said, or a proxy refuses.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Net from "node:net"

const portOf = (server: Net.Server): number => {
  const address = server.address()
  return typeof address === "object" && address !== null ? address.port : 0
}

/**
 * An origin that refuses connections: its port was free a moment ago.
 *
 * @since 0.1.0
 * @category constructors
 */
export const refusingOrigin: Effect.Effect<string> = Effect.callback<string>((resume) => {
  const server = Net.createServer()
  server.listen(0, "127.0.0.1", () => {
    const port = portOf(server)
    server.close(() => resume(Effect.succeed(`http://127.0.0.1:${port}`)))
  })
})

const listening = (onConnection: (socket: Net.Socket) => void): Effect.Effect<string, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly server: Net.Server; readonly sockets: Set<Net.Socket> }>((resume) => {
        const sockets = new Set<Net.Socket>()
        const server = Net.createServer((socket) => {
          sockets.add(socket)
          socket.once("close", () => sockets.delete(socket))
          socket.on("error", () => socket.destroy())
          onConnection(socket)
        })
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed({ server, sockets })))
      }),
      ({ server, sockets }) =>
        Effect.callback<void>((resume) => {
          for (const socket of sockets) socket.destroy()
          server.close(() => resume(Effect.void))
        })
    ),
    ({ server }) => `http://127.0.0.1:${portOf(server)}`
  )

/**
 * An origin that accepts connections and never sends a byte: a TLS handshake with it doesn't end, either.
 *
 * @since 0.1.0
 * @category constructors
 */
export const silentOrigin: Effect.Effect<string, never, Scope.Scope> = listening(() => {})

/**
 * The origin of an HTTP proxy that refuses every tunnel (`CONNECT`), and every other request, with this status: 407 by
 * default. What was to go through it was never sent.
 *
 * @since 0.1.0
 * @category constructors
 */
export const refusingProxy = (status = 407): Effect.Effect<string, never, Scope.Scope> =>
  listening((socket) => {
    socket.once("data", () => {
      const challenge = status === 407 ? "proxy-authenticate: Basic realm=\"sandbox\"\r\n" : ""
      socket.end(`HTTP/1.1 ${status} Refused\r\n${challenge}content-length: 0\r\nconnection: close\r\n\r\n`)
    })
  })
