import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"

/** What an application may give as a value, or as an effect that gets it. */
export const asEffect = <A, E>(value: A | Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.isEffect(value) ? value : Effect.succeed(value)

/** The same of code of an application, which may throw, and quote what it throws for: `otherwise` leaves that behind. */
export const readFrom = <A, E, B, E2>(
  give: () => A | Effect.Effect<A, E>,
  otherwise: (cause: Cause.Cause<E>) => Effect.Effect<B, E2>
): Effect.Effect<A | B, E2> => Effect.catchCause(Effect.suspend(() => asEffect(give())), otherwise)

/** All of what an application may give so, one after the other. */
export const readAll = Effect.fnUntraced(function*<A, E>(
  given: Readonly<Record<string, A | Effect.Effect<A, E>>>
): Effect.fn.Return<Readonly<Record<string, A>>, E> {
  const read: Record<string, A> = {}
  for (const [name, value] of Object.entries(given)) read[name] = yield* asEffect(value)
  return read
})
