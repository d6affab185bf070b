import * as TokenPool from "@mintmark/core/TokenPool"
import { routee } from "@mintmark/routee/Routee"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"

/** For how many milliseconds other work had to wait at most, in each round. */
export interface Stalls {
  /** While all accounts were looked at, and none was idle. */
  readonly looked: ReadonlyArray<number>
  /** While all accounts were evicted. */
  readonly evicted: ReadonlyArray<number>
  /** For one new account in a pool that was full. */
  readonly replaced: ReadonlyArray<number>
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

/** The longest turn of the event loop, in milliseconds, until the effect is done. */
const longestTurn = <E>(effect: Effect.Effect<unknown, E>): Effect.Effect<number, E> =>
  Effect.suspend(() => {
    let longest = 0
    let last = performance.now()
    let isWatching = true
    const watch = () => {
      const now = performance.now()
      longest = Math.max(longest, now - last)
      last = now
      if (isWatching) setImmediate(watch)
    }
    setImmediate(watch)
    return Effect.map(effect, () => {
      isWatching = false
      return longest
    })
  })

const turn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

export default async (count: string, rounds: string): Promise<Stalls> => {
  const keys = Array.from({ length: Number(count) }, (_, index) => `account-${index}`)

  const round = Effect.gen(function*() {
    const pool = yield* makePool(keys.length)
    yield* Effect.forEach(keys, pool.get, { concurrency: 100, discard: true })
    let replaced = 0
    for (let index = 0; index < 1_000; index++) {
      yield* turn
      const start = performance.now()
      yield* pool.get(`another-${index}`)
      replaced = Math.max(replaced, performance.now() - start)
    }
    // The clock is the test's: a sweep is due when it says so, and takes as many turns as it takes.
    const looked = yield* longestTurn(
      Effect.andThen(TestClock.adjust("1 minute"), Effect.repeat(turn, { times: keys.length / 100 }))
    )
    const evicted = yield* longestTurn(
      Effect.andThen(TestClock.adjust("1 minute"), Effect.repeat(turn, { until: () => isEmpty(pool) }))
    )
    return { looked, evicted, replaced }
  }).pipe(Effect.scoped, Effect.provide(TestClock.layer()))

  const found = new Array<Effect.Success<typeof round>>()
  for (let left = Number(rounds); left > 0; left--) found.push(await Effect.runPromise(round))
  return {
    looked: found.map(({ looked }) => looked),
    evicted: found.map(({ evicted }) => evicted),
    replaced: found.map(({ replaced }) => replaced)
  }
}

const isEmpty = <Key>(pool: TokenPool.TokenPool<Key>): boolean => Effect.runSync(pool.size) === 0
