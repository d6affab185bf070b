import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { StoreUnavailable } from "./RecordStore.ts"
import { type Problem, problem } from "./Telemetry.ts"

/** The waits while a database is unavailable: 1 s, doubled up to 15 s. */
export const backoff = Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("15 seconds")])

/** Runs an operation on a database, and ends it where it takes too long. */
export type Guard = <A, E>(operation: Effect.Effect<A, E>) => Effect.Effect<A, StoreUnavailable>

/**
 * Bounds an operation on a database: by a budget, and by a circuit breaker that opens after three failures in a row.
 * Whatever the database, its client or a reply of an unknown shape fail with is counted, and goes no further.
 */
export const make = (budget: Duration.Duration): Effect.Effect<Guard, never, Scope.Scope> =>
  Effect.map(
    Effect.provide(
      CircuitBreaker.make({ tripPolicy: CircuitBreaker.consecutive(3), openDuration: backoff }),
      CircuitBreaker.layerStoreMemory()
    ),
    (breaker) => {
      const fail = (kind: Problem) => Effect.andThen(problem(kind), Effect.fail(new StoreUnavailable()))
      // A process that was paused itself finds the reply waiting: it reads that before it gives up.
      const overtime = Effect.interruptible(Effect.andThen(Effect.sleep(budget), Effect.sleep(1)))
      return (operation) =>
        Effect.interruptible(operation).pipe(
          Effect.catchDefect(Effect.fail),
          Effect.catch(() => fail("unavailable")),
          Effect.raceFirst(Effect.andThen(overtime, fail("slow"))),
          breaker.execute({ key: "store" }),
          Effect.catchTag("CircuitBreakerError", () => fail("skipped"))
        )
    }
  )
