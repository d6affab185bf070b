import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Announcements from "../../src/internal/announcements.ts"

describe("announcements", () => {
  it.effect("reach everybody who listens, from then on", () =>
    Effect.gen(function*() {
      const { stream, tell } = yield* Announcements.make<number>()
      const listen = (count: number) =>
        Effect.forkChild(Stream.runCollect(Stream.take(stream, count)), { startImmediately: true })
      tell(1)
      const early = yield* listen(2)
      tell(2)
      const late = yield* listen(1)
      tell(3)
      assert.deepStrictEqual(yield* Fiber.join(early), [2, 3])
      assert.deepStrictEqual(yield* Fiber.join(late), [3])
    }))

  it.effect("that a slow listener misses are the oldest", () =>
    Effect.gen(function*() {
      const { stream, tell } = yield* Announcements.make<number>()
      const latch = yield* Latch.make()
      const slow = yield* Effect.forkChild(
        Stream.runCollect(Stream.take(Stream.tap(stream, () => latch.await), 1_025)),
        { startImmediately: true }
      )
      tell(0)
      yield* Effect.yieldNow
      for (let event = 1; event <= 5_000; event++) tell(event)
      yield* latch.open
      const heard = yield* Fiber.join(slow)
      assert.deepStrictEqual(heard.slice(-1_024), Array.from({ length: 1_024 }, (_, index) => 3_977 + index))
    }))

  it.effect("end with the scope, also for those who hear of it late", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { stream, tell } = yield* Effect.provideService(Announcements.make<number>(), Scope.Scope, scope)
      const early = yield* Effect.forkChild(Stream.runCollect(stream), { startImmediately: true })
      tell(1)
      tell(2)
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(yield* Fiber.join(early), [1, 2])
      assert.deepStrictEqual(yield* Stream.runCollect(stream), [])
    }))
})
