import * as Effect from "effect/Effect"
import * as Redis from "effect/persistence/Redis"
import type * as Scope from "effect/Scope"

/** What is needed of a client of Redis Cluster. */
export interface ClusterClient {
  readonly sendCommand: (
    firstKey: string | undefined,
    isReadonly: boolean | undefined,
    args: Array<string>
  ) => Promise<unknown>
  readonly sSubscribe: (channel: string, listener: (message: string) => unknown) => Promise<unknown>
  readonly sUnsubscribe: (channel: string, listener: (message: string) => unknown) => Promise<unknown>
}

/**
 * Effect's `Redis` over a cluster. Scripts are sent with their text (`EVAL`): each node has a cache of its own, and a
 * slot may move to another one at any time.
 */
export const make = (client: ClusterClient): Effect.Effect<Redis.Redis["Service"], never, Scope.Scope> => {
  const attempt = <A>(run: () => Promise<A>) =>
    Effect.tryPromise({ try: run, catch: (cause) => new Redis.RedisError({ cause }) })
  const send = <A = unknown>(command: string, ...args: ReadonlyArray<string>) =>
    // The type is the caller's statement, as it is everywhere in this service.
    attempt(() => client.sendCommand(keyOf(command, args), false, [command, ...args]) as Promise<A>)
  return Effect.map(
    Redis.make({
      send,
      connect: Effect.fail(new Redis.RedisError({ cause: "a cluster has no one connection to reserve" })),
      subscribe: (channel, onMessage) => {
        const listener = (message: string) => onMessage({ channel, message })
        return Effect.as(
          Effect.acquireRelease(
            attempt(() => client.sSubscribe(channel, listener)),
            () => Effect.ignore(attempt(() => client.sUnsubscribe(channel, listener)))
          ),
          Effect.never
        )
      }
    }),
    (redis) => ({
      ...redis,
      eval: (script) => (...params) =>
        send("EVAL", script.lua, String(script.numberOfKeys(...params)), ...script.params(...params).map(String))
    })
  )
}

const keyOf = (command: string, args: ReadonlyArray<string>): string | undefined =>
  command === "EVAL" || command === "EVALSHA" ? args[2] : args[0]
