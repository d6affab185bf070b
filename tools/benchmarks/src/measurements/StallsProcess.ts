import type { TokenError } from "@mintmark/core/TokenError"
import * as TokenPool from "@mintmark/core/TokenPool"
import { routee } from "@mintmark/routee/Routee"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { longestTurn, type Stall } from "../harness/Turns.ts"

/** How long other work had to wait for its turn, in each round. */
export interface Stalls {
  /** While new accounts came, ten in each turn. */
  readonly grown: ReadonlyArray<Stall>
  /** While all accounts were looked at, and none was idle. */
  readonly looked: ReadonlyArray<Stall>
  /** While all accounts were evicted. */
  readonly evicted: ReadonlyArray<Stall>
  /** While new accounts came one by one in a pool that was full. */
  readonly replaced: ReadonlyArray<Stall>
}

const http = HttpClient.make((request) =>
  Effect.sync(() =>
    HttpClientResponse.fromWeb(
      request,
      Response.json({ access_token: "b2014e88", token_type: "Bearer", expires_in: 86_400 })
    )
  )
)

const secret = Redacted.make("vb6QpjCIOG")

const makePool = (capacity: number) =>
  TokenPool.make(routee, {
    baseUrl: "https://benchmark.test",
    account: (key: string) => ({ applicationId: key, applicationSecret: secret }),
    capacity,
    timeToIdle: "1 minute"
  }).pipe(Effect.provideService(HttpClient.HttpClient, http))

const watched = <E>(effect: Effect.Effect<unknown, E>) =>
  Effect.contextWith((context: Context.Context<never>) =>
    Effect.promise(() => longestTurn(() => Effect.runPromiseWith(context)(effect)))
  )

const turn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

export default async (count: string, rounds: string): Promise<Stalls> => {
  const keys = Array.from({ length: Number(count) }, (_, index) => `account-${index}`)

  const round = Effect.gen(function*() {
    const pool = yield* makePool(keys.length)
    const inTurns = (count: number, take: (index: number) => Effect.Effect<unknown, TokenError>) =>
      Effect.forEach(
        Array.from({ length: count }, (_, index) => index),
        (index) => Effect.andThen(turn, take(index)),
        { discard: true }
      )
    const grown = yield* watched(
      inTurns(keys.length / 10, (index) => Effect.forEach(keys.slice(index * 10, (index + 1) * 10), pool.get))
    )
    const replaced = yield* watched(inTurns(1_000, (index) => pool.get(`another-${index}`)))
    // The clock is the test's: a sweep is due when it says so, and takes as many turns as it takes.
    const looked = yield* watched(
      Effect.andThen(TestClock.adjust("1 minute"), Effect.repeat(turn, { times: keys.length / 100 }))
    )
    const evicted = yield* watched(
      Effect.andThen(TestClock.adjust("1 minute"), Effect.repeat(turn, { until: () => isEmpty(pool) }))
    )
    return { grown, looked, evicted, replaced }
  }).pipe(Effect.scoped, Effect.provide(TestClock.layer({ warningDelay: "1 hour" })))

  const found = new Array<Effect.Success<typeof round>>()
  for (let left = Number(rounds); left > 0; left--) found.push(await Effect.runPromise(round))
  return {
    grown: found.map(({ grown }) => grown),
    looked: found.map(({ looked }) => looked),
    evicted: found.map(({ evicted }) => evicted),
    replaced: found.map(({ replaced }) => replaced)
  }
}

const isEmpty = <Key>(pool: TokenPool.TokenPool<Key>): boolean => Effect.runSync(pool.size) === 0
