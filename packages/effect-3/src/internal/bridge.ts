import type { HttpClient } from "@effect/platform/HttpClient"
import * as Cause4 from "effect-4/Cause"
import * as Clock4 from "effect-4/Clock"
import * as Context4 from "effect-4/Context"
import * as Duration4 from "effect-4/Duration"
import * as Effect4 from "effect-4/Effect"
import * as Exit4 from "effect-4/Exit"
import * as HttpClient4 from "effect-4/http/HttpClient"
import * as Logger4 from "effect-4/Logger"
import type * as LogLevel4 from "effect-4/LogLevel"
import * as Random4 from "effect-4/Random"
import * as References4 from "effect-4/References"
import * as Scope4 from "effect-4/Scope"
import * as Cause from "effect/Cause"
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import type * as Random from "effect/Random"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import type { ToEngine } from "./toEngine.ts"
import { tokenHttpClient } from "./tokenHttpClient.ts"

/*
 * The engine runs on Effect 4. Whatever it needs of the world is the application's, which runs on Effect 3: its clock,
 * its randomness, its HTTP client, its loggers, and the fibers that these run on.
 */

/** Runs an effect of the engine for the application, likewise. */
export type FromEngine = <A, E>(
  effect: Effect4.Effect<A, E, HttpClient4.HttpClient | Scope4.Scope>
) => Effect.Effect<A, E>

export interface Bridge {
  readonly toEngine: ToEngine
  readonly fromEngine: FromEngine
}

/** What the engine runs on, until the scope ends. */
export const make = (http: HttpClient): Effect.Effect<Bridge, never, Scope.Scope> =>
  Effect.gen(function*() {
    const runtime = yield* Effect.runtime<never>()
    const toEngine = toEngineOn(runtime)
    const scope = Scope4.makeUnsafe()
    const world = Context4.mergeAll(
      Context4.make(Clock4.Clock, clock(yield* Effect.clock, toEngine)),
      Context4.make(Random4.Random, random(yield* Effect.random, runtime)),
      Context4.make(HttpClient4.HttpClient, tokenHttpClient(http, toEngine)),
      Context4.make(Logger4.CurrentLoggers, new Set([logger(runtime)])),
      // The application's own level decides.
      Context4.make(References4.MinimumLogLevel, "All"),
      Context4.make(Scope4.Scope, scope)
    )
    const fromEngine = fromEngineIn(world)
    yield* Effect.addFinalizer(() => fromEngine(Scope4.close(scope, Exit4.void)))
    return { toEngine, fromEngine }
  })

/** Runs an effect of the application on a runtime of it. */
export const toEngineOn = <R>(runtime: Runtime.Runtime<R>) => <A, E>(effect: Effect.Effect<A, E, R>) =>
  Effect4.callback<A, E>((resume) => {
    const fiber = Runtime.runFork(runtime)(effect)
    fiber.addObserver((exit) => resume(toExit4(exit)))
    return Effect4.callback<void>((resume) => {
      fiber.addObserver(() => resume(Effect4.void))
      fiber.unsafeInterruptAsFork(FiberId.none)
    })
  })

const fromEngineIn = <R>(world: Context4.Context<R>) => <A, E>(effect: Effect4.Effect<A, E, R>) =>
  Effect.async<A, E>((resume) => {
    const fiber = Effect4.runForkWith(world)(effect)
    fiber.addObserver((exit) => resume(toExit3(exit)))
    return Effect.async<void>((resume) => {
      fiber.addObserver(() => resume(Effect.void))
      fiber.interruptUnsafe()
    })
  })

const toExit4 = <A, E>(exit: Exit.Exit<A, E>): Exit4.Exit<A, E> =>
  Exit.match(exit, {
    onSuccess: Exit4.succeed,
    onFailure: (cause) =>
      Option.match(Cause.failureOption(cause), {
        onSome: Exit4.fail,
        onNone: () => Cause.isInterruptedOnly(cause) ? Exit4.interrupt() : Exit4.die(Cause.squash(cause))
      })
  })

const toExit3 = <A, E>(exit: Exit4.Exit<A, E>): Exit.Exit<A, E> =>
  Exit4.match(exit, {
    onSuccess: Exit.succeed,
    onFailure: (cause) => {
      const failure = cause.reasons.find(Cause4.isFailReason)
      if (failure !== undefined) return Exit.fail(failure.error)
      return Cause4.hasInterruptsOnly(cause) ? Exit.interrupt(FiberId.none) : Exit.die(Cause4.squash(cause))
    }
  })

const clock = (own: Clock.Clock, toEngine: ToEngine): Clock4.Clock => ({
  currentTimeMillisUnsafe: () => own.unsafeCurrentTimeMillis(),
  currentTimeMillis: Effect4.sync(() => own.unsafeCurrentTimeMillis()),
  currentTimeNanosUnsafe: () => own.unsafeCurrentTimeNanos(),
  currentTimeNanos: Effect4.sync(() => own.unsafeCurrentTimeNanos()),
  // Effect 3's nanoseconds start at the wall clock's time, and go on by themselves.
  monotonicTimeNanosUnsafe: () => own.unsafeCurrentTimeNanos(),
  monotonicTimeNanos: Effect4.sync(() => own.unsafeCurrentTimeNanos()),
  // A request that needs no time ends its deadline at once. Before 3.20 a test in whose `TestClock` a sleep has begun and
  // ended in one step never ends itself: so this begins one step later. And it ends at a whole millisecond: at a fraction
  // of one, a `TestClock` of that time fails to tell the nanoseconds, and every fiber of the process stops.
  sleep: (duration) =>
    toEngine(Effect.zipRight(Effect.yieldNow(), own.sleep(Duration.millis(Math.ceil(Duration4.toMillis(duration))))))
})

const logger = (runtime: Runtime.Runtime<never>) =>
  Logger4.make<unknown, void>(({ logLevel, message }) => {
    const messages: ReadonlyArray<unknown> = Array.isArray(message) ? message : [message]
    // One step later, as a sleep.
    Runtime.runFork(runtime)(Effect.zipRight(Effect.yieldNow(), Effect.logWithLevel(levels[logLevel], ...messages)))
  })

const levels: Record<LogLevel4.LogLevel, LogLevel.LogLevel> = {
  All: LogLevel.All,
  Trace: LogLevel.Trace,
  Debug: LogLevel.Debug,
  Info: LogLevel.Info,
  Warn: LogLevel.Warning,
  Error: LogLevel.Error,
  Fatal: LogLevel.Fatal,
  None: LogLevel.None
}

const random = (own: Random.Random, runtime: Runtime.Runtime<never>) => ({
  nextIntUnsafe: () => Runtime.runSync(runtime)(own.nextInt),
  nextDoubleUnsafe: () => Runtime.runSync(runtime)(own.next)
})
