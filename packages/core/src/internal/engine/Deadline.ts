import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/**
 * The effect, interrupted after so many milliseconds: then `late` is the answer. Neither then nor when its own fiber is
 * interrupted does anybody wait for the effect's end, which may never come.
 *
 * It costs a third of `Effect.timeoutOrElse`, which is a race, and takes the clock for a runner.
 */
export const within = <A, E, E2>(
  self: Effect.Effect<A, E>,
  millis: number,
  late: () => Effect.Effect<A, E2>
): Effect.Effect<A, E | E2> =>
  Effect.withFiber((parent) =>
    Effect.callback<A, E | E2>((resume) => {
      const fork = Effect.runForkWith(parent.context)
      const work = fork(self)
      const timer = fork(Effect.map(
        parent.getRef(Clock.Clock).sleep(Duration.millis(millis)),
        () => {
          resume(Effect.suspend(late))
          work.interruptUnsafe()
        }
      ))
      work.addObserver((exit) => {
        timer.interruptUnsafe()
        resume(exit)
      })
      return Effect.sync(() => {
        timer.interruptUnsafe()
        work.interruptUnsafe()
      })
    })
  )
