import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

/** Tells everybody who listens, and waits for nobody. */
export interface Announcements<A> {
  readonly tell: (event: A) => void
  readonly stream: Stream.Stream<A>
}

/** As a `PubSub` would do it; but a `PubSub` alone is as large as half of our own code. */
export const make = <A>(): Announcements<A> => {
  const listeners = new Set<Queue.Enqueue<A>>()
  const listen = (queue: Queue.Enqueue<A>): Effect.Effect<unknown, never, Scope.Scope> =>
    Effect.acquireRelease(
      Effect.sync(() => listeners.add(queue)),
      () => Effect.sync(() => listeners.delete(queue))
    )
  return {
    tell: (event) => {
      for (const queue of listeners) Queue.offerUnsafe(queue, event)
    },
    stream: Stream.callback<A>(listen, { bufferSize: 1024, strategy: "sliding" })
  }
}
