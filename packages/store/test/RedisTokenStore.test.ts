import * as NodeRedis from "@effect/platform-node/NodeRedis"
import { assert, describe, it } from "@effect/vitest"
import * as AccessToken from "@mintmark/core/AccessToken"
import type { TokenSource } from "@mintmark/core/TokenSource"
import * as RedisTokenStore from "@mintmark/store/RedisTokenStore"
import * as Clock from "effect/Clock"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Redis from "effect/persistence/Redis"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { readFileSync } from "node:fs"
import { fromFields } from "../src/internal/RecordStore.ts"
import * as RedisRecords from "../src/internal/RedisRecords.ts"
import * as Scripts from "../src/internal/RedisScripts.ts"
import { eventually, pause } from "./support/eventually.ts"
import { keys } from "./support/fleet.ts"
import { redisByClock } from "./support/redisClock.ts"
import { type Loss, startRedisProxy } from "./support/redisProxy.ts"
import { redisAt, type RedisServer, startRedis } from "./support/redisServer.ts"
import { canary, join, NumberingServer } from "./support/storeFleet.ts"

const guide = new URL("../../../docs/fleet.md", import.meta.url)

const bearer = AccessToken.authorization
const token = (number: number) => `Bearer ${canary}-access-${number}`

/** The one record in Redis. */
const record = (redis: RedisServer): string => {
  const [key, ...others] = redis.cli("KEYS", "*").split("\n")
  assert.deepStrictEqual(others, [])
  return key ?? ""
}

/** A Redis, and an authorization server. */
const redisAndServer = Effect.map(startRedis(), (redis) => ({ redis, server: new NumberingServer() }))

/** How a process waits for notifications. */
const waitOver = (client: Redis.Redis["Service"]) =>
  Effect.map(
    RedisRecords.make(client, { budget: Duration.minutes(1), isSharded: false, prefix: "mintmark:" }),
    ({ wait }) => wait
  )

const tooManyRequests = () => new Response(null, { status: 429, headers: { "retry-after": "60" } })

/** The options as they are where an application says nothing. */
const asUsual = { budget: undefined, lease: undefined }

/** A connection of which is known what it does: how many scripts were sent, and how many of them have no reply yet. */
const watched = Effect.fnUntraced(function*(url: string) {
  const connection = yield* Layer.build(redisAt(url))
  const redis = Context.get(connection, Redis.Redis)
  const commands = { sent: 0, unanswered: 0 }
  const watching: Redis.Redis["Service"] = {
    ...redis,
    eval: (script) => (...params) =>
      Effect.suspend(() => {
        commands.sent++
        commands.unanswered++
        return redis.eval(script)(...params)
      }).pipe(Effect.ensuring(Effect.sync(() => commands.unanswered--)))
  }
  return [Context.add(connection, Redis.Redis, watching), commands] as const
})

/** Makes a call to its end, and lets the time pass that Redis has for an answer, as often as none has come. */
const patiently = Effect.fnUntraced(function*<A, E>(
  call: Effect.Effect<A, E>,
  commands: { readonly unanswered: number }
) {
  const fiber = yield* Effect.forkChild(call)
  while (fiber.pollUnsafe() === undefined) {
    yield* pause(5)
    if (commands.unanswered > 0) yield* TestClock.adjust("251 millis")
  }
  return yield* Fiber.join(fiber)
})

const nowhere = Layer.mock(Redis.Redis, { eval: () => () => Effect.die("sent") })

