import { assert, describe, it } from "@effect/vitest"
import * as AccessToken from "@mintmark/core/AccessToken"
import * as RedisTokenStore from "@mintmark/store/RedisTokenStore"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redis from "effect/persistence/Redis"
import * as Scope from "effect/Scope"
import { execFileSync } from "node:child_process"
import { createCluster } from "redis"
import { afterAll } from "vitest"
import * as RedisRecords from "../src/internal/RedisRecords.ts"
import { eventually, pause } from "./support/eventually.ts"
import { type RedisServer, startRedis } from "./support/redisServer.ts"
import { canary, join, NumberingServer } from "./support/storeFleet.ts"

const bearer = AccessToken.authorization
const token = (number: number) => `Bearer ${canary}-access-${number}`

const settings = [
  "--cluster-enabled",
  "yes",
  "--cluster-node-timeout",
  "1000",
  "--cluster-replica-validity-factor",
  "0"
]

/** Three masters, each with a replica. */
const startCluster = Effect.gen(function*() {
  const nodes = yield* Effect.all(Array.from({ length: 6 }, () => startRedis(...settings)), { concurrency: 6 })
  execFileSync("redis-cli", [
    "--cluster",
    "create",
    ...nodes.map(({ port }) => `127.0.0.1:${port}`),
    "--cluster-replicas",
    "1",
    "--cluster-yes"
  ], { stdio: "ignore", timeout: 60_000 })
  yield* eventually(() => nodes.every((node) => node.cli("CLUSTER", "INFO").includes("cluster_state:ok")))
  const idOf = (node: RedisServer) => node.cli("CLUSTER", "MYID")
  const masters = () => nodes.filter((node) => node.cli("ROLE").startsWith("master"))
  const connect = Layer.unwrap(Effect.map(
    Effect.acquireRelease(
      Effect.promise(async () => {
        const client = createCluster({ rootNodes: nodes.map(({ url }) => ({ url })), useReplicas: false })
        client.on("error", () => {})
        await client.connect()
        return client
      }),
      (client) => Effect.sync(() => client.destroy())
    ),
    RedisTokenStore.cluster
  ))
  /** The master that has the one record, and the record's name. */
  const holder = () => {
    for (const master of masters()) {
      const name = master.cli("KEYS", "*")
      if (name !== "") return { master, name, slot: master.cli("CLUSTER", "KEYSLOT", name) }
    }
    throw new Error("there is no record")
  }
  return { connect, holder, idOf, masters, nodes }
})

const scope = Scope.makeUnsafe()
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))
let started: Promise<Effect.Success<typeof startCluster>> | undefined

/** One cluster for all tests of this file, one after another, and empty for each. The last one ends a master. */
const cluster = Effect.promise(async () => {
  const known = await (started ??= Effect.runPromise(Effect.provideService(startCluster, Scope.Scope, scope)))
  for (const master of known.masters()) master.cli("FLUSHALL")
  return known
})

const sharded = { sharded: true }

describe("RedisTokenStore in a cluster of three masters", () => {
  it.live(
    "shares a token and its refresh token, and notifies by the channel of the record's slot",
    () =>
      Effect.gen(function*() {
        const { connect, holder } = yield* cluster
        const server = new NumberingServer()
        const [a, b] = yield* Effect.all([
          join(connect, server, "renewing", sharded),
          join(connect, server, "renewing", sharded)
        ])
        yield* Effect.all([a.get, b.get], { concurrency: 2 })
        for (let i = 0; i < 5; i++) yield* Effect.all([a.renew, b.renew], { concurrency: 2 })
        assert.strictEqual(server.grants.filter((grant) => grant === "password").length, 1)
        assert.strictEqual(new Set(server.spent).size, server.spent.length)

        const { master, name } = holder()
        const client = Context.get(yield* Layer.build(connect), Redis.Redis)
        const { wait } = yield* RedisRecords.make(client, {
          budget: Duration.minutes(1),
          isSharded: true,
          prefix: "mintmark:"
        })
        const waiting = yield* Effect.forkChild(wait(name, 3_600_000))
        yield* eventually(() => master.cli("PUBSUB", "SHARDNUMSUB", name).endsWith("\n1"))
        yield* b.renew
        yield* Fiber.join(waiting)
      }),
    120_000
  )

  it.live("continues while the slot of its record moves, and afterwards", () =>
    Effect.gen(function*() {
      const { connect, holder, idOf, masters } = yield* cluster
      const server = new NumberingServer()
      const a = yield* join(connect, server, "renewing", sharded)
      yield* a.get
      const { master: from, name, slot } = holder()
      const [to] = masters().filter((master) => master !== from)
      assert.isDefined(to)
      if (to === undefined) return
      to.cli("CLUSTER", "SETSLOT", slot, "IMPORTING", idOf(from))
      from.cli("CLUSTER", "SETSLOT", slot, "MIGRATING", idOf(to))
      assert.strictEqual(bearer(yield* a.renew), token(2))
      from.cli("MIGRATE", "127.0.0.1", String(to.port), name, "0", "5000")
      // The old node knows that the record is gone, and says where to ask for it.
      const b = yield* join(connect, server, "renewing", sharded)
      assert.strictEqual(bearer(yield* b.get), token(2))
      assert.strictEqual(bearer(yield* b.renew), token(3))
      for (const node of [to, from]) node.cli("CLUSTER", "SETSLOT", slot, "NODE", idOf(to))
      assert.strictEqual(bearer(yield* a.renew), token(4))
      assert.strictEqual(bearer(yield* (yield* join(connect, server, "renewing", sharded)).get), token(4))
      assert.strictEqual(holder().master, to)
      assert.deepStrictEqual(server.grants, ["password", "refresh_token", "refresh_token", "refresh_token"])
    }), 120_000)

  it.live(
    "serves callers while the master of its record is down, and shares again after the failover",
    () =>
      Effect.gen(function*() {
        const { connect, holder, nodes } = yield* cluster
        const server = new NumberingServer()
        const a = yield* join(connect, server, "plain", { ...sharded, budget: "250 millis" })
        yield* a.get
        const { master, name } = holder()
        // Replication is not awaited by a write.
        yield* pause(200)
        yield* master.kill
        assert.strictEqual(bearer(yield* a.renew), token(2))
        const others = nodes.filter((node) => node !== master)
        yield* eventually(() =>
          others.some((node) => node.cli("ROLE").startsWith("master") && node.cli("KEYS", "*") === name)
          && others.every((node) => node.cli("CLUSTER", "INFO").includes("cluster_state:ok"))
        )
        const requested = server.grants.length
        const b = yield* join(connect, server, "plain", sharded)
        assert.strictEqual(bearer(yield* b.get), token(1))
        assert.strictEqual(bearer(yield* b.renew), token(requested + 1))
        assert.strictEqual(bearer(yield* (yield* join(connect, server, "plain", sharded)).get), token(requested + 1))
      }),
    120_000
  )
})
