import { assert, describe, it } from "@effect/vitest"
import * as AccessToken from "@mintmark/core/AccessToken"
import * as RedisTokenStore from "@mintmark/store/RedisTokenStore"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redis from "effect/persistence/Redis"
import { execFileSync, spawn } from "node:child_process"
import { randomInt } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join as path } from "node:path"
import { createSentinel } from "redis"
import * as RedisRecords from "../src/internal/RedisRecords.ts"
import { eventually } from "./support/eventually.ts"
import { startRedis } from "./support/redisServer.ts"
import { canary, join, NumberingServer } from "./support/storeFleet.ts"

const bearer = AccessToken.authorization
const token = (number: number) => `Bearer ${canary}-access-${number}`

/** A master with a replica, a Sentinel that takes a second to find the master dead, and clients that ask it. */
const startSentinel = Effect.gen(function*() {
  const master = yield* startRedis()
  const replica = yield* startRedis("--replicaof", "127.0.0.1", String(master.port))
  yield* eventually(() => replica.cli("INFO", "replication").includes("master_link_status:up"))
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(path(tmpdir(), "mintmark-sentinel-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  )
  const port = randomInt(20_000, 30_000)
  const file = path(folder, "sentinel.conf")
  writeFileSync(
    file,
    [
      `port ${port}`,
      "bind 127.0.0.1",
      `dir ${folder}`,
      `sentinel monitor fleet 127.0.0.1 ${master.port} 1`,
      "sentinel down-after-milliseconds fleet 1000",
      "sentinel failover-timeout fleet 5000",
      ""
    ].join("\n")
  )
  yield* Effect.acquireRelease(
    Effect.sync(() => spawn("redis-server", [file, "--sentinel"], { stdio: "ignore" })),
    (sentinel) =>
      Effect.callback<void>((resume) => {
        if (sentinel.exitCode !== null) return resume(Effect.void)
        sentinel.once("exit", () => resume(Effect.void))
        sentinel.kill("SIGKILL")
      })
  )
  /** What the Sentinel says; empty while it doesn't. */
  const ask = (...args: ReadonlyArray<string>): string => {
    try {
      return execFileSync("redis-cli", ["-p", String(port), ...args], { encoding: "utf8", stdio: "pipe" })
    } catch {
      return ""
    }
  }
  yield* eventually(() => ask("SENTINEL", "REPLICAS", "fleet").includes(String(replica.port)))
  const connect = Layer.unwrap(Effect.map(
    Effect.acquireRelease(
      Effect.promise(async () => {
        const client = createSentinel({
          name: "fleet",
          sentinelRootNodes: [{ host: "127.0.0.1", port }],
          scanInterval: 500
        })
        client.on("error", () => {})
        await client.connect()
        return client
      }),
      (client) => Effect.promise(() => client.destroy())
    ),
    RedisTokenStore.sentinel
  ))
  return { ask, connect, master, replica }
})

describe("RedisTokenStore with a Sentinel", () => {
  it.live(
    "shares tokens, serves callers while the master is down, and shares again after the failover",
    () =>
      Effect.gen(function*() {
        const { ask, connect, master, replica } = yield* startSentinel
        const server = new NumberingServer()
        const [a, b] = yield* Effect.all([
          join(connect, server, "renewing", { budget: "1 second" }),
          join(connect, server, "renewing", { budget: "1 second" })
        ])
        yield* Effect.all([a.get, b.get], { concurrency: 2 })
        for (let i = 0; i < 3; i++) yield* Effect.all([a.renew, b.renew], { concurrency: 2 })
        const shared = server.grants.length
        assert.strictEqual(server.grants.filter((grant) => grant === "password").length, 1)
        assert.strictEqual(new Set(server.spent).size, server.spent.length)

        yield* eventually(() => replica.cli("KEYS", "*") !== "" && replica.cli("GET", "nothing") === "")
        yield* master.kill
        assert.strictEqual(bearer(yield* a.get), token(shared))
        assert.strictEqual(bearer(yield* a.renew), token(shared + 1))

        yield* eventually(() =>
          ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "fleet").includes(String(replica.port))
          && replica.cli("ROLE").startsWith("master")
        )
        // A client looks for the new master at intervals.
        const client = Context.get(yield* Layer.build(connect), Redis.Redis)
        yield* Effect.retry(client.send("SET", "mine", "1"), { times: 1_000 })
        const c = yield* join(connect, server, "renewing")
        const d = yield* join(connect, server, "renewing")
        const renewed = bearer(yield* c.renew)
        assert.strictEqual(bearer(yield* d.get), renewed)
        assert.strictEqual(new Set(server.spent).size, server.spent.length)

        // Notifications come from the new master, too.
        const name = replica.cli("KEYS", "mintmark:*")
        const { wait } = yield* RedisRecords.make(client, {
          budget: Duration.minutes(1),
          isSharded: false,
          prefix: "mintmark:"
        })
        const waiting = yield* Effect.forkChild(wait(name, 3_600_000))
        const channel = RedisRecords.bucketChannel("mintmark:")(name)
        yield* eventually(() => replica.cli("PUBSUB", "NUMSUB", channel).endsWith("1"))
        yield* d.renew
        yield* Fiber.join(waiting)
      }),
    120_000
  )
})
