import { assert, describe, it } from "@effect/vitest"
import * as SqlTokenStore from "@mintmark/store/SqlTokenStore"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { keys } from "./support/fleet.ts"
import { postgresAt, sharedPostgres } from "./support/postgresServer.ts"
import { redisAt, startRedis } from "./support/redisServer.ts"
import { join, joinWith, NumberingServer } from "./support/storeFleet.ts"

// What a database does for the processes that share a token. `npm run test:simulation` also prints its processor time,
// from which docs/fleet.md has its sizes.
const isWhole = process.env["MINTMARK_SIMULATION"] === "whole"
const times = isWhole ? 5_000 : 50

const postgres = sharedPostgres()

/** The processor time that a PostgreSQL and its processes took so far, ended ones included, in milliseconds. */
const processorTime = (port: number): number => {
  const processes = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" }).trim().split("\n")
    .map((line) => line.trim().split(/\s+/))
  const main = processes.find((args) => args.includes(`port=${port}`))?.[0]
  const ticks = processes.filter(([pid, parent]) => pid === main || parent === main).flatMap(([pid = ""]) => {
    const path = `/proc/${pid}/stat`
    // After the name: user and system time of the process, and of its children that have ended.
    return existsSync(path) ? readFileSync(path, "utf8").replace(/^.*\) /, "").split(" ").slice(11, 15).map(Number) : []
  })
  return ticks.reduce((sum, each) => sum + each, 0) * 10
}

const tell = (what: string, took: number) => {
  if (isWhole) console.log(`${what}: ${(took / times * 1_000).toFixed(0)} microseconds of the processor each`)
}

describe("for each renewal", () => {
  it.live(
    "Redis runs four scripts for the process that requests the token, and one for each that finds it",
    () =>
      Effect.gen(function*() {
        const redis = yield* startRedis()
        const server = new NumberingServer()
        const a = yield* join(redisAt(redis.url), server, "renewing")
        yield* a.get
        const scripts = () => Number(/cmdstat_evalsha:calls=(\d+)/.exec(redis.cli("INFO", "commandstats"))?.[1])
        const cpu = () =>
          (redis.cli("INFO", "cpu").match(/used_cpu_(sys|user):[\d.]+/g) ?? [])
            .reduce((sum, line) => sum + Number(line.split(":")[1]) * 1_000, 0)
        const [before, spent] = [scripts(), cpu()]
        for (let i = 0; i < times; i++) yield* a.renew
        tell("Redis, a renewal with a refresh token", cpu() - spent)
        // A look that finds the old token, one that takes the lease, the mark, the new token. A renewal that begins in the
        // millisecond of the one before takes its token.
        assert.isAtMost(scripts() - before, 4 * times)
        const [found, paid] = [scripts(), cpu()]
        const others = yield* Effect.forEach(
          Array.from({ length: Math.min(times, 500) }),
          () => join(redisAt(redis.url), server, "renewing")
        )
        yield* Effect.forEach(others, ({ get }) => get)
        tell("Redis, a look (and a tenth of a connection)", (cpu() - paid) * times / others.length)
        assert.strictEqual(scripts() - found, others.length)
      }),
    600_000
  )

  it.live(
    "Redis takes some kilobytes of memory for each connection that listens",
    () =>
      Effect.gen(function*() {
        const connections = isWhole ? 15_000 : 300
        const redis = yield* startRedis("--maxclients", "16000")
        const memory = () => Number(/used_memory:(\d+)/.exec(redis.cli("INFO", "memory"))?.[1])
        const before = memory()
        yield* Effect.forEach(
          Array.from({ length: connections }, (_, index) => index),
          (index) =>
            Effect.acquireRelease(
              Effect.callback<Socket>((resume) => {
                const socket = connect(redis.port, "127.0.0.1", () => {
                  socket.write(`SUBSCRIBE mintmark:notifications:${index % 256}\r\n`)
                })
                socket.on("error", () => {})
                socket.once("data", () => resume(Effect.succeed(socket)))
              }),
              (socket) => Effect.sync(() => socket.destroy())
            ),
          { concurrency: 100, discard: true }
        )
        const each = (memory() - before) / connections
        const [took] = yield* Effect.timed(Effect.sync(() => redis.cli("PUBLISH", "mintmark:notifications:7", "name")))
        if (isWhole) {
          console.log(`Redis, a connection that listens: ${each.toFixed(0)} bytes, of ${connections}`)
          console.log(
            `Redis, a notification to ${Math.floor(connections / 256)} of them: ${
              Duration.toMillis(took).toFixed(0)
            } ms`
          )
        }
        assert.isBelow(each, 60_000)
        assert.strictEqual(
          redis.cli("PUBSUB", "NUMSUB", "mintmark:notifications:7").split("\n")[1],
          String(Math.ceil((connections - 7) / 256))
        )
      }),
    600_000
  )

  it.live(
    "PostgreSQL runs five statements for the process that requests the token, and one for each that finds it",
    () =>
      Effect.gen(function*() {
        const server = yield* postgres
        const database = server.createDatabase()
        server.psql(SqlTokenStore.createTable(), database)
        server.psql("ALTER SYSTEM SET log_statement = 'none'", database)
        const numbering = new NumberingServer()
        const client = Layer.orDie(postgresAt(server, { database, maxConnections: 2 }))
        const store = SqlTokenStore.layer({ keys, budget: "30 seconds" }).pipe(Layer.provide(client))
        const a = yield* joinWith(store, numbering, "renewing")
        yield* a.get
        const statements = () => {
          server.psql("SELECT pg_stat_force_next_flush()", database)
          return Number(
            server.psql(
              "SELECT seq_scan + coalesce(idx_scan, 0) + n_tup_ins FROM pg_stat_user_tables",
              database
            )
          )
        }
        const spent = processorTime(server.port)
        yield* Effect.sleep(1_100)
        const before = statements()
        for (let i = 0; i < times; i++) yield* a.renew
        tell("PostgreSQL, a renewal with a refresh token", processorTime(server.port) - spent)
        yield* Effect.sleep(1_100)
        // Two looks, the claim, the mark, the new token; and at intervals the removal of old rows.
        assert.isAtMost((statements() - before) / times, 7)
        assert.strictEqual(server.psql("SELECT count(*) FROM mintmark_tokens", database), "1")
      }),
    600_000
  )
})
