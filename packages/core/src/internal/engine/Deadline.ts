import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

/** A timer that is late by more than this, in milliseconds, tells that the process was suspended, or busy. */
const lateness = 50

/** Then a reply that waits in the socket is read first. That takes this long at most, in milliseconds. */
const grace = 1_000

/**
 * The effect, interrupted after so many milliseconds, and followed by `late`. Neither then nor when its own fiber is
 * interrupted does a caller wait for the effect's end, which may never come.
 *
 * A process that was suspended past the deadline finds its timer due before it has looked at its sockets: the effect has
 * some time more then, to end with what is there.
 *
 * `lingers` is how long its own fiber waits for the effect's end after all, in milliseconds, where it is interrupted: a
 * reply that came is kept.
 *
 * It costs a third of `Effect.timeoutOrElse`, which is a race, and interrupts the effect only when it has waited for it.
 */
export const within = <A, E, E2>(
  self: Effect.Effect<A, E>,
  millis: number,
  late: () => Effect.Effect<A, E2>,
  lingers = 0
): Effect.Effect<A, E | E2> =>
  Effect.withFiber((parent) =>
    Effect.callback<A, E | E2>((resume) => {
      const clock = parent.getRef(Clock.Clock)
      const fork = Effect.runForkWith(parent.context)
      const until = clock.monotonicTimeNanosUnsafe() + BigInt(Math.ceil(millis + lateness)) * 1_000_000n
      const work = fork(self)
      const end = () => {
        resume(Effect.suspend(late))
        work.interruptUnsafe()
      }
      const timer = fork(Effect.flatMap(
        clock.sleep(Duration.millis(millis)),
        () =>
          clock.monotonicTimeNanosUnsafe() > until
            ? Effect.map(clock.sleep(Duration.millis(grace)), end)
            : Effect.sync(end)
      ))
      work.addObserver((exit) => {
        timer.interruptUnsafe()
        resume(exit)
      })
      return Effect.suspend(() => {
        timer.interruptUnsafe()
        work.interruptUnsafe()
        return lingers > 0 ? within(Effect.asVoid(Fiber.await(work)), lingers, () => Effect.void) : Effect.void
      })
    })
  )
