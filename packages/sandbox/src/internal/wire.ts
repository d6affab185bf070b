import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import * as Effect from "effect/Effect"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import type { Socket } from "node:net"

/** What goes over a connection when no well-behaved server will do. */
export interface Wire {
  readonly chunks: ReadonlyArray<Uint8Array>
  /** Milliseconds between the chunks. */
  readonly every: number
  /** `again`: the last chunk is sent again and again, for as long as the client takes it. */
  readonly end: "close" | "reset" | "hang" | "again"
}

/** A body with the head that belongs to it, or one that doesn't. */
export const head = (
  status: number,
  phrase: string,
  headers: ReadonlyArray<readonly [string, string]>
): Uint8Array =>
  Buffer.from(
    [`HTTP/1.1 ${status} ${phrase}`, ...headers.map(([name, value]) => `${name}: ${value}`), "", ""].join("\r\n"),
    "latin1"
  )

const write = (socket: Socket, chunk: Uint8Array): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    // A connection that is gone ends the request's fiber, so there is nothing to tell it here.
    socket.write(chunk, () => resume(Effect.void))
  })

/** How long a client has to take what came before a reset, which throws away whatever it hasn't read. */
const beforeReset = 50

// By the system's clock, whichever the sandbox uses: the client needs this time. A client in this process may be slow
// with it; it has read before the next turn of the event loop.
const letRead: Effect.Effect<void> = Effect.callback<void>((resume) => {
  let nextTurn: NodeJS.Immediate | undefined
  const timer = setTimeout(() => {
    nextTurn = setImmediate(() => resume(Effect.void))
  }, beforeReset)
  return Effect.sync(() => {
    clearTimeout(timer)
    clearImmediate(nextTurn)
  })
})

/**
 * Writes on the connection of the HTTP server directly. `beforeEnd` runs before the last thing that the
 * client can notice. Never succeeds: the request is over when its connection is.
 */
export const writeOn = Effect.fnUntraced(function*(
  request: HttpServerRequest,
  { chunks, end, every }: Wire,
  beforeEnd: Effect.Effect<void>
): Effect.fn.Return<never> {
  const { socket } = NodeHttpServerRequest.toIncomingMessage(request)
  socket.setNoDelay(true)
  for (const [index, chunk] of chunks.entries()) {
    if (every > 0 && index > 0) yield* Effect.sleep(every)
    if (end !== "hang" && end !== "again" && index === chunks.length - 1) yield* beforeEnd
    yield* write(socket, chunk)
  }
  const last = chunks.at(-1)
  if (end === "again" && last !== undefined) {
    return yield* Effect.forever(Effect.andThen(Effect.sleep(Math.max(1, every)), write(socket, last)))
  }
  if (end !== "hang") {
    yield* beforeEnd
    if (end === "reset" && chunks.length > 0) yield* letRead
    yield* Effect.sync(() => end === "reset" ? socket.resetAndDestroy() : socket.destroySoon())
  }
  return yield* Effect.never
})
