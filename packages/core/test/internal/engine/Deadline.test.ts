import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { within } from "../../../src/internal/engine/Deadline.ts"

const late = () => Effect.fail("late")

/** A clock that tells how many sleep by it. */
const watched = Effect.clockWith((clock) => {
  const seen = { asleep: 0 }
  const sleep: Clock.Clock["sleep"] = (duration) =>
    Effect.suspend(() => {
      seen.asleep++
      return Effect.ensuring(clock.sleep(duration), Effect.sync(() => seen.asleep--))
    })
  return Effect.succeed({ seen, clock: Object.assign(Object.create(clock), { sleep }) })
})

describe("within", () => {
  it.effect("returns the result of an effect that is in time, and leaves no timer", () =>
    Effect.gen(function*() {
      const { clock, seen } = yield* watched
      const inTime = <A, E>(effect: Effect.Effect<A, E>) =>
        within(effect, 1_000, late).pipe(Effect.provideService(Clock.Clock, clock), Effect.exit)
      assert.deepStrictEqual(yield* inTime(Effect.succeed(1)), Exit.succeed(1))
      assert.deepStrictEqual(yield* inTime(Effect.as(Effect.yieldNow, 2)), Exit.succeed(2))
      assert.deepStrictEqual(
        yield* inTime(Effect.andThen(Effect.yieldNow, Effect.fail("its own"))),
        Exit.fail("its own")
      )
      assert.deepStrictEqual(yield* inTime(Effect.die("a defect")), Exit.die("a defect"))
      assert.strictEqual(seen.asleep, 0)
    }))

  it.effect("takes any number of milliseconds, also the largest", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* within(Effect.as(Effect.yieldNow, 1), Number.MAX_VALUE, late), 1)
      assert.strictEqual(yield* Effect.flip(within(Effect.never, 0.5, late).pipe(TestClock.withLive)), "late")
    }))

  it.effect("interrupts an effect that is late", () =>
    Effect.gen(function*() {
      let interrupted = false
      const work = Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted = true))
      const waiting = yield* Effect.forkChild(Effect.exit(within(work, 1_000, late)), { startImmediately: true })
      yield* TestClock.adjust(999)
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* Fiber.join(waiting), Exit.fail("late"))
      assert.isTrue(interrupted)
    }))

  it.effect("doesn't wait for the end of an effect that can't be interrupted", () =>
    Effect.gen(function*() {
      const stuck = Effect.uninterruptible(Effect.never)
      const waiting = yield* Effect.forkChild(Effect.exit(within(stuck, 1_000, late)), { startImmediately: true })
      yield* TestClock.adjust(1_000)
      assert.deepStrictEqual(yield* Fiber.join(waiting), Exit.fail("late"))
    }))

  it.effect("ends the effect and the timer when its own fiber is interrupted", () =>
    Effect.gen(function*() {
      const { clock, seen } = yield* watched
      for (const work of [Effect.never, Effect.uninterruptible(Effect.never)]) {
        const waiting = yield* within(work, 1_000, late).pipe(
          Effect.provideService(Clock.Clock, clock),
          Effect.forkChild({ startImmediately: true })
        )
        assert.strictEqual(seen.asleep, 1)
        yield* Fiber.interrupt(waiting)
        assert.strictEqual(seen.asleep, 0)
      }
    }))

  it.effect("gives the effect another second if the timer is late because the process was suspended", () =>
    Effect.gen(function*() {
      const real = yield* Effect.clockWith(Effect.succeed)
      let suspendedFor = 0n
      const clock: Clock.Clock = Object.assign(Object.create(real), {
        monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe() + suspendedFor
      })
      const reply = yield* Deferred.make<string>()
      const waiting = yield* within(Deferred.await(reply), 1_000, late).pipe(
        Effect.provideService(Clock.Clock, clock),
        Effect.forkChild({ startImmediately: true })
      )
      suspendedFor = 5_000_000_000n
      yield* TestClock.adjust(1_000)
      assert.isUndefined(waiting.pollUnsafe())
      yield* Deferred.succeed(reply, "the reply")
      assert.strictEqual(yield* Fiber.join(waiting), "the reply")

      const other = yield* within(Effect.never, 1_000, late).pipe(
        Effect.provideService(Clock.Clock, clock),
        Effect.exit,
        Effect.forkChild({ startImmediately: true })
      )
      suspendedFor = 10_000_000_000n
      yield* TestClock.adjust(2_000)
      assert.deepStrictEqual(yield* Fiber.join(other), Exit.fail("late"))
    }))
})
