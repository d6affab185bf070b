/**
 * One token for a whole fleet: tokens rest in Redis, encrypted, and one process asks for all.
 *
 * @since 0.1.0
 */
import { millisOf, notASpan } from "@mintmark/core/internal/timeSpan"
import { invalidOption } from "@mintmark/core/Provider"
import * as Settings from "@mintmark/core/Settings"
import type { TokenError } from "@mintmark/core/TokenError"
import { TokenStore } from "@mintmark/core/TokenStore"
import type * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as Redis from "effect/persistence/Redis"
import type * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as RedisNews from "./internal/redisNews.ts"
import * as Scripts from "./internal/redisScripts.ts"
import * as SharedStore from "./internal/sharedStore.ts"
import { type Shelf, ShelfAway } from "./internal/shelf.ts"
import { type Mishap, mishap } from "./internal/storeTelemetry.ts"
import * as TokenCipher from "./internal/tokenCipher.ts"

/**
 * What the store is told.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * The keys that what rests in Redis is encrypted with: 32 random bytes each, in Base64 (`openssl rand -base64 32`).
   * The first writes, any reads.
   */
  readonly keys: ReadonlyArray<Redacted.Redacted>
  /** What the names of all keys in Redis begin with. `mintmark:` unless told otherwise. */
  readonly prefix?: string | undefined
  /** How long one operation may take; what takes longer counts as failed. 250 milliseconds unless told otherwise. */
  readonly budget?: Duration.Input | undefined
  /**
   * How long the others wait for a process that has died while it was asking. One that lives extends it. 5 seconds
   * unless told otherwise.
   */
  readonly lease?: Duration.Input | undefined
}

