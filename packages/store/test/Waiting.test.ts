import { assert, describe, it } from "@effect/vitest"
import * as TokenPool from "@mintmark/core/TokenPool"
import * as TokenReply from "@mintmark/core/TokenReply"
import { TokenStore } from "@mintmark/core/TokenStore"
import * as RedisTokenStore from "@mintmark/store/RedisTokenStore"
import * as SqlTokenStore from "@mintmark/store/SqlTokenStore"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import * as SharedStore from "../src/internal/SharedStore.ts"
import { eventually } from "./support/eventually.ts"
import { acme, countingServer, keys } from "./support/fleet.ts"
import * as ModelRecords from "./support/modelRecords.ts"
import { postgresAt, sharedPostgres } from "./support/postgresServer.ts"
import { redisAt, startRedis } from "./support/redisServer.ts"

// What a process costs that waits for others: `docs/fleet.md` has the numbers.

const postgres = sharedPostgres()

setFlagsFromString("--expose-gc")
const collectGarbage: () => void = runInNewContext("gc")

const heap = (): number => {
  collectGarbage()
  collectGarbage()
  return process.memoryUsage().heapUsed
}

const provider = acme(TokenReply.Standard)

const poolWith = (http: HttpClient.HttpClient) =>
  TokenPool.make(provider, {
    account: (key: number) => ({ clientId: `account-${key}`, clientSecret: Redacted.make("secret") })
  }).pipe(Effect.provideService(HttpClient.HttpClient, http))

/** A pool of another process, for as long as the test lasts. */
const poolIn = <E>(store: Layer.Layer<never, E>, http: HttpClient.HttpClient) =>
  Effect.flatMap(Layer.build(store), (context) => Effect.provideContext(poolWith(http), context))

const never = HttpClient.make(() => Effect.never)

describe("a process that waits for the token requests of other processes", () => {
  it.effect("uses less than 20 kB of memory for each account that it waits for", () =>
    Effect.gen(function*() {
      const database = ModelRecords.make()
      const options = {
        prefix: "",
        lease: Duration.hours(1),
        refreshTokens: true,
        longestFailure: Duration.infinity
      }
      const store = () => SharedStore.make(database.connect(() => "none"), ModelRecords.cipher, options)
      const accounts = 5_000
      const holder = yield* Effect.provideService(poolWith(never), TokenStore, store())
      const waiter = yield* Effect.provideService(poolWith(never), TokenStore, store())
      const start = (pool: typeof holder) =>
        Effect.forEach(
          Array.from({ length: accounts }, (_, key) => key),
          (key) => Effect.forkChild(pool.get(key), { startImmediately: true })
        )
      const holding = yield* start(holder)
      const before = heap()
      const waiting = yield* start(waiter)
      const taken = (heap() - before) / accounts
      assert.isBelow(taken, 20_000)
      assert.isAbove(taken, 1_000)
      yield* Fiber.interruptAll([...holding, ...waiting])
    }))

  it.live(
    "holds one connection to Redis for commands and no more than four for notifications, whatever it waits for",
    () =>
      Effect.gen(function*() {
        const redis = yield* startRedis()
        const store = RedisTokenStore.layer({ keys, lease: "1 minute", budget: "30 seconds" }).pipe(
          Layer.provide(Layer.orDie(redisAt(redis.url)))
        )
        const connections = () => Number(/connected_clients:(\d+)/.exec(redis.cli("INFO", "clients"))?.[1]) - 1
        const holder = yield* poolIn(store, never)
        const waiter = yield* poolIn(store, countingServer().http)
        const all = Array.from({ length: 100 }, (_, key) => key)
        yield* Effect.forEach(all, (key) => Effect.forkScoped(holder.get(key)))
        yield* eventually(() => redis.cli("DBSIZE") === "100")
        assert.strictEqual(connections(), 2)
        yield* Effect.forEach(all, (key) => Effect.forkScoped(waiter.get(key)))
        yield* eventually(() => connections() === 6)
        yield* Effect.sleep("1 second")
        assert.strictEqual(connections(), 6)
      }),
    120_000
  )

  it.live("holds two connections to PostgreSQL, whatever it waits for", () =>
    Effect.gen(function*() {
      const server = yield* postgres
      const database = server.createDatabase()
      server.psql(SqlTokenStore.createTable(), database)
      const store = SqlTokenStore.layer({ keys, lease: "1 minute", budget: "30 seconds" }).pipe(
        Layer.provide(Layer.orDie(postgresAt(server, { database, maxConnections: 2 })))
      )
      const connections = () =>
        Number(server.psql(`SELECT count(*) FROM pg_stat_activity WHERE datname = '${database}'`))
      const holder = yield* poolIn(store, never)
      const waiter = yield* poolIn(store, countingServer().http)
      const all = Array.from({ length: 100 }, (_, key) => key)
      yield* Effect.forEach(all, (key) => Effect.forkScoped(holder.get(key)))
      yield* eventually(() => server.psql("SELECT count(*) FROM mintmark_tokens", database) === "100")
      const before = connections()
      yield* Effect.forEach(all, (key) => Effect.forkScoped(waiter.get(key)))
      yield* eventually(() =>
        server.psql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%LISTEN%mintmark%'") !== "0"
      )
      yield* Effect.sleep("1 second")
      assert.isAtMost(connections() - before, 2)
    }), 120_000)
})