describe("RedisTokenStore", () => {
  it.effect("does not accept an invalid lease or budget", () =>
    Effect.gen(function*() {
      for (const options of [{ lease: 0 }, { lease: Infinity }, { budget: NaN }, { budget: "-1 second" }] as const) {
        const error = yield* Effect.flip(join(nowhere, new NumberingServer(), "plain", options))
        assert.strictEqual(
          error.message,
          `token store: ${Object.keys(options)[0]} must be a positive, finite duration`
        )
      }
    }))

  it.effect("takes each option of layerConfig as a value and as a config", () =>
    Effect.gen(function*() {
      const millis = Config.map(Config.String("MILLIS"), Number)
      const environment = ConfigProvider.layer(ConfigProvider.fromEnv({ env: { MILLIS: "-1" } }))
      for (const options of [{ lease: -1 }, { lease: millis }, { budget: -1 }, { budget: millis }]) {
        const built = RedisTokenStore.layerConfig({ keys, ...options }).pipe(
          Layer.provide(Layer.merge(nowhere, environment))
        )
        const error = yield* Effect.flip(Effect.scoped(Layer.build(built)))
        assert.strictEqual(
          error.message,
          `token store: ${Object.keys(options)[0]} must be a positive, finite duration`
        )
      }
    }))

  describe("what is shared", () => {
    it.live("is nothing between different secrets, prefixes or key rings", () =>
      Effect.gen(function*() {
        const { redis, server } = yield* redisAndServer
        yield* (yield* join(redisAt(redis.url), server)).get
        yield* (yield* join(redisAt(redis.url), server, "renewing")).get
        yield* (yield* join(redisAt(redis.url), server, "plain", { prefix: "other:" })).get
        yield* (yield* join(redisAt(redis.url), server, "plain", { keys: keys.slice(0, 1) })).get
        assert.strictEqual(server.grants.length, 4)
      }))

    it.live("contains no secret in a name or a value, and always expires", () =>
      Effect.gen(function*() {
        const { redis, server } = yield* redisAndServer
        yield* (yield* join(redisAt(redis.url), server)).get
        yield* (yield* join(redisAt(redis.url), server, "renewing")).get
        server.instead.push(() =>
          Response.json({ error: "invalid_client", error_description: canary }, { status: 401 })
        )
        const refused = yield* join(redisAt(redis.url), server, "plain", { prefix: "other:" })
        yield* Effect.flip(refused.get)
        const names = redis.cli("--scan").split("\n")
        assert.strictEqual(names.length, 3)
        for (const name of names) {
          assert.match(name, /^(mintmark|other):[0-9a-f]{64}$/)
          assert.isAbove(Number(redis.cli("PTTL", name)), 0)
          const dump = redis.cli("HGETALL", name) + redis.cli("--no-raw", "DUMP", name)
          const readable = dump + dump.split("\n").map((line) => Buffer.from(line, "base64").toString("latin1")).join()
          assert.notInclude(readable, canary)
        }
      }))

    it.live("is a cached token without a command to Redis", () =>
      Effect.gen(function*() {
        const redis = yield* startRedis()
        const { get } = yield* join(redisAt(redis.url), new NumberingServer())
        yield* get
        const processed = () => Number(/total_commands_processed:(\d+)/.exec(redis.cli("INFO", "stats"))?.[1])
        yield* Effect.sleep(50)
        const before = processed()
        for (let i = 0; i < 1_000; i++) yield* get
        const others = processed() - before
        assert.isAtMost(others, 3)
      }))

    it.live("expires by Redis's clock alone", () =>
      Effect.gen(function*() {
        const { redis, server } = yield* redisAndServer
        const clock = yield* Clock.clockWith(Effect.succeed)
        const ahead: Clock.Clock = Object.assign(Object.create(clock), {
          currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + 7_200_000,
          currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now + 7_200_000)
        })
        const early = yield* join(redisAt(redis.url), server)
        const late = yield* Effect.provideService(join(redisAt(redis.url), server), Clock.Clock, ahead)
        const [took, [first, second]] = yield* Effect.timed(
          Effect.all([early.get, Effect.provideService(late.get, Clock.Clock, ahead)])
        )
        assert.strictEqual(server.grants.length, 1)
        assert.approximately(second.expiresAt - first.expiresAt, 7_200_000, Duration.toMillis(took) + 2)
        assert.strictEqual(bearer(second), bearer(first))
      }))
  })

  describe("notifies other processes", () => {
    it.live("of a token as soon as it is stored", () =>
      Effect.gen(function*() {
        const redis = yield* startRedis()
        const client = Context.get(yield* Layer.build(redisAt(redis.url)), Redis.Redis)
        const server = new NumberingServer()
        const { get, renew } = yield* join(redisAt(redis.url), server)
        yield* get
        const name = record(redis)
        const channel = `mintmark:notifications:${Number.parseInt(name.slice(-2), 16)}`
        const messages = yield* client.subscribe(channel)
        yield* renew
        assert.strictEqual((yield* Queue.take(messages)).message, name)
        const wait = yield* waitOver(client)
        // Without the message it would be an hour.
        const waiting = yield* Effect.forkChild(wait(name, 3_600_000))
        yield* eventually(() => redis.cli("PUBSUB", "NUMSUB", channel).endsWith("\n2"))
        redis.cli("PUBLISH", channel, "another")
        yield* pause(50)
        assert.isUndefined(waiting.pollUnsafe())
        redis.cli("PUBLISH", channel, name)
        yield* Fiber.join(waiting)
      }))

    it.live("once for each notification, also if waiting processes wait again at once", () =>
      Effect.gen(function*() {
        const redis = yield* startRedis()
        const wait = yield* waitOver(Context.get(yield* Layer.build(redisAt(redis.url)), Redis.Redis))
        let woken = 0
        const again = Effect.forever(Effect.andThen(
          wait("mintmark:07", 3_600_000),
          Effect.sync(() => {
            woken++
          })
        ))
        const waiting = yield* Effect.forkChild(Effect.all([again, again, again], { concurrency: "unbounded" }))
        yield* eventually(() => redis.cli("PUBSUB", "NUMSUB", "mintmark:notifications:7").endsWith("\n1"))
        redis.cli("PUBLISH", "mintmark:notifications:7", "mintmark:07")
        yield* eventually(() => woken >= 3)
        yield* pause(50)
        assert.strictEqual(woken, 3)
        yield* Fiber.interrupt(waiting)
      }))

    it.live("only on the channels that they wait for, four at most", () =>
      Effect.gen(function*() {
        const redis = yield* startRedis()
        const wait = yield* waitOver(Context.get(yield* Layer.build(redisAt(redis.url)), Redis.Redis))
        const names = Array.from({ length: 8 }, (_, index) => `mintmark:0${index}`)
        const waiting = yield* Effect.forkChild(
          Effect.forEach(names, (name) => wait(name, 3_600_000), { concurrency: "unbounded" })
        )
        const heard = () => redis.cli("PUBSUB", "CHANNELS", "*").split("\n").filter((channel) => channel !== "")
        yield* eventually(() => heard().length === 4)
        assert.deepStrictEqual(
          heard().toSorted(),
          [0, 1, 2, 3].map((bucket) => `mintmark:notifications:${bucket}`)
        )
        yield* Fiber.interrupt(waiting)
      }))
  })

  it.live("clears a failure when there is a token: the next failure counts as the first, and delays no earlier caller", () =>
    Effect.gen(function*() {
      const { redis, server } = yield* redisAndServer
      server.instead.push(tooManyRequests)
      yield* Effect.flip((yield* join(redisAt(redis.url), server)).get)
      const b = yield* join(redisAt(redis.url), server)
      const renewed = yield* b.renew
      const fields = redis.cli("HKEYS", record(redis)).split("\n").toSorted()
      assert.deepStrictEqual(fields, ["fence", "generation", "token"])
      yield* b.reject(renewed)
      yield* eventually(() => redis.cli("HGET", record(redis), "rejected") !== "")
      server.instead.push(() => new Response(null, { status: 429 }))
      yield* Effect.flip((yield* join(redisAt(redis.url), server)).get)
      assert.strictEqual(server.grants.length, 3)
      assert.strictEqual(redis.cli("HGET", record(redis), "failureFor"), "1000")
    }))

  it.live("keeps a token that is too large for Redis in the process, with its refresh token", () =>
    Effect.gen(function*() {
      const { redis, server } = yield* redisAndServer
      server.instead.push(() =>
        Response.json({
          access_token: "large",
          refresh_token: "own",
          id_token: "x".repeat(120_000),
          token_type: "Bearer",
          expires_in: 3600
        })
      )
      const a = yield* join(redisAt(redis.url), server, "renewing")
      assert.strictEqual(bearer(yield* a.get), "Bearer large")
      assert.strictEqual(redis.cli("HKEYS", record(redis)), "fence")
      assert.strictEqual(bearer(yield* a.renew), token(2))
      assert.deepStrictEqual(server.spent, ["own"])
      assert.strictEqual(bearer(yield* (yield* join(redisAt(redis.url), server, "renewing")).get), token(2))
    }))

  it.live("reads no more of a field than the size limit of a token", () =>
    Effect.gen(function*() {
      const redis = yield* startRedis()
      const client = Context.get(yield* Layer.build(redisAt(redis.url)), Redis.Redis)
      const look = client.eval(Scripts.look)("record", { owner: "a", lease: 0, known: 0, force: false })
      const put = (length: number) =>
        redis.cli("EVAL", `redis.call('HSET', KEYS[1], 'token', string.rep('x', ${length}))`, "1", "record")
      put(131_072)
      const token = Effect.map(look, (fields) => fields[fields.indexOf("token") + 1])
      assert.strictEqual((yield* token)?.length, 131_072)
      put(131_073)
      assert.strictEqual(yield* token, "")
    }))

  it.live("requests a token as usual if the times in a record are impossible", () =>
    Effect.gen(function*() {
      const { redis, server } = yield* redisAndServer
      server.instead.push(tooManyRequests)
      yield* Effect.flip((yield* join(redisAt(redis.url), server)).get)
      for (const time of ["9e15", "9007199254740990", "1e308", "inf", "-1"]) {
        redis.cli("HSET", record(redis), "failureUntil", time, "failureFor", time, "leaseUntil", time, "leaseFor", time)
        const failed = yield* Effect.result((yield* join(redisAt(redis.url), server)).get)
        if (failed._tag === "Success") continue
        assert.match(failed.failure.message, /no token request before \d{4}-/)
        assert.isAtMost(failed.failure.retryAt ?? 0, Date.now() + 30 * 86_400_000)
        redis.cli("HDEL", record(redis), "leaseUntil", "leaseFor", "token")
      }
    }))

  describe("what a writer without a key has written", () => {
    const day = 86_400_000

    it.live("as a lease: no process waits for one that is longer than a process takes", () =>
      Effect.gen(function*() {
        const { redis, server } = yield* redisAndServer
        yield* (yield* join(redisAt(redis.url), server)).get
        const now = Date.now()
        for (const [number, millis] of [10 * 60_000, day, 30 * day, 4e15].entries()) {
          const until = String(now + millis)
          redis.cli("HSET", record(redis), "owner", "another", "leaseUntil", until, "leaseFor", String(millis))
          const { renew } = yield* join(redisAt(redis.url), server, "plain", asUsual)
          assert.strictEqual(bearer(yield* renew), token(number + 2))
        }
      }))

    it.live("as a lease: one of a process with another setting is waited for", () =>
      Effect.gen(function*() {
        const redis = yield* startRedis()
        const client = Context.get(yield* Layer.build(redisAt(redis.url)), Redis.Redis)
        const records = yield* RedisRecords.make(client, { budget: Duration.minutes(1), isSharded: false, prefix: "" })
        const look = (owner: string, lease: number) => records.look("record", { owner, lease, known: 0, force: false })
        for (const [longer, shorter] of [[60_000, 5_000], [3_600_000, 3_000_000]] as const) {
          assert.isAbove((yield* look(`a-${longer}`, longer)).fence, 0)
          const { fence, leaseLeft } = yield* look("b", shorter)
          assert.strictEqual(fence, 0)
          assert.isAbove(leaseLeft, longer - 60_000)
          redis.cli("DEL", "record")
        }
      }))

    it.live("as the number of a token: the next token request starts anew, and is shared", () =>
      Effect.gen(function*() {
        const { redis, server } = yield* redisAndServer
        yield* (yield* join(redisAt(redis.url), server)).get
        const numbers = [
          "9007199254740990",
          "9007199254740991",
          "9e15",
          "1e300",
          "inf",
          "nan",
          "5.4",
          "-1",
          "0x10",
          "x",
          ""
        ]
        for (const [index, number] of numbers.entries()) {
          redis.cli("HSET", record(redis), "generation", number, "fence", number, "rejected", number)
          const newest = token(index * 2 + 2)
          for (let process = 0; process < 2; process++) {
            assert.strictEqual(bearer(yield* (yield* join(redisAt(redis.url), server)).get), newest, number)
          }
          yield* (yield* join(redisAt(redis.url), server)).renew
          assert.strictEqual(bearer(yield* (yield* join(redisAt(redis.url), server)).get), token(index * 2 + 3), number)
        }
      }))
  })

  it.effect("reads the fields of a record by name, and ignores invalid ones", () =>
    Effect.sync(() => {
      const empty = fromFields({})
      assert.deepInclude(empty, { generation: 0, isRejected: false, mark: undefined, token: "", fence: 0 })
      const found = fromFields({
        now: "9e15",
        generation: "7",
        rejected: "7",
        marked: 7,
        markedBy: "a",
        markedCount: "2",
        failureLeft: "9e15",
        failures: "-3",
        token: "x".repeat(131_073)
      })
      assert.deepInclude(found, {
        now: 8.64e15,
        isRejected: true,
        mark: { by: "a", count: 2 },
        failureLeft: 2_592_000_000,
        failures: 0,
        token: ""
      })
      assert.isUndefined(fromFields({ generation: "8", marked: "7" }).mark)
    }))

  it.live("marks a token as refused only while it is the newest, and makes no record for the mark", () =>
    Effect.gen(function*() {
      const redis = yield* startRedis()
      const client = Context.get(yield* Layer.build(redisAt(redis.url)), Redis.Redis)
      redis.cli("HSET", "record", "generation", "7", "rejected", "7")
      assert.strictEqual(yield* client.eval(Scripts.reject)("record", 6), 0)
      assert.strictEqual(redis.cli("HGET", "record", "rejected"), "7")
      assert.strictEqual(yield* client.eval(Scripts.reject)("gone", 6), 0)
      assert.strictEqual(redis.cli("EXISTS", "gone"), "0")
    }))

  describe("requests a token, and repairs the record, if the record is", () => {
    const tamper: Record<string, (redis: RedisServer, name: string) => Effect.Effect<void> | void> = {
      "missing, because it was flushed": (redis) => void redis.cli("FLUSHALL"),
      "missing, because it was evicted": (redis) => {
        redis.cli("CONFIG", "SET", "maxmemory-policy", "allkeys-lru", "maxmemory", "1")
        assert.strictEqual(redis.cli("DBSIZE"), "0")
        redis.cli("CONFIG", "SET", "maxmemory", "0")
      },
      "a text": (redis, name) =>
        void redis.cli("EVAL", "redis.call('DEL', KEYS[1]) redis.call('SET', KEYS[1], 'x')", "1", name),
      "a list": (redis, name) =>
        void redis.cli("EVAL", "redis.call('DEL', KEYS[1]) redis.call('LPUSH', KEYS[1], 'x')", "1", name),
      "10 MB of text": (redis, name) =>
        void redis.cli(
          "EVAL",
          "redis.call('DEL', KEYS[1]) redis.call('SET', KEYS[1], string.rep('x', 10000000))",
          "1",
          name
        ),
      "10 MB in the token's place": (redis, name) =>
        void redis.cli("EVAL", "redis.call('HSET', KEYS[1], 'token', string.rep('x', 10000000))", "1", name),
      "an invalid token": (redis, name) => void redis.cli("HSET", name, "token", "an invalid token"),
      "invalid numbers": (redis, name) =>
        void redis.cli(
          "HSET",
          name,
          "token",
          "",
          "generation",
          "x",
          "leaseUntil",
          "nan",
          "fence",
          "",
          "failureUntil",
          "{}"
        ),
      "numbers that can't be incremented": (redis, name) =>
        void redis.cli(
          "EVAL",
          "local n = string.format('%.0f', 1e300)"
            + " redis.call('HSET', KEYS[1], 'token', '', 'generation', n, 'fence', n, 'rejected', n)",
          "1",
          name
        ),
      "a token that was cut short": (redis, name) =>
        void redis.cli("HSET", name, "token", redis.cli("HGET", name, "token").slice(0, -24)),
      "a token with a flipped bit": (redis, name) => {
        const sealed = redis.cli("HGET", name, "token")
        redis.cli("HSET", name, "token", `${sealed.slice(0, 40)}${sealed[40] === "A" ? "B" : "A"}${sealed.slice(41)}`)
      },
      "a token in an older format": (redis, name) =>
        void redis.cli("HSET", name, "token", btoa(`\0${atob(redis.cli("HGET", name, "token")).slice(1)}`)),
      "a token under a key that is not in the ring": (redis, name) => {
        const sealed = atob(redis.cli("HGET", name, "token"))
        redis.cli("HSET", name, "token", btoa(`${sealed[0]}\0\0\0\0${sealed.slice(5)}`))
      },
      "another tenant's token": (redis, name) =>
        Effect.scoped(Effect.gen(function*() {
          const tenant = yield* join(redisAt(redis.url), new NumberingServer(), "plain", { prefix: "other:" })
          yield* tenant.get
          const theirs = redis.cli("KEYS", "*").split("\n").find((other) => other !== name) ?? ""
          redis.cli("HSET", name, "token", redis.cli("HGET", theirs, "token"))
        })).pipe(Effect.orDie)
    }
    for (const [what, change] of Object.entries(tamper)) {
      it.live(what, () =>
        Effect.gen(function*() {
          const { redis, server } = yield* redisAndServer
          yield* (yield* join(redisAt(redis.url), server)).get
          const name = record(redis)
          yield* change(redis, name) ?? Effect.void
          const [a, b] = yield* Effect.all([join(redisAt(redis.url), server), join(redisAt(redis.url), server)])
          assert.strictEqual(bearer(yield* a.get), token(2))
          assert.strictEqual(bearer(yield* b.get), token(2))
          assert.isAbove(Number(redis.cli("PTTL", name)), 0)
        }))
    }
  })

  describe("serves callers from the provider, soon without a delay, while Redis", () => {
    const faults: Record<string, (redis: RedisServer) => Effect.Effect<void> | void> = {
      "is down": (redis) => redis.kill,
      "is suspended (SIGSTOP)": (redis) => redis.signal("SIGSTOP"),
      "doesn't reply": (redis) => void redis.cli("CLIENT", "PAUSE", "3600000", "ALL"),
      "is blocked by DEBUG SLEEP": (redis) => redis.send("DEBUG", "SLEEP", "3600"),
      "is out of memory": (redis) =>
        void redis.cli("CONFIG", "SET", "maxmemory", "1", "maxmemory-policy", "noeviction"),
      "is read-only": (redis) => void redis.cli("REPLICAOF", "127.0.0.1", "1"),
      "forbids scripts": (redis) => void redis.cli("ACL", "SETUSER", "default", "-@scripting"),
      "has a changed password": (redis) => {
        redis.cli("CONFIG", "SET", "requirepass", "other")
        redis.cli("-a", "other", "--no-auth-warning", "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
      }
    }
    for (const [what, strike] of Object.entries(faults)) {
      it.effect(what, () =>
        Effect.gen(function*() {
          const { redis, server } = yield* redisAndServer
          const [connection, commands] = yield* watched(redis.url)
          yield* Effect.gen(function*() {
            const { get, renew } = yield* join(Layer.succeedContext(connection), server, "plain", asUsual)
            yield* strike(redis) ?? Effect.void
            yield* patiently(get, commands)
            assert.isBelow(yield* Clock.currentTimeMillis, 1_000)
            for (let i = 0; i < 3; i++) yield* patiently(renew, commands)
            // The clock stands still: a wait for a Redis that doesn't answer would never end.
            for (let i = 0; i < 5; i++) yield* renew
            assert.strictEqual(server.grants.length, 9)
          }).pipe(
            // A client that closes waits for replies, unless it has seen that the server is gone.
            Effect.ensuring(
              Effect.andThen(
                redis.kill,
                eventually(() => !Context.get(connection, NodeRedis.NodeRedis).client.isReady)
              )
            )
          )
        }))
    }

    it.effect("does not reply within the budget: no caller waits longer", () =>
      Effect.gen(function*() {
        const server = new NumberingServer()
        let asked = 0
        const silent = Layer.effect(
          Redis.Redis,
          Redis.make({
            send: () => Effect.andThen(Effect.sync(() => asked++), Effect.never),
            connect: Effect.never,
            subscribe: () => Effect.never
          })
        )
        const { get } = yield* join(silent, server, "plain", asUsual)
        const waiting = yield* Effect.forkChild(get)
        yield* eventually(() => asked > 0)
        yield* TestClock.adjust("249 millis")
        assert.strictEqual(server.grants.length, 0)
        yield* TestClock.adjust("2 millis")
        assert.strictEqual(bearer(yield* Fiber.join(waiting)), token(1))
      }))

    for (
      const [what, answer] of [
        ["has a client that dies with a defect", Effect.die(canary)],
        ["returns an unexpected reply", Effect.sync(() => JSON.parse("null"))]
      ] as const
    ) {
      it.effect(what, () =>
        Effect.gen(function*() {
          const server = new NumberingServer()
          const strange = Layer.effect(
            Redis.Redis,
            Redis.make({ send: () => answer, connect: Effect.never, subscribe: () => Effect.never })
          )
          const { get, renew } = yield* join(strange, server, "plain", asUsual)
          assert.strictEqual(bearer(yield* get), token(1))
          for (let i = 2; i < 6; i++) assert.strictEqual(bearer(yield* renew), token(i))
        }))
    }

    it.live("was not available at the start, and shares as soon as it is", () =>
      Effect.gen(function*() {
        const redis = yield* startRedis()
        yield* redis.kill
        const server = new NumberingServer()
        let connected = 0
        const away = RedisTokenStore.connectInBackground(
          Layer.tap(redisAt(redis.url), () =>
            Effect.sync(() => {
              connected++
            }))
        )
        const [a, b, c] = yield* Effect.all([join(away, server), join(away, server), join(away, server)])
        assert.strictEqual(bearer(yield* a.get), token(1))
        assert.strictEqual(bearer(yield* b.get), token(2))
        yield* redis.start
        yield* eventually(() => connected === 3)
        assert.strictEqual(bearer(yield* a.renew), token(3))
        assert.strictEqual(bearer(yield* c.get), token(3))
      }))
  })

  it.effect("fails at the start with the name of the variable if the address of Redis is not set", () =>
    Effect.gen(function*() {
      const connecting = RedisTokenStore.connectInBackground(NodeRedis.layerConfig({ url: Config.String("REDIS_URL") }))
      const failed = yield* Layer.build(connecting).pipe(
        Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env: {} }))),
        Effect.scoped,
        Effect.flip
      )
      assert.instanceOf(failed, Config.ConfigError)
      assert.include(failed.message, "REDIS_URL")
    }))

  it.live("shares also the first token if Redis is connected in the background", () =>
    Effect.gen(function*() {
      const { redis, server } = yield* redisAndServer
      for (let process = 0; process < 3; process++) {
        const connecting = Layer.unwrap(Effect.as(Effect.sleep(50), redisAt(redis.url)))
        const inBackground = RedisTokenStore.connectInBackground(connecting)
        const source = yield* join(inBackground, server, "plain", { budget: "10 seconds" })
        assert.strictEqual(bearer(yield* source.get), token(1))
      }
    }))

  describe("needs no more rights in Redis than its guide names", () => {
    const rights = Array.from(readFileSync(guide, "utf8").matchAll(/`(~mintmark:\* [^`]+)`/g)).map(([, found]) =>
      found?.split(" ") ?? []
    )

    for (const channels of [true, false]) {
      it.live(
        channels ? "which are these" : "nor the channels, without which it takes longer",
        () =>
          Effect.gen(function*() {
            assert.strictEqual(rights.length, 1)
            const redis = yield* startRedis()
            const granted = rights.flat().filter((right) => channels || !right.startsWith("&"))
            redis.cli("ACL", "SETUSER", "worker", "on", ">word", "resetchannels", ...granted)
            const server = new NumberingServer()
            server.answering = Effect.sleep(200)
            const url = redis.url.replace("//", "//worker:word@")
            const [a, b] = yield* Effect.all([join(redisAt(url), server), join(redisAt(url), server)])
            const tokens = yield* Effect.all([a.get, b.get], { concurrency: 2 })
            assert.deepStrictEqual(tokens.map(bearer), [token(1), token(1)])
            yield* a.reject(tokens[0])
            yield* eventually(() => redis.cli("HGET", record(redis), "rejected") !== "")
            assert.strictEqual(bearer(yield* b.renew), token(2))
            const denied = redis.cli("ACL", "LOG").split("\n").filter((_, line, all) => all[line - 1] === "object")
            assert.deepStrictEqual(denied.filter((what) => channels || !what.startsWith("mintmark:notif")), [])
            for (const command of [["FLUSHALL"], ["KEYS", "*"], ["DEL", record(redis)], ["HGETALL", record(redis)]]) {
              assert.match(
                redis.cli("--user", "worker", "--pass", "word", "--no-auth-warning", ...command),
                /NOPERM/
              )
            }
          })
      )
    }
  })

  it.live("uses the record that a replica has, when the replica takes over", () =>
    Effect.gen(function*() {
      const master = yield* startRedis()
      const replica = yield* startRedis("--replicaof", "127.0.0.1", String(master.port))
      const server = new NumberingServer()
      yield* (yield* join(redisAt(master.url), server)).get
      yield* eventually(() => replica.cli("DBSIZE") === "1")
      const reader = yield* join(redisAt(replica.url), server)
      assert.strictEqual(bearer(yield* reader.get), token(1))
      yield* master.kill
      replica.cli("REPLICAOF", "NO", "ONE")
      const [a, b] = yield* Effect.all([join(redisAt(replica.url), server), join(redisAt(replica.url), server)])
      assert.strictEqual(bearer(yield* a.get), token(1))
      assert.strictEqual(bearer(yield* a.renew), token(2))
      assert.strictEqual(bearer(yield* b.get), token(2))
    }))

  it.live("releases a lease if the reply to taking it was lost", () =>
    Effect.gen(function*() {
      const { redis, server } = yield* redisAndServer
      const deaf = Layer.effect(
        Redis.Redis,
        Effect.map(Redis.Redis, (redis) => {
          let heard = 0
          return {
            ...redis,
            eval: (script) => (...params) =>
              ++heard === 1
                ? Effect.andThen(redis.eval(script)(...params), Effect.never)
                : redis.eval(script)(...params)
          }
        })
      ).pipe(Layer.provide(redisAt(redis.url)))
      // A lease that was not given back would outlast this test.
      const a = yield* join(deaf, server, "plain", { budget: "250 millis", lease: "1 hour" })
      assert.strictEqual(bearer(yield* a.get), token(1))
      const b = yield* join(redisAt(redis.url), server, "plain", { lease: "1 hour" })
      assert.strictEqual(bearer(yield* b.get), token(2))
    }))

  it.live("uses no token stored with the generation of another", () =>
    Effect.gen(function*() {
      const { redis, server } = yield* redisAndServer
      yield* (yield* join(redisAt(redis.url), server)).get
      redis.cli("HINCRBY", record(redis), "generation", "1")
      assert.strictEqual(bearer(yield* (yield* join(redisAt(redis.url), server)).get), token(2))
    }))

  it.live("releases the lease when its scope closes during a token request", () =>
    Effect.gen(function*() {
      const { redis, server } = yield* redisAndServer
      server.answering = Effect.never
      const connection = yield* Layer.build(redisAt(redis.url))
      const scope = yield* Scope.make()
      const a = yield* join(Layer.succeedContext(connection), server, "plain", { lease: "1 hour" }).pipe(
        Effect.provideService(Scope.Scope, scope)
      )
      const asking = yield* Effect.forkChild(Effect.flip(a.get))
      yield* server.arrived(1)
      assert.notStrictEqual(redis.cli("HGET", record(redis), "owner"), "")
      yield* Scope.close(scope, Exit.void)
      yield* Fiber.join(asking)
      assert.strictEqual(redis.cli("HGET", record(redis), "owner"), "")
    }))

  it.live("does not overwrite what came after it lost the lease, and takes it over", () =>
    Effect.gen(function*() {
      const { redis, server } = yield* redisAndServer
      const slow = yield* Deferred.make<void>()
      server.answering = Deferred.await(slow)
      const [a, b] = yield* Effect.all([join(redisAt(redis.url), server), join(redisAt(redis.url), server)])
      const events = yield* Effect.forkChild(Stream.runCollect(Stream.take(a.events, 1)), { startImmediately: true })
      const paused = yield* Effect.forkChild(a.get)
      yield* server.arrived(1)
      redis.cli("HDEL", record(redis), "owner", "leaseUntil")
      server.answering = Effect.void
      assert.strictEqual(bearer(yield* b.get), token(2))
      const written = redis.cli("HGETALL", record(redis))
      yield* Deferred.succeed(slow, undefined)
      assert.strictEqual(bearer(yield* Fiber.join(paused)), token(2))
      assert.strictEqual(redis.cli("HGETALL", record(redis)), written)
      assert.deepInclude((yield* Fiber.join(events))[0], { outcome: "shared", requested: true })
    }))

  it.live("keeps the lease for as long as its token request takes, and the others wait", () =>
    Effect.gen(function*() {
      const { redis, server } = yield* redisAndServer
      const slow = yield* Deferred.make<void>()
      server.answering = Deferred.await(slow)
      // The time of the one that asks is turned, up to a third of its lease; that of Redis goes on by itself.
      const clock = yield* TestClock.make()
      const options = { lease: "75 seconds" } as const
      const a = yield* join(redisAt(redis.url), server, "plain", options).pipe(
        Effect.provideService(Clock.Clock, clock)
      )
      const [connection, commands] = yield* watched(redis.url)
      const b = yield* join(Layer.succeedContext(connection), server, "plain", options)
      const asking = yield* Effect.forkChild(Effect.provideService(a.get, Clock.Clock, clock))
      yield* server.arrived(1)
      const leaseUntil = () => Number(redis.cli("HGET", record(redis), "leaseUntil"))
      const shortened = leaseUntil() - 15_000
      redis.cli("HSET", record(redis), "leaseUntil", String(shortened))
      const waiting = yield* Effect.forkChild(b.get)
      yield* clock.adjust("25 seconds")
      yield* eventually(() => leaseUntil() > shortened)
      yield* eventually(() => commands.sent >= 3)
      yield* Deferred.succeed(slow, undefined)
      assert.strictEqual(bearer(yield* Fiber.join(asking)), token(1))
      assert.strictEqual(bearer(yield* Fiber.join(waiting)), token(1))
      assert.strictEqual(server.grants.length, 1)
    }))

  it.effect("has an event for each token request, and counts only those that were sent", () =>
    Effect.gen(function*() {
      const { redis, server } = yield* redisAndServer
      const told: Array<string> = []
      const listen = (name: string, { events }: TokenSource) =>
        Effect.forkChild(
          Stream.runForEach(events, ({ outcome, reason, requested }) =>
            Effect.sync(() => told.push(`${name}: ${reason}, ${outcome}, ${requested ? "sent" : "not sent"}`))),
          { startImmediately: true }
        )
      const [a, b] = yield* Effect.all([
        join(redisAt(redis.url), server, "renewing"),
        join(redisAt(redis.url), server, "renewing")
      ])
      yield* listen("a", a)
      yield* listen("b", b)
      server.instead.push(() =>
        new Response(null, { status: 429, headers: { "retry-after": "60" } })
      )
      yield* Effect.flip(a.get)
      yield* Effect.flip(b.get)
      yield* a.renew
      yield* redis.kill
      yield* TestClock.adjust("3500 seconds")
      yield* a.get
      yield* eventually(() => told.length >= 4)
      assert.deepStrictEqual(told, [
        "a: first, Throttled, sent",
        "b: first, Throttled, not sent",
        "a: forced, obtained, sent",
        "a: expiring, Unavailable, not sent"
      ])
      assert.strictEqual(server.grants.length, 2)
      const counted = (yield* Metric.snapshot).filter(({ id }) => id === "mintmark_token_requests")
      assert.deepStrictEqual(counted.map(({ attributes }) => attributes), [
        { provider: "acme", reason: "first", outcome: "Throttled" },
        { provider: "acme", reason: "forced", outcome: "obtained" }
      ])
    }).pipe(Effect.provideService(Metric.MetricRegistry, new Map())))

  describe("when a command is applied and its reply is lost", () => {
    const write = [["EVALSHA", "generation"]] as const
    const mark = [["EVALSHA", "markedBy"], ["token"]] as const
    const claim = [["EVALSHA"], ["mintmark:notifications"]] as const

    const start = Effect.fnUntraced(function*(kind: "plain" | "renewing", how: Loss) {
      const redis = yield* startRedis()
      const proxy = yield* startRedisProxy(redis)
      const server = new NumberingServer()
      const clock = yield* TestClock.make()
      // Over a connection that is well, the lease is given back; else the others wait for its end.
      const options = { budget: "250 millis", lease: how === "late" ? "1 hour" : "1 second" } as const
      const [connection, commands] = yield* watched(proxy.url)
      const a = yield* Effect.provideService(
        join(Layer.succeedContext(connection), server, kind, options),
        Clock.Clock,
        clock
      )
      yield* Effect.addFinalizer(() => proxy.heal)
      /** Makes a call of `a`, whose budgets end while a reply is held back, and not when this machine is slow. */
      const call = Effect.fnUntraced(function*<A, E>(effect: Effect.Effect<A, E>) {
        const fiber = yield* Effect.forkChild(Effect.provideService(effect, Clock.Clock, clock))
        while (fiber.pollUnsafe() === undefined) {
          yield* pause(5)
          if (proxy.holds() && commands.unanswered > 0) yield* clock.adjust("251 millis")
        }
        return yield* Fiber.join(fiber)
      })
      return { a, call, proxy, redis, server }
    })

    for (const how of ["cut", "late", "half open"] as const) {
      it.live(`returns the token that it wrote, to all processes (${how})`, () =>
        Effect.gen(function*() {
          const { a, call, proxy, redis, server } = yield* start("renewing", how)
          const events = yield* Effect.forkChild(Stream.runCollect(Stream.take(a.events, 1)), {
            startImmediately: true
          })
          proxy.lose(how, ...write)
          assert.strictEqual(bearer(yield* call(a.get)), token(1))
          assert.strictEqual(proxy.lost(), 1)
          assert.deepInclude((yield* Fiber.join(events))[0], { outcome: "obtained", requested: true })
          const b = yield* join(redisAt(redis.url), server, "renewing")
          assert.strictEqual(bearer(yield* b.get), token(1))
          yield* b.renew
          yield* call(a.renew)
          assert.deepStrictEqual(server.spent, [...new Set(server.spent)])
          assert.deepStrictEqual(server.grants.slice(0, 2), ["password", "refresh_token"])
        }))

      it.live(`sends no refresh token before it has seen it marked (${how})`, () =>
        Effect.gen(function*() {
          const { a, call, proxy, redis, server } = yield* start("renewing", how)
          yield* call(a.get)
          proxy.lose(how, ...mark)
          assert.strictEqual(bearer(yield* call(a.renew)), token(2))
          assert.strictEqual(proxy.lost(), 1)
          assert.deepStrictEqual(server.grants, ["password", "password"])
          const b = yield* join(redisAt(redis.url), server, "renewing")
          yield* b.renew
          yield* b.renew
          assert.deepStrictEqual(server.grants, ["password", "password", "password", "refresh_token"])
        }))

      it.live(`requests a token for itself if it can't confirm its lease, and delays no caller (${how})`, () =>
        Effect.gen(function*() {
          const { a, call, proxy, redis, server } = yield* start("plain", how)
          proxy.lose(how, ...claim)
          assert.strictEqual(bearer(yield* call(a.get)), token(1))
          assert.strictEqual(proxy.lost(), 1)
          const b = yield* join(redisAt(redis.url), server)
          assert.strictEqual(bearer(yield* b.get), token(2))
          assert.strictEqual(server.grants.length, 2)
        }))
    }
  })

  it.live("retries writing a token that came with a refresh token", () =>
    Effect.gen(function*() {
      const { redis, server } = yield* redisAndServer
      const failing = Layer.effect(
        Redis.Redis,
        Effect.map(Redis.Redis, (redis) => {
          let scripts = 0
          return {
            ...redis,
            eval: (script) => (...params) =>
              Effect.suspend(() =>
                ++scripts === 2 ? Effect.fail(new Redis.RedisError({ cause: "busy" })) : redis.eval(script)(...params)
              )
          }
        })
      ).pipe(Layer.provide(redisAt(redis.url)))
      assert.strictEqual(bearer(yield* (yield* join(failing, server, "renewing")).get), token(1))
      assert.strictEqual(bearer(yield* (yield* join(redisAt(redis.url), server, "renewing")).get), token(1))
    }))

  describe("when Redis's clock is set back", () => {
    it.live("ignores a lease from before, and keeps one over a small correction", () =>
      Effect.gen(function*() {
        const redis = yield* startRedis()
        const clock = { offBySeconds: 0 }
        const client = Context.get(yield* Layer.build(redisByClock(redisAt(redis.url), clock)), Redis.Redis)
        const look = (owner: string) =>
          client.eval(Scripts.look)("record", { owner, lease: 60_000, known: 0, force: false })
        const field = (found: ReadonlyArray<string>, name: string) => Number(found[found.indexOf(name) + 1])
        const fence = (found: ReadonlyArray<string>) => field(found, "fence")
        const first = fence(yield* look("a"))
        assert.isAbove(first, 0)
        clock.offBySeconds = -30
        const refused = yield* look("b")
        assert.strictEqual(fence(refused), 0)
        assert.isAbove(field(refused, "leaseLeft"), 60_000)
        clock.offBySeconds = -3_600
        assert.isAbove(fence(yield* look("b")), first)
        const notify = { command: "PUBLISH", channelOf: () => "notifications" } as const
        const late = client.eval(Scripts.change)("record", "a", notify, {
          lease: 0,
          token: { sealed: "late", generation: 1 }
        })
        assert.strictEqual(yield* late, 0)
        assert.notInclude(redis.cli("HGETALL", "record"), "late")
      }))

    it.live("continues when the process with the lease was killed", () =>
      Effect.gen(function*() {
        const { redis, server } = yield* redisAndServer
        const a = yield* join(redisAt(redis.url), server, "renewing", { lease: "60 seconds" })
        yield* a.get
        // What a process leaves behind that dies while it asks.
        const until = Number(redis.cli("TIME").split("\n")[0]) * 1_000 + 60_000
        redis.cli("HSET", record(redis), "owner", "dead", "leaseUntil", String(until), "leaseFor", "60000")
        const b = yield* join(redisByClock(redisAt(redis.url), { offBySeconds: -3_600 }), server, "renewing")
        assert.strictEqual(bearer(yield* b.renew), token(2))
      }))

    it.live("serves no token from before, and renews it with its refresh token", () =>
      Effect.gen(function*() {
        const { redis, server } = yield* redisAndServer
        yield* (yield* join(redisAt(redis.url), server, "renewing")).get
        const later = redisByClock(redisAt(redis.url), { offBySeconds: -7_200 })
        const [b, c] = yield* Effect.all([join(later, server, "renewing"), join(later, server, "renewing")])
        assert.strictEqual(bearer(yield* b.get), token(2))
        assert.strictEqual(bearer(yield* c.get), token(2))
        assert.deepStrictEqual(server.grants, ["password", "refresh_token"])
      }))

    it.live("applies no failure from before", () =>
      Effect.gen(function*() {
        const { redis, server } = yield* redisAndServer
        server.instead.push(tooManyRequests)
        yield* Effect.flip((yield* join(redisAt(redis.url), server)).get)
        const b = yield* join(redisByClock(redisAt(redis.url), { offBySeconds: -3_600 }), server)
        assert.strictEqual(bearer(yield* b.get), token(2))
      }))
  })

  it.live("shares a refused password for as long as a record lasts, until `renew` is called", () =>
    Effect.gen(function*() {
      const { redis, server } = yield* redisAndServer
      server.instead.push(() => Response.json({ error: "invalid_grant" }, { status: 400 }))
      yield* Effect.flip((yield* join(redisAt(redis.url), server, "renewing")).get)
      const days = (offBy: number) => redisByClock(redisAt(redis.url), { offBySeconds: offBy * 86_400 })
      for (const day of [0, 1, 29]) {
        const { reason } = yield* Effect.flip((yield* join(days(day), server, "renewing")).get)
        assert.strictEqual(reason._tag, "GrantRefused")
      }
      assert.strictEqual(server.grants.length, 1)
      // One for the request, and one for the credentials.
      const names = redis.cli("--scan").split("\n")
      assert.strictEqual(names.length, 2)
      for (const name of names) assert.isAbove(Number(redis.cli("PTTL", name)), 29 * 86_400_000)
      assert.strictEqual(bearer(yield* (yield* join(days(29), server, "renewing")).renew), token(2))
      assert.strictEqual(bearer(yield* (yield* join(days(29), server, "renewing")).get), token(2))
    }))

  it.live("waits for the lease of a killed process no longer than the lease lasts", () =>
    Effect.gen(function*() {
      const { redis, server } = yield* redisAndServer
      server.answering = Effect.never
      const buried = yield* Deferred.make<never, Redis.RedisError>()
      const dead = yield* Effect.forkChild(Effect.scoped(Effect.gen(function*() {
        const mute = Layer.effect(
          Redis.Redis,
          Effect.map(Redis.Redis, (redis) => {
            let evals = 0
            return {
              ...redis,
              eval: (script) => (...params) => ++evals > 1 ? Deferred.await(buried) : redis.eval(script)(...params)
            }
          })
        ).pipe(Layer.provide(redisAt(redis.url)))
        return yield* (yield* join(mute, server, "plain", { lease: "10 minutes" })).get
      })))
      yield* server.arrived(1)
      server.answering = Effect.void
      const [connection, commands] = yield* watched(redis.url)
      const b = yield* join(Layer.succeedContext(connection), server, "plain", { lease: "10 minutes" })
      const waiting = yield* Effect.forkChild(b.get)
      yield* eventually(() => commands.sent >= 3)
      assert.strictEqual(server.grants.length, 1)
      const now = Number(redis.cli("TIME").split("\n")[0]) * 1_000
      assert.isAtMost(Number(redis.cli("HGET", record(redis), "leaseUntil")) - now, 601_000)
      // As the time does.
      redis.cli("HSET", record(redis), "leaseUntil", "1")
      assert.strictEqual(bearer(yield* Fiber.join(waiting)), token(2))
      yield* Deferred.fail(buried, new Redis.RedisError({ cause: "dead" }))
      yield* Fiber.interrupt(dead)
    }))

  describe("sends a refresh token that may be usable once", () => {
    it.live("not if a process marked it as sent and was then killed", () =>
      Effect.gen(function*() {
        const { redis, server } = yield* redisAndServer
        const [a, b] = yield* Effect.all([
          join(redisAt(redis.url), server, "renewing"),
          join(redisAt(redis.url), server, "renewing")
        ])
        yield* a.get
        yield* b.get
        const generation = redis.cli("HGET", record(redis), "generation")
        redis.cli("HSET", record(redis), "marked", generation, "markedBy", "vanished", "markedCount", "1")
        yield* a.renew
        yield* b.renew
        assert.deepStrictEqual(server.grants, ["password", "password", "refresh_token"])
      }))

    it.live("not if the record is missing that says whether it is spent", () =>
      Effect.gen(function*() {
        const { redis, server } = yield* redisAndServer
        const a = yield* join(redisAt(redis.url), server, "renewing")
        yield* a.get
        redis.cli("FLUSHALL")
        yield* a.renew
        assert.deepStrictEqual(server.grants, ["password", "password"])
      }))

    it.live("not if it has expired", () =>
      Effect.gen(function*() {
        const { redis, server } = yield* redisAndServer
        server.instead.push(() =>
          Response.json({
            access_token: "first",
            refresh_token: "short",
            refresh_expires_in: 3600,
            id_token: "identity",
            token_type: "Bearer",
            expires_in: 60
          })
        )
        yield* (yield* join(redisAt(redis.url), server, "renewing")).get
        const at = (offBySeconds: number) =>
          join(redisByClock(redisAt(redis.url), { offBySeconds }), server, "renewing")
        const late = yield* at(7_200)
        assert.strictEqual(bearer(yield* late.get), token(2))
        assert.deepStrictEqual(server.spent, [])
      }))

    for (const status of [500, 502, 503, 504]) {
      it.live(`once more, 5 s later at the earliest, if this process saw it fail with ${status}`, () =>
        Effect.gen(function*() {
          const { redis, server } = yield* redisAndServer
          const clock = yield* TestClock.make()
          const a = yield* Effect.provideService(join(redisAt(redis.url), server, "renewing"), Clock.Clock, clock)
          const call = <A, E>(effect: Effect.Effect<A, E>) => Effect.provideService(effect, Clock.Clock, clock)
          const first = yield* call(a.get)
          yield* call(a.reject(first))
          const fails = () => new Response(null, { status })
          server.instead.push(fails)
          yield* Effect.flip(call(a.get))
          assert.deepStrictEqual(server.grants, ["password", "refresh_token"])
          // The clock of Redis goes on by itself: the failure in the record is made to end with this process's time.
          const ends = () => redis.cli("HDEL", record(redis), "failureUntil", "failureFor")
          ends()
          yield* clock.adjust("4900 millis")
          yield* Effect.flip(call(a.get))
          assert.strictEqual(server.grants.length, 2)
          yield* clock.adjust("101 millis")
          server.instead.push(fails)
          yield* Effect.flip(call(a.get))
          assert.deepStrictEqual(server.grants, ["password", "refresh_token", "refresh_token"])
          ends()
          yield* clock.adjust("1 minute")
          assert.strictEqual(bearer(yield* call(a.get)), token(4))
          assert.deepStrictEqual(server.grants, ["password", "refresh_token", "refresh_token", "password"])
          assert.strictEqual(new Set(server.spent).size, 1)
        }))
    }

    it.effect("not while Redis can't be reached: a valid token is served, and after it has expired the password is sent", () =>
      Effect.gen(function*() {
        const { redis, server } = yield* redisAndServer
        const a = yield* join(redisAt(redis.url), server, "renewing")
        yield* a.get
        yield* redis.kill
        yield* TestClock.adjust("3500 seconds")
        const renewed = yield* Effect.forkChild(Stream.runHead(a.events), { startImmediately: true })
        assert.strictEqual(bearer(yield* a.get), token(1))
        yield* Fiber.join(renewed)
        assert.deepStrictEqual(server.grants, ["password"])
        yield* TestClock.adjust("100 seconds")
        assert.strictEqual(bearer(yield* a.get), token(2))
        assert.deepStrictEqual(server.grants, ["password", "password"])
        // What came of that is this process's own, and can be spent.
        yield* a.renew
        assert.deepStrictEqual(server.grants, ["password", "password", "refresh_token"])
      }))
  })
})