/**
 * Lets every token source that is made with it share its token through Redis.
 *
 * A Redis that is slow, down, full or holds rubbish costs a metric: tokens then come from this process's own cache,
 * or from the authorization server. Only a refresh token that may be good for one use is not spent meanwhile.
 *
 * Fails with `InvalidOption` where a key or another option can't be used.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<never, TokenError, Redis.Redis> =>
  Layer.effect(TokenStore, make(options))

/**
 * The same from configuration: `MINTMARK_STORE_KEYS`, commas between the keys. Each option can be replaced by a config
 * of one's own.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  config?: Settings.Configurable<Options>
): Layer.Layer<never, TokenError | Config.ConfigError, Redis.Redis> =>
  Layer.effect(
    TokenStore,
    Effect.flatMap(Settings.config<Options>({}, { keys: TokenCipher.configuredKeys, ...config }), make)
  )

/**
 * A Redis that an application can start without: it is connected to in the background, and tried again for as long as
 * it takes. The first commands wait for the connection, within the store's budget; where there is none after the first
 * attempt or five seconds, every command fails at once until there is.
 *
 * ```ts
 * import * as NodeRedis from "@effect/platform-node/NodeRedis"
 * import * as RedisTokenStore from "@mintmark/store/RedisTokenStore"
 * import { Routera } from "@mintmark/routera"
 * import * as Config from "effect/Config"
 * import * as Effect from "effect/Effect"
 * import * as FetchHttpClient from "effect/http/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const store = RedisTokenStore.layerConfig().pipe(
 *   Layer.provide(RedisTokenStore.connectInBackground(
 *     NodeRedis.layerConfig({ url: Config.String("REDIS_URL"), disableOfflineQueue: Config.succeed(true) })
 *   ))
 * )
 * const RouteraLive = Layer.provide(Routera.layerConfig(), Layer.merge(store, FetchHttpClient.layer))
 *
 * Effect.flatMap(Routera, (routera) => routera.token).pipe(Effect.provide(RouteraLive), Effect.runPromise)
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const connectInBackground = <E>(redis: Layer.Layer<Redis.Redis, E>): Layer.Layer<Redis.Redis> =>
  Layer.effect(
    Redis.Redis,
    Effect.gen(function*() {
      const scope = yield* Effect.scope
      const connected = yield* Deferred.make<Redis.Redis["Service"]>()
      const tried = yield* Deferred.make<void>()
      const attempt = Effect.gen(function*() {
        const own = yield* Scope.fork(scope)
        const context = yield* Layer.buildWithScope(redis, own).pipe(
          Effect.onError((cause) => Scope.close(own, Exit.failCause(cause)))
        )
        yield* Deferred.succeed(connected, Context.get(context, Redis.Redis))
      }).pipe(Effect.ensuring(Deferred.succeed(tried, undefined)))
      // What the client chokes on may hold a password.
      const attempts = Effect.tapDefect(
        Effect.retry(attempt, backoff),
        () => Effect.logError("The Redis client can't be made: look at its options")
      )
      yield* Effect.forkIn(attempts, scope)
      // Some clients try again by themselves, and never say that they have failed.
      yield* Effect.forkIn(Effect.andThen(Effect.sleep("5 seconds"), Deferred.succeed(tried, undefined)), scope)

      // A fleet that starts together would ask once for each process if nobody waited for the first connection.
      const use = <A, R>(f: (redis: Redis.Redis["Service"]) => Effect.Effect<A, Redis.RedisError, R>) =>
        Effect.flatMap(Deferred.await(tried), () =>
          Deferred.isDoneUnsafe(connected)
            ? Effect.flatMap(Deferred.await(connected), f)
            : Effect.fail(new Redis.RedisError({ cause: "not connected yet" })))
      return {
        send: (command, ...args) => use((redis) => redis.send(command, ...args)),
        eval: (script) => (...params) => use((redis) => redis.eval(script)(...params)),
        reserve: use((redis) => redis.reserve),
        subscribe: (channel) => Effect.flatMap(Deferred.await(connected), (redis) => redis.subscribe(channel))
      }
    })
  )

const make = Effect.fnUntraced(
  function*({ budget = "250 millis", keys, lease = "5 seconds", prefix = "mintmark:" }: Options): Effect.fn.Return<
    TokenStore,
    TokenError,
    Redis.Redis | CircuitBreaker.CircuitBreakerStore | Scope.Scope
  > {
    const cipher = yield* TokenCipher.make(keys)
    const leaseMillis = yield* spanOf("lease", lease)
    const budgetMillis = yield* spanOf("budget", budget)
    const shelf = yield* makeShelf(yield* Redis.Redis, `${prefix}news`, Duration.millis(budgetMillis))
    return SharedStore.make(shelf, cipher, { prefix, lease: Duration.millis(leaseMillis) })
  },
  Effect.provide(CircuitBreaker.layerStoreMemory())
)

const spanOf = (option: string, input: Duration.Input): Effect.Effect<number, TokenError> => {
  const millis = millisOf(input)
  return millis === undefined
    ? Effect.fail(invalidOption({ id: "token store", settings: {} }, option, notASpan))
    : Effect.succeed(millis)
}

const makeShelf = Effect.fnUntraced(function*(
  redis: Redis.Redis["Service"],
  channel: string,
  budget: Duration.Duration
): Effect.fn.Return<Shelf, never, CircuitBreaker.CircuitBreakerStore | Scope.Scope> {
  const breaker = yield* CircuitBreaker.make({ tripPolicy: CircuitBreaker.consecutive(3), openDuration: backoff })
  const away = (kind: Mishap) => Effect.andThen(mishap(kind), Effect.fail(new ShelfAway()))

  // A process that was held up itself finds the reply waiting: it hears that before it gives up.
  const overtime = Effect.interruptible(Effect.andThen(Effect.sleep(budget), Effect.sleep(1)))

  // What Redis, its client or a reply of a strange shape come up with is counted, and goes no further.
  const within = <A>(operation: Effect.Effect<A, Redis.RedisError>): Effect.Effect<A, ShelfAway> =>
    Effect.interruptible(operation).pipe(
      Effect.catchDefect(Effect.fail),
      Effect.catch(() => away("away")),
      Effect.raceFirst(Effect.andThen(overtime, away("slow"))),
      breaker.execute({ key: channel }),
      Effect.catchTag("CircuitBreakerError", () => away("held_off"))
    )

  return {
    look: (name, claim) =>
      within(Effect.map(
        redis.eval(Scripts.look)(name, claim),
        (
          [now, generation, token = "", rejected, spending, failure = "", failureLeft, failures, fence, leaseLeft]
        ) => ({
          now: Number(now),
          generation: Number(generation),
          token,
          isRejected: rejected === generation,
          isSpent: spending === generation,
          failure,
          failureLeft: Number(failureLeft),
          failures: Number(failures),
          fence: Number(fence),
          leaseLeft: Number(leaseLeft)
        })
      )),
    change: (name, owner, change) =>
      within(Effect.map(redis.eval(Scripts.change)(name, owner, channel, change), (done) => done === 1)),
    reject: (name, generation) => Effect.asVoid(within(redis.eval(Scripts.reject)(name, generation))),
    news: yield* RedisNews.make(redis, channel, backoff)
  }
})

/** The waits while Redis is away: 1 s, doubled up to 15 s. */
const backoff = Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("15 seconds")])
