/*
 * One process of a fleet: callers that request the token again and again until standard input ends. Its only argument says how,
 * as JSON. It prints a line when it is ready, one before each token request, and at the end all outcomes.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as RedisTokenStore from "@mintmark/store/RedisTokenStore"
import * as SqlTokenStore from "@mintmark/store/SqlTokenStore"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { createHash } from "node:crypto"
import { fleetAccount } from "./fleetAccounts.ts"
import type { Orders, Outcome } from "./fleetProcesses.ts"
import { redisAt } from "./redisServer.ts"

const orders: Orders = JSON.parse(process.argv[2] ?? "")
const say = (what: Record<string, unknown>) => process.stdout.write(`${JSON.stringify(what)}\n`)

const saying = Layer.effect(
  HttpClient.HttpClient,
  HttpClient.HttpClient.pipe(
    Effect.map(HttpClient.tapRequest(() => Effect.map(Clock.currentTimeMillis, (at) => say({ asking: true, at }))))
  )
)
  // A connection of its own for each request: one that is kept may be closed by the server while a busy machine
  // delays this process, which costs a refresh token.
  .pipe(Layer.provide(NodeHttpClient.layerNodeHttp))

const program = Effect.gen(function*() {
  const source = yield* fleetAccount(orders.provider, orders.baseUrl)
  const outcome: Outcome = { calls: 0, failures: [], expired: 0, tokens: [] }
  const tokens = new Set<string>()
  process.stdin.resume()
  say({ ready: true })

  const caller = Effect.gen(function*() {
    while (!process.stdin.readableEnded) {
      const askedAt = yield* Clock.currentTimeMillis
      const result = yield* Effect.result(source[orders.does])
      outcome.calls++
      if (result._tag === "Failure") outcome.failures.push(result.failure.message)
      else {
        if (result.success.expiresAt <= askedAt) outcome.expired++
        tokens.add(createHash("sha256").update(Redacted.value(result.success.value)).digest("hex"))
      }
      yield* Effect.sleep(orders.pause)
    }
  })
  yield* Effect.all(Array.from({ length: orders.callers }, () => caller), { concurrency: "unbounded" })
  say({ outcome: { ...outcome, tokens: [...tokens] } })
})

const options = {
  keys: orders.keys.map((key) => Redacted.make(key)),
  lease: orders.lease,
  budget: orders.budget
}
const store = Layer.orDie(
  "redis" in orders.store
    ? Layer.provide(RedisTokenStore.layer(options), Layer.orDie(redisAt(orders.store.redis)))
    : Layer.provide(
      SqlTokenStore.layer(options),
      Layer.orDie(
        PgClient.layer({ host: "127.0.0.1", username: "postgres", maxConnections: 3, ...orders.store.postgres })
      )
    )
)

program.pipe(
  Effect.scoped,
  Effect.provide(Layer.merge(
    store,
    saying
  )),
  NodeRuntime.runMain
)
