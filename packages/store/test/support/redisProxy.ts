import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createConnection, createServer, type Socket } from "node:net"
import type { RedisServer } from "./redisServer.ts"

/** What becomes of the reply to a command that Redis has carried out. */
export type Loss =
  /** The connection breaks. */
  | "cut"
  /** It comes when the client has given up on it, and tries again. */
  | "late"
  /** Nothing comes any more on this connection, and no reason is given. */
  | "half open"

/** A way to a Redis on which replies get lost. */
export interface RedisProxy {
  readonly url: string
  /** Lets the reply to the next command get lost that has all of these words in it, and none of the others. */
  readonly lose: (how: Loss, words: ReadonlyArray<string>, without?: ReadonlyArray<string>) => void
  /** How many replies were lost. */
  readonly lost: () => number
  /** Whether a reply is held back. */
  readonly holds: () => boolean
  /** Delivers what was held back: a client that closes waits for it. */
  readonly heal: Effect.Effect<void>
}

/** Stands between clients and a Redis; it ends with the scope. */
export const startRedisProxy = Effect.fnUntraced(
  function*(redis: RedisServer): Effect.fn.Return<RedisProxy, never, Scope.Scope> {
    let lost = 0
    let matches: ((command: string) => boolean) | undefined
    let loss: Loss = "cut"
    const sockets = new Set<Socket>()
    const releases = new Set<() => void>()

    const connect = (client: Socket) => {
      const server = createConnection(redis.port, "127.0.0.1")
      let held: Array<Buffer> | undefined
      const release = () => {
        releases.delete(release)
        held?.forEach((chunk) => client.write(chunk))
        held = undefined
      }
      for (const socket of [client, server]) {
        sockets.add(socket)
        socket.on("error", () => {})
        socket.on("close", () => {
          client.destroy()
          server.destroy()
        })
      }
      client.on("data", (chunk) => {
        server.write(chunk)
        if (loss === "late") release()
        if (matches?.(String(chunk)) !== true) return
        matches = undefined
        held = []
      })
      server.on("data", (chunk) => {
        if (held === undefined) {
          client.write(chunk)
          return
        }
        if (held.push(chunk) === 1) lost++
        if (loss === "cut") client.destroy()
        else releases.add(release)
      })
    }

    const proxy = createServer(connect)
    yield* Effect.addFinalizer(() =>
      Effect.callback<void>((resume) => {
        sockets.forEach((socket) => socket.destroy())
        proxy.close(() => resume(Effect.void))
      })
    )
    yield* Effect.callback<void>((resume) => {
      proxy.listen(0, "127.0.0.1", () => resume(Effect.void))
    })
    const address = proxy.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    return {
      url: `redis://127.0.0.1:${port}`,
      lose: (how, words, without = []) => {
        loss = how
        matches = (command) =>
          words.every((word) => command.includes(word)) && !without.some((word) => command.includes(word))
      },
      lost: () => lost,
      holds: () => releases.size > 0,
      heal: Effect.sync(() => releases.forEach((release) => release()))
    }
  }
)
