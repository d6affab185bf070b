import * as Effect from "effect/Effect"
import { randomInt } from "node:crypto"

/**
 * Starts a server on a port that nothing listens on, in five attempts. Not one of the ports that the system gives away by
 * itself: those may be another program's a moment later.
 */
export const onFreePort = <E, R>(start: (port: number) => Effect.Effect<void, E, R>): Effect.Effect<void, E, R> =>
  Effect.retry(Effect.suspend(() => start(randomInt(20_000, 30_000))), { times: 4 })
