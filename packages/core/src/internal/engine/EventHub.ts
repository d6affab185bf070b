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

/** Ends with its scope. A `PubSub` would do the same, but it alone is as large as half of the code of this package. */
export const make = <A>(): Effect.Effect<EventHub<A>, never, Scope.Scope> =>
  Effect.suspend(() => {
    const listeners = new Set<Queue.Enqueue<A, Cause.Done>>()
    let isOver = false
    const listen = (queue: Queue.Enqueue<A, Cause.Done>): Effect.Effect<unknown, never, Scope.Scope> =>
      Effect.andThen(
        Effect.addFinalizer(() => Effect.sync(() => listeners.delete(queue))),
        Effect.sync(() => isOver ? Queue.endUnsafe(queue) : listeners.add(queue))
      )
    const end = Effect.sync(() => {
      isOver = true
      listeners.forEach(Queue.endUnsafe)
    })
    return Effect.as(Effect.addFinalizer(() => end), {
      publish: (event: A) => {
        for (const queue of listeners) Queue.offerUnsafe(queue, event)
      },
      stream: Stream.callback<A>(listen, { bufferSize: 1024, strategy: "sliding" })
    })
  })
