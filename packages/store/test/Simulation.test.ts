import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { simulate, type Size } from "./support/simulation.ts"

// The whole takes minutes and gigabytes: `npm run test:simulation` in this package. docs/fleet.md has what it reports.
const isWhole = process.env["MINTMARK_SIMULATION"] === "whole"
const fleet: Size = isWhole
  ? {
    processes: 10_000,
    accounts: 100_000,
    sharing: 4,
    every: 120,
    lifetime: 3_000,
    lifetimes: 2,
    lastOf: 100,
    partitions: 500,
    failovers: 2
  }
  : {
    processes: 20,
    accounts: 40,
    sharing: 4,
    every: 20,
    lifetime: 600,
    lifetimes: 3,
    lastOf: 10,
    partitions: 3,
    failovers: 2
  }

describe("a simulated fleet", () => {
  it.effect(
    "sends little more than one token request for each account and lifetime, and fails no caller",
    () =>
      Effect.gen(function*() {
        const calm = yield* simulate({ ...fleet, lastOf: 0, partitions: 0, failovers: 0 })
        console.table({ calm })
        assert.isAtMost(calm.tokenRequests, 1.05)
        assert.strictEqual(calm.failures, 0)
        assert.strictEqual(calm.expired, 0)
        // Each use of an account costs a look, and its renewal a few operations more.
        const uses = fleet.accounts * fleet.sharing / fleet.lifetime
        assert.isAtMost(calm.operationsPerSecond, 6 * uses)
        // A process hears of what it waits for alone.
        assert.isAtMost(calm.notificationsPerSecond, 2 * uses)
      }).pipe(Random.withSeed(1)),
    3_600_000
  )

  it.effect(
    "does so although processes are killed, lose the network, and the store can't be reached",
    () =>
      Effect.gen(function*() {
        const troubled = yield* simulate(fleet)
        if (isWhole) console.table({ troubled })
        assert.isAtMost(troubled.tokenRequests, 1.5)
        assert.strictEqual(troubled.failures, 0)
        assert.strictEqual(troubled.expired, 0)
        // A caller waits for a lease that a vanished process has left: five seconds, a pause, and a token request.
        assert.isAtMost(troubled.longestWait, 7_000)
      }).pipe(Random.withSeed(2)),
    3_600_000
  )
})
