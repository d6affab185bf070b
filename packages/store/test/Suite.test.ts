import { type StorePlace, type StoreSubject, storeSuite } from "@mintmark/conformance"
import * as KeyValueTokenStore from "@mintmark/store/KeyValueTokenStore"
import * as RedisTokenStore from "@mintmark/store/RedisTokenStore"
import * as SqlTokenStore from "@mintmark/store/SqlTokenStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import { memoryStore } from "./support/memoryStore.ts"
import { postgresAt, sharedPostgres } from "./support/postgresServer.ts"
import { redisAt, startRedis } from "./support/redisServer.ts"

const ofAll = sharedPostgres()

// A machine that is slow is not a fault of the database.
const budget = "30 seconds"

const redis: StoreSubject = {
  name: "RedisTokenStore",
  atOnce: true,
  open: Effect.map(startRedis(), (server): StorePlace => ({
    store: (options) =>
      RedisTokenStore.layer({ ...options, budget }).pipe(Layer.provide(Layer.orDie(redisAt(server.url)))),
    dump: Effect.sync(() =>
      server.cli("KEYS", "*").split("\n").map((name) => name + server.cli("HGETALL", name)).join("\n")
    )
  }))
}

const postgres = (more: Parameters<typeof postgresAt>[1] = {}): Effect.Effect<StorePlace, unknown> =>
  Effect.gen(function*() {
    const server = yield* ofAll
    const database = server.createDatabase()
    const client = Layer.orDie(postgresAt(server, { database, ...more }))
    yield* Effect.provide(SqlTokenStore.migration(), client)
    return {
      store: (options) => SqlTokenStore.layer({ ...options, budget }).pipe(Layer.provide(client)),
      dump: Effect.sync(() => server.psql("SELECT * FROM mintmark_tokens", database))
    }
  })

const keyValue: StoreSubject = {
  name: "KeyValueTokenStore",
  atOnce: false,
  open: Effect.sync((): StorePlace => {
    const { entries, store } = memoryStore()
    return {
      store: (options) =>
        KeyValueTokenStore.layer(options).pipe(Layer.provide(Layer.succeed(KeyValueStore.KeyValueStore, store))),
      dump: Effect.sync(() => [...entries].flat().join("\n"))
    }
  })
}

storeSuite(redis)
storeSuite({ name: "SqlTokenStore on PostgreSQL", atOnce: true, open: postgres() })
storeSuite({
  name: "SqlTokenStore with serializable transactions, and without prepared statements,",
  atOnce: true,
  open: postgres({ startupParameters: { default_transaction_isolation: "serializable" }, prepare: false })
})
storeSuite(keyValue)
