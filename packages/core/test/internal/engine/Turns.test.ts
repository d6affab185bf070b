import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as Turns from "../../../src/internal/engine/Turns.ts"

const fork = <A, E>(self: Effect.Effect<A, E>) => Effect.forkChild(self, { startImmediately: true })

describe("Turns", () => {
  it.effect("run effects with the same key one after another, and with different keys concurrently", () =>
    Effect.gen(function*() {
      const inTurn = Turns.make()
      const running: Array<string> = []
      const seen: Array<string> = []
      const work = (key: string, name: string) =>
        inTurn(
          key,
          60_000,
          Effect.gen(function*() {
            running.push(key)
            seen.push(name)
            assert.strictEqual(running.filter((other) => other === key).length, 1, "two at once")
            yield* Effect.sleep(1_000)
            running.splice(running.indexOf(key), 1)
          })
        )
      const all = yield* Effect.forEach(
        [["a", "1"], ["a", "2"], ["b", "3"], ["a", "4"]] as const,
        ([key, name]) => fork(work(key, name))
      )
      yield* TestClock.adjust(1_000)
      yield* TestClock.adjust(1_000)
      yield* TestClock.adjust(1_000)
      yield* Effect.forEach(all, Fiber.join)
      assert.deepStrictEqual(seen, ["1", "3", "2", "4"])
    }))

  it.effect("continue when an effect fails, is interrupted while it waits, or while it runs", () =>
    Effect.gen(function*() {
      const inTurn = Turns.make()
      const gate = yield* Deferred.make<void, string>()
      const first = yield* fork(Effect.exit(inTurn("a", 60_000, Deferred.await(gate))))
      const waiting = yield* fork(inTurn("a", 60_000, Effect.never))
      const last = yield* fork(inTurn("a", 60_000, Effect.succeed("mine")))
      yield* Fiber.interrupt(waiting)
      yield* Effect.yieldNow
      assert.isUndefined(last.pollUnsafe(), "it ran beside the first one")
      yield* Deferred.fail(gate, "an error")
      yield* Fiber.join(first)
      assert.strictEqual(yield* Fiber.join(last), "mine")

      const stuck = yield* fork(inTurn("a", 60_000, Effect.never))
      const next = yield* fork(inTurn("a", 60_000, Effect.succeed("mine")))
      yield* Fiber.interrupt(stuck)
      assert.strictEqual(yield* Fiber.join(next), "mine")
    }))

  it.effect("wait no longer than the limit", () =>
    Effect.gen(function*() {
      const inTurn = Turns.make()
      yield* fork(inTurn("a", 60_000, Effect.never))
      const impatient = yield* fork(inTurn("a", 5_000, Effect.succeed("late")))
      yield* TestClock.adjust(4_999)
      assert.isUndefined(impatient.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* Fiber.join(impatient), "late")
    }))
})
