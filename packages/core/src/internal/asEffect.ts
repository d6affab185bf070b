import * as Effect from "effect/Effect"

/** What an application may give as a value, or as an effect that gets it. */
export const asEffect = <A, E>(value: A | Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.isEffect(value) ? value : Effect.succeed(value)
