import * as Array from "effect/Array"
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

/** Gives each event to all who listen, and waits for none of them. */
export interface EventHub<A> {
  readonly publish: (event: A) => void
  readonly stream: Stream.Stream<A>
}

/**
 * Ends with its scope. A `PubSub` would do the same, but it alone is as large as half of the code of this package; and
 * `Stream.callback`, which takes many events at once, is a quarter of a kilobyte more.
 */
export const make = <A>(): Effect.Effect<EventHub<A>, never, Scope.Scope> =>
  Effect.suspend(() => {
    const listeners = new Set<Queue.Queue<A, Cause.Done>>()
    let isOver = false
    const listen = Effect.fnUntraced(function*() {
      const queue = yield* Queue.sliding<A, Cause.Done>(1024)
      yield* Effect.addFinalizer(() => Effect.sync(() => listeners.delete(queue)))
      if (isOver) Queue.endUnsafe(queue)
      else listeners.add(queue)
      return Stream.fromPull(Effect.succeed(Effect.map(Queue.take(queue), Array.of)))
    })
    const end = Effect.sync(() => {
      isOver = true
      listeners.forEach(Queue.endUnsafe)
    })
    return Effect.as(Effect.addFinalizer(() => end), {
      publish: (event: A) => {
        for (const queue of listeners) Queue.offerUnsafe(queue, event)
      },
      stream: Stream.unwrap(listen())
    })
  })
