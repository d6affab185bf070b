import { assert, describe, it } from "@effect/vitest"
import { oidcProvider } from "@mintmark/core/test/support/oidcProvider"
import { Answer, Sandbox } from "@mintmark/sandbox"
import * as SqlTokenStore from "@mintmark/store/SqlTokenStore"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { eventually } from "./support/eventually.ts"
import { keys } from "./support/fleet.ts"
import type { SandboxProvider } from "./support/fleetAccounts.ts"
import { type Member, type Orders, startMember } from "./support/fleetProcesses.ts"
import { sharedPostgres } from "./support/postgresServer.ts"
import { type NoRedis, startRedis } from "./support/redisServer.ts"

// Real processes, real databases, real time. The whole takes minutes: `npm run test:fleet` in this package.
const isWhole = process.env["MINTMARK_FLEET"] === "whole"
const size = isWhole
  ? { processes: 16, callers: 200, expiries: 10, lifetime: 5, kills: 20, renewals: 1_000, starting: 64 }
  : { processes: 3, callers: 50, expiries: 2, lifetime: 4, kills: 1, renewals: 50, starting: 6 }

interface Database {
  readonly store: Orders["store"]
  /** The number of the one token that is stored; empty if there is none. */
  readonly generation: () => string
  /** How many operations it was sent so far. */
  readonly operations: () => number
}

const postgres = sharedPostgres()

const databases: Record<string, Effect.Effect<Database, NoRedis, Scope.Scope>> = {
  Redis: Effect.map(startRedis(), (redis) => ({
    store: { redis: redis.url },
    generation: () => redis.cli("HGET", redis.cli("KEYS", "*"), "generation"),
    operations: () => Number(/cmdstat_evalsha:calls=(\d+)/.exec(redis.cli("INFO", "commandstats"))?.[1] ?? 0)
  })),
  PostgreSQL: Effect.gen(function*() {
    const server = yield* postgres
    const database = server.createDatabase()
    server.psql(SqlTokenStore.createTable(), database)
    return {
      store: { postgres: { port: server.port, database } },
      generation: () => server.psql("SELECT generation FROM mintmark_tokens WHERE token IS NOT NULL", database),
      operations: () =>
        Number(server.psql(`SELECT xact_commit FROM pg_stat_database WHERE datname = '${database}'`, database))
    }
  })
}

const startFleet = Effect.fnUntraced(function*(
  open: Effect.Effect<Database, NoRedis, Scope.Scope>,
  orders: Pick<Orders, "provider" | "baseUrl"> & Partial<Orders>,
  onAsking?: (member: Member, at: number) => void
) {
  const database = yield* open
  const start = startMember({
    store: database.store,
    keys: keys.map(Redacted.value),
    // The machine that tests run on may delay every process for any time.
    lease: "30 seconds",
    budget: "30 seconds",
    callers: size.callers,
    pause: 100,
    does: "get",
    ...orders
  }, onAsking)
  return { database, start }
})

const startSandboxFleet = Effect.fnUntraced(function*(
  open: Effect.Effect<Database, NoRedis, Scope.Scope>,
  provider: SandboxProvider,
  orders: Partial<Orders>,
  onAsking?: (member: Member, at: number) => void
) {
  const sandbox = yield* Sandbox
  const { database, start } = yield* startFleet(
    open,
    { provider, baseUrl: sandbox.urls[provider], ...orders },
    onAsking
  )
  return { database, sandbox, start }
})

const ready = (members: ReadonlyArray<Member>) =>
  Effect.forEach(members, ({ ready }) => ready, { concurrency: "unbounded" })

/** How long after one token request the next one came. */
const gapsOf = (journal: ReadonlyArray<{ readonly time: number }>) =>
  journal.slice(1).map(({ time }, index) => time - (journal[index]?.time ?? 0))

/** Milliseconds that lie between two token requests, unless one of them was made for nothing. */
const lifetimeApart = size.lifetime * 600

const finish = (members: ReadonlyArray<Member>) =>
  Effect.map(
    Effect.forEach(members, ({ finish }) => finish, { concurrency: "unbounded" }),
    (outcomes) => outcomes.filter((outcome) => outcome !== undefined)
  )

