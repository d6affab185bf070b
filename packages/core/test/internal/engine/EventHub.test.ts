import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as EventHub from "../../../src/internal/engine/EventHub.ts"

describe("EventHub", () => {
  it.effect("delivers each event to all subscribers, from their subscription on", () =>
    Effect.gen(function*() {
      const { publish, stream } = yield* EventHub.make<number>()
      const listen = (count: number) =>
        Effect.forkChild(Stream.runCollect(Stream.take(stream, count)), { startImmediately: true })
      publish(1)
      const early = yield* listen(2)
      publish(2)
      const late = yield* listen(1)
      publish(3)
      assert.deepStrictEqual(yield* Fiber.join(early), [2, 3])
      assert.deepStrictEqual(yield* Fiber.join(late), [3])
    }))

  it.effect("drops the oldest events for a slow subscriber", () =>
    Effect.gen(function*() {
      const { publish, stream } = yield* EventHub.make<number>()
      const latch = yield* Latch.make()
      const slow = yield* Effect.forkChild(
        Stream.runCollect(Stream.take(Stream.tap(stream, () => latch.await), 1_025)),
        { startImmediately: true }
      )
      publish(0)
      yield* Effect.yieldNow
      for (let event = 1; event <= 5_000; event++) publish(event)
      yield* latch.open
      const heard = yield* Fiber.join(slow)
      assert.deepStrictEqual(heard.slice(-1_024), Array.from({ length: 1_024 }, (_, index) => 3_977 + index))
    }))

  it.effect("ends with its scope, also for later subscribers", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { publish, stream } = yield* Effect.provideService(EventHub.make<number>(), Scope.Scope, scope)
      const early = yield* Effect.forkChild(Stream.runCollect(stream), { startImmediately: true })
      publish(1)
      publish(2)
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(yield* Fiber.join(early), [1, 2])
      assert.deepStrictEqual(yield* Stream.runCollect(stream), [])
    }))
})
