import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]

/** Shows on standard error, in a terminal, that something takes longer than a second, and removes it afterwards. */
export const whileWaiting = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | Stdio.Stdio> =>
  Effect.gen(function*() {
    const stdio = yield* Stdio.Stdio
    if (!(yield* stdio.stderrIsTerminal)) return yield* self
    const print = (text: string) => Effect.ignore(Stream.run(Stream.make(text), stdio.stderr()))
    let isShown = false
    const spin = Effect.gen(function*() {
      yield* Effect.sleep("1 second")
      isShown = true
      for (let frame = 0;; frame++) {
        const seconds = 1 + Math.floor(frame / 10)
        yield* print(`\r${frames[frame % frames.length]} waiting, ${seconds} s `)
        yield* Effect.sleep("100 millis")
      }
    })
    const spinner = yield* Effect.forkChild(spin)
    return yield* Effect.ensuring(
      self,
      Effect.andThen(Fiber.interrupt(spinner), Effect.suspend(() => isShown ? print("\r\x1b[K") : Effect.void))
    )
  })
