import type * as Effect4 from "effect-4/Effect"
import type * as Effect from "effect/Effect"

/** Runs an effect of the application for the engine. Interrupted, it interrupts that effect, and waits for its end. */
export type ToEngine = <A, E>(effect: Effect.Effect<A, E>) => Effect4.Effect<A, E>
