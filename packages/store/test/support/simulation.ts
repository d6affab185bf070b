import type { TokenError } from "@mintmark/core/TokenError"
import * as TokenPool from "@mintmark/core/TokenPool"
import * as TokenReply from "@mintmark/core/TokenReply"
import { TokenStore } from "@mintmark/core/TokenStore"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as SharedStore from "../../src/internal/SharedStore.ts"
import { acme } from "./fleet.ts"
import * as ModelRecords from "./modelRecords.ts"

/** How large a simulated fleet is, and what happens to it. Times are in seconds. */
export interface Size {
  readonly processes: number
  readonly accounts: number
  /** How many processes use each account. */
  readonly sharing: number
  /** How often each of them calls. */
  readonly every: number
  readonly lifetime: number
  /** For how long, in lifetimes, the first one included. */
  readonly lifetimes: number
  /** One in how many token requests is the last thing that its process does; 0 for none. Another one takes its place. */
  readonly lastOf: number
  /** How many processes in each lifetime have no way to the store, for a minute. */
  readonly partitions: number
  /** How many times in all the store can't be reached, for twenty seconds. */
  readonly failovers: number
}

/** The outcome. */
export interface Report {
  /** For each one that a single process would send for all accounts. */
  readonly tokenRequests: number
  /** Of the store, on average and in the busiest second after the start. */
  readonly operationsPerSecond: number
  readonly mostOperationsPerSecond: number
  readonly notificationsPerSecond: number
  readonly calls: number
  readonly failures: number
  /** What a caller waited for at most, in milliseconds. */
  readonly longestWait: number
  /** Tokens that callers got and that had expired. */
  readonly expired: number
}

/** How long the server takes for a token request. */
const requestTakes = 200

const provider = acme(TokenReply.Standard)

const settle = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

/** Simulates a fleet, with the real code of token source, lease and record, and with a clock and a database in memory. */
export const simulate = Effect.fnUntraced(function*(size: Size): Effect.fn.Return<Report, TokenError> {
  // What a vanished process has begun never ends: nothing waits for it.
  const scope = yield* Scope.make()
  const database = ModelRecords.make()
  let storeIsAway = false
  let tokenRequests = 0
  let calls = 0
  let failures = 0
  let longestWait = 0
  let expired = 0

  const startProcess = Effect.gen(function*() {
    const process = { alive: true, isPartitioned: false, startedAt: (yield* Clock.currentTimeMillis) / 1_000 }
    const http = HttpClient.make((request) =>
      Effect.gen(function*() {
        tokenRequests++
        const number = tokenRequests
        if (size.lastOf > 0 && number % size.lastOf === 0) process.alive = false
        yield* process.alive ? Effect.sleep(requestTakes) : Effect.never
        return HttpClientResponse.fromWeb(
          request,
          Response.json({ access_token: `token-${number}`, token_type: "Bearer", expires_in: size.lifetime })
        )
      })
    )
    const store = SharedStore.make(
      database.connect(() => storeIsAway || process.isPartitioned ? "fails" : "none", () => process.alive),
      ModelRecords.cipher,
      { prefix: "", lease: Duration.seconds(5), refreshTokens: true, longestFailure: Duration.infinity }
    )
    const pool = yield* TokenPool.make(provider, {
      account: (key: number) => ({ clientId: `account-${key}`, clientSecret: Redacted.make("secret") }),
      capacity: Infinity
    }).pipe(
      Effect.provideService(TokenStore, store),
      Effect.provideService(HttpClient.HttpClient, http),
      Effect.provideService(Scope.Scope, scope)
    )
    return Object.assign(process, { pool })
  })

  const freshUntil = new Float64Array(size.accounts * size.sharing)
  const heldSince = new Float64Array(size.accounts * size.sharing).fill(-1)
  let pairs = 0
  const processes = yield* Effect.all(Array.from({ length: size.processes }, () => startProcess))
  /** Who uses an account: processes that are spread over the fleet. */
  const users = (account: number) =>
    Array.from(
      { length: size.sharing },
      (_, index) => (account * 7_919 + index * Math.ceil(size.processes / size.sharing)) % size.processes
    )

  const call = (process: (typeof processes)[number], account: number, pair: number) =>
    Effect.gen(function*() {
      const began = yield* Clock.currentTimeMillis
      const result = yield* Effect.result(process.pool.get(account))
      const ended = yield* Clock.currentTimeMillis
      if (!process.alive) return
      calls++
      longestWait = Math.max(longestWait, ended - began)
      if (result._tag === "Failure") failures++
      else {
        if (result.success.expiresAt <= ended) expired++
        freshUntil[pair] = (result.success.expiresAt - Math.min(0.2 * size.lifetime * 1_000, 300_000)) / 1_000
        heldSince[pair] = ended / 1_000
      }
    })

  const seconds = size.lifetime * size.lifetimes
  // A token is renewed between a half and the whole of its window before its end.
  const alone = 1 + Math.floor(seconds / (size.lifetime - 0.75 * Math.min(0.2 * size.lifetime, 300)))
  // Every caller has its own second of the period.
  const due = Array.from(
    { length: size.every },
    (): Array<readonly [user: number, account: number, pair: number]> => []
  )
  for (let account = 0; account < size.accounts; account++) {
    for (const user of users(account)) {
      due[yield* Random.nextIntBetween(0, size.every - 1)]?.push([user, account, pairs++])
    }
  }
  const isNow = (times: number, of: number) => Effect.map(Random.next, (next) => next < times / of)
  let most = 0
  let partitionedUntil = 0
  let storeAwayUntil = 0
  let partitioned: ReadonlyArray<(typeof processes)[number]> = []

  for (let second = 0; second < seconds; second++) {
    const before = database.counts.operations
    for (const [index, { alive }] of processes.entries()) {
      if (!alive) processes[index] = yield* startProcess
    }
    if (second >= partitionedUntil && partitioned.length > 0) {
      for (const process of partitioned) process.isPartitioned = false
      partitioned = []
    }
    if (partitioned.length === 0 && size.partitions > 0 && (yield* isNow(1, size.lifetime))) {
      const first = yield* Random.nextIntBetween(0, size.processes - 1)
      partitioned = processes.slice(first, first + size.partitions)
      for (const process of partitioned) process.isPartitioned = true
      partitionedUntil = second + 60
    }
    if (second >= storeAwayUntil) storeIsAway = false
    if (second > size.lifetime / 2 && (yield* isNow(size.failovers, seconds))) {
      storeIsAway = true
      storeAwayUntil = second + 20
    }
    for (const [user, account, pair] of due[second % size.every] ?? []) {
      const process = processes[user]
      if (process === undefined) continue
      // A token that is surely fresh is cached: this call would cost the store nothing.
      if (second < (freshUntil[pair] ?? 0) && process.startedAt <= (heldSince[pair] ?? 0)) {
        calls++
      } else yield* Effect.forkChild(call(process, account, pair), { startImmediately: true })
    }
    yield* TestClock.adjust("1 second")
    yield* settle
    if (second > size.every) most = Math.max(most, database.counts.operations - before)
  }
  return {
    tokenRequests: tokenRequests / size.accounts / alone,
    operationsPerSecond: database.counts.operations / seconds,
    mostOperationsPerSecond: most,
    notificationsPerSecond: database.counts.notifications / seconds,
    calls,
    failures,
    longestWait,
    expired
  }
})
