import * as Effect from "effect/Effect"
import type * as Redis from "effect/persistence/Redis"
import * as Queue from "effect/Queue"
import type * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type { Shelf } from "./shelf.ts"

/**
 * Waits for what is published on one channel. A process listens from its first wait on, with one connection for all
 * records; while it can't, waits end by their time alone.
 */
export const make = Effect.fnUntraced(function*(
  redis: Redis.Redis["Service"],
  channel: string,
  backoff: Schedule.Schedule<unknown>
): Effect.fn.Return<Shelf["news"], never, Scope.Scope> {
  const scope = yield* Effect.scope
  const waiting = new Map<string, Set<() => void>>()
  let isListening = false

  const listen = Effect.scoped(Effect.gen(function*() {
    const messages = yield* redis.subscribe(channel)
    while (true) {
      const { message } = yield* Queue.take(messages)
      waiting.get(message)?.forEach((wake) => wake())
    }
  })).pipe(Effect.catchDefect(Effect.fail), Effect.retry(backoff))

  return (name, atMost) =>
    Effect.callback<void>((resume) => {
      const others = waiting.get(name) ?? new Set()
      const leave = () => {
        others.delete(wake)
        if (others.size === 0 && waiting.get(name) === others) waiting.delete(name)
      }
      const wake = () => {
        leave()
        resume(Effect.void)
      }
      waiting.set(name, others.add(wake))
      return Effect.sync(leave)
    }).pipe(
      Effect.timeoutOption(atMost),
      Effect.asVoid,
      (wait) =>
        Effect.suspend(() => {
          if (isListening) return wait
          isListening = true
          return Effect.andThen(Effect.forkIn(listen, scope), wait)
        })
    )
})
