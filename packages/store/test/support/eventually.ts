import * as Effect from "effect/Effect"
import { setTimeout } from "node:timers/promises"

/** Lets real time pass, whatever clock the test has. */
export const pause = (millis: number): Effect.Effect<void> => Effect.promise(() => setTimeout(millis))

/** Waits in real time until it holds. How long that may take, the test's own limit says. */
export const eventually = (holds: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() => holds() ? Effect.void : Effect.andThen(pause(10), eventually(holds)))
