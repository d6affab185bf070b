/*
 * One process of a fleet: callers who go on asking for a token until standard input ends. Its only argument says how,
 * as JSON. It prints a line when it is ready, one before each token request, and at the end what came of it all.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as RedisTokenStore from "@mintmark/store/RedisTokenStore"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
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
).pipe(Layer.provide(FetchHttpClient.layer))

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

program.pipe(
  Effect.scoped,
  Effect.provide(Layer.merge(
    RedisTokenStore.layer({
      keys: orders.keys.map((key) => Redacted.make(key)),
      lease: orders.lease,
      budget: orders.budget
    }).pipe(
      Layer.provide(redisAt(orders.redisUrl))
    ),
    saying
  )),
  NodeRuntime.runMain
)