for (const [database, open] of Object.entries(databases)) {
  // What has nothing to do with the database is tested on both where everything is.
  const live: typeof it.live = isWhole || database === "Redis" ? it.live : Object.assign(() => {}, it.live)
  describe.concurrent(`A fleet with ${database}`, () => {
    live(
      "many processes share one token: one token request for each expiry, and no caller fails",
      () =>
        Effect.gen(function*() {
          // By the time of those who ask: on a busy machine a request is long on its way.
          const asked: Array<{ readonly time: number }> = []
          const { sandbox, start } = yield* startSandboxFleet(open, "routera", {}, (_, time) => asked.push({ time }))
          yield* sandbox.setLifetime({ provider: "routera" }, size.lifetime)
          const members = yield* Effect.all(Array.from({ length: size.processes }, () => start))
          yield* ready(members)
          yield* sandbox.arrived({ provider: "routera", kind: "token" }, 1 + size.expiries)
          yield* Effect.sleep(size.lifetime * 300)
          const outcomes = yield* finish(members)
          const counts = yield* sandbox.counts({ provider: "routera" })
          assert.strictEqual(outcomes.length, size.processes)
          assert.deepStrictEqual(outcomes.flatMap(({ failures }) => failures), [])
          assert.strictEqual(outcomes.reduce((sum, { expired }) => sum + expired, 0), 0)
          assert.isTrue(outcomes.every(({ calls }) => calls > size.callers))
          // One in each lifetime, none before the token is expiring.
          assert.isAtLeast(Math.min(...gapsOf(asked)), lifetimeApart)
          assert.strictEqual(asked.length, counts.token)
          assert.strictEqual(counts.concurrentTokenRequests, 1)
        }).pipe(Effect.provide(Sandbox.layer())),
      180_000
    )

    live("continues when the process that requests the token is killed", () =>
      Effect.gen(function*() {
        const members: Array<Member> = []
        const doomed = new Set<Member>()
        const { sandbox, start } = yield* startSandboxFleet(open, "routera", { lease: "5 seconds" }, (member) => {
          if (doomed.size === size.kills || !members.includes(member)) return
          doomed.add(member)
          setTimeout(member.kill, Math.random() * 60)
        })
        yield* sandbox.setLifetime({ provider: "routera" }, size.lifetime)
        yield* sandbox.script({ provider: "routera", kind: "token" }, [Answer.delay(30)], { repeat: "always" })
        const survivors = [yield* start]
        yield* ready(survivors)
        yield* sandbox.arrived({ provider: "routera", kind: "token" }, 1)
        // All others may be killed, and there is one instead of each that was.
        while (doomed.size < size.kills) {
          if (members.length - doomed.size < size.processes - 1) members.push(yield* start)
          yield* Effect.sleep(200)
        }
        const { token } = yield* sandbox.counts({ provider: "routera" })
        yield* sandbox.arrived({ provider: "routera", kind: "token" }, token + 1)
        const outcomes = yield* finish([...survivors, ...members])
        assert.isAtLeast(outcomes.length, survivors.length)
        // What a dead process requested, another process requests again.
        const again = gapsOf(yield* sandbox.journal).filter((gap) => gap < lifetimeApart)
        assert.isAtMost(again.length, doomed.size)
        assert.deepStrictEqual(outcomes.flatMap(({ failures }) => failures), [])
        assert.strictEqual(outcomes.reduce((sum, { expired }) => sum + expired, 0), 0)
      }).pipe(Effect.provide(Sandbox.layer())), 300_000)

    live(
      "continues when the requesting process is paused past its lease, and when that process resumes",
      () =>
        Effect.gen(function*() {
          const { database, sandbox, start } = yield* startSandboxFleet(open, "routera", { lease: "1 seconds" })
          // Late enough for the signal to come first.
          yield* sandbox.script({ provider: "routera", kind: "token" }, [Answer.delay(5_000)])
          const asking = yield* start
          yield* sandbox.arrived({ provider: "routera", kind: "token" }, 1)
          asking.signal("SIGSTOP")
          const other = yield* start
          yield* sandbox.arrived({ provider: "routera", kind: "token" }, 2)
          const { generation } = database
          yield* eventually(() => generation() !== "")
          const written = generation()
          asking.signal("SIGCONT")
          yield* ready([asking, other])
          const outcomes = yield* finish([asking, other])
          assert.deepStrictEqual(outcomes.flatMap(({ failures }) => failures), [])
          assert.strictEqual(new Set(outcomes.flatMap(({ tokens }) => tokens)).size, 1)
          assert.strictEqual(generation(), written)
          assert.strictEqual((yield* sandbox.counts({ provider: "routera" })).token, 2)
        }).pipe(Effect.provide(Sandbox.layer())),
      120_000
    )

    it.live(
      "sends each refresh token once, also while two processes renew continuously",
      () =>
        Effect.gen(function*() {
          const { sandbox, start } = yield* startSandboxFleet(open, "voipex", { callers: 1, pause: 0, does: "renew" })
          const members = yield* Effect.all([start, start])
          yield* ready(members)
          yield* sandbox.arrived({ provider: "voipex", kind: "token" }, size.renewals)
          const outcomes = yield* finish(members)
          const refreshTokens = yield* sandbox.refreshTokens
          const journal = yield* sandbox.journal
          assert.deepStrictEqual(outcomes.flatMap(({ failures }) => failures), [])
          assert.strictEqual(journal.filter(({ grant }) => grant === "password").length, 1)
          assert.isAtLeast(refreshTokens.length, size.renewals)
          assert.deepStrictEqual(refreshTokens.filter(({ uses }) => uses > 1), [])
          assert.strictEqual(refreshTokens.filter(({ uses }) => uses === 0).length, 1)
        }).pipe(Effect.provide(Sandbox.layer())),
      180_000
    )

    live(
      "sends each refresh token once, by the log of a server that ends the session at a second use",
      () =>
        Effect.gen(function*() {
          const { grants, log, tokenEndpoint } = yield* oidcProvider
          const asked = new Map<Member, number>()
          const { start } = yield* startFleet(open, {
            provider: "oidc-provider",
            baseUrl: new URL(tokenEndpoint).origin,
            callers: 1,
            pause: 0,
            does: "renew"
          }, (member) => asked.set(member, (asked.get(member) ?? 0) + 1))
          const members = yield* Effect.all([start, start])
          yield* ready(members)
          yield* eventually(() =>
            log.consumed.length >= size.renewals && members.every((member) => (asked.get(member) ?? 0) > 1)
          )
          const outcomes = yield* finish(members)
          assert.strictEqual(outcomes.length, members.length)
          assert.deepStrictEqual(outcomes.flatMap(({ failures }) => failures), [])
          // Each renewal of either process took the one refresh token that there was, and left another.
          assert.deepStrictEqual(log.consumed, log.issued.slice(0, -1))
          assert.strictEqual(new Set(log.consumed).size, log.consumed.length)
          assert.deepStrictEqual(log.ended, [])
          assert.deepStrictEqual(log.refused, [])
          assert.deepStrictEqual(grants(), ["password", ...log.consumed.map(() => "refresh_token")])
          assert.isTrue(outcomes.every(({ tokens }) => tokens.length > 1))
        }),
      180_000
    )

    it.live(
      "sends no refresh token twice, also if the process that sends it is killed",
      () =>
        Effect.gen(function*() {
          let kills = 0
          const { sandbox, start } = yield* startSandboxFleet(
            open,
            "voipex",
            { callers: 1, pause: 20, does: "renew", lease: "1 seconds" },
            (member) => {
              if (kills === size.kills || Math.random() > 0.2) return
              kills++
              setTimeout(member.kill, Math.random() * 40)
            }
          )
          yield* sandbox.script({ provider: "voipex", kind: "token" }, [Answer.delay(10)], { repeat: "always" })
          const members: Array<Member> = []
          while (kills < size.kills) {
            const [a, b] = yield* Effect.all([start, start])
            members.push(a, b)
            yield* ready([a, b])
            yield* Effect.sleep(1_000)
          }
          const outcomes = yield* finish(members)
          const refreshTokens = yield* sandbox.refreshTokens
          assert.isAtLeast(refreshTokens.length, size.kills)
          assert.deepStrictEqual(outcomes.flatMap(({ failures }) => failures), [])
          assert.deepStrictEqual(refreshTokens.filter(({ uses }) => uses > 1), [])
        }).pipe(Effect.provide(Sandbox.layer())),
      180_000
    )

    it.live(
      "sends one token request when all processes start at once, and few operations to the database",
      () =>
        Effect.gen(function*() {
          const { database, sandbox, start } = yield* startSandboxFleet(open, "routera", { callers: 1, pause: 200 })
          yield* sandbox.script({ provider: "routera", kind: "token" }, [Answer.delay(1_000)])
          const before = database.operations()
          const members = yield* Effect.all(Array.from({ length: size.starting }, () => start))
          yield* ready(members)
          const { token } = yield* Effect.repeat(sandbox.counts({ provider: "routera" }), {
            until: ({ token }) => token > 0,
            schedule: Schedule.spaced("100 millis")
          })
          assert.strictEqual(token, 1)
          const outcomes = yield* finish(members)
          assert.strictEqual((yield* sandbox.counts({ provider: "routera" })).token, 1)
          assert.strictEqual(new Set(outcomes.flatMap(({ tokens }) => tokens)).size, 1)
          assert.deepStrictEqual(outcomes.flatMap(({ failures }) => failures), [])
          assert.isAtMost((database.operations() - before) / size.starting, 20)
        }).pipe(Effect.provide(Sandbox.layer())),
      300_000
    )
  })
}
