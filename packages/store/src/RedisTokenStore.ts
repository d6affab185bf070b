/**
 * One token for many processes, through Redis: one of them sends the token request, and the others use its token.
 * Everything is encrypted.
 *
 * @since 0.1.0
 */
import type { Configurable } from "@mintmark/core/ProviderService"
import type { TokenError } from "@mintmark/core/TokenError"
import { TokenStore } from "@mintmark/core/TokenStore"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redis from "effect/persistence/Redis"
import type * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Guard from "./internal/Guard.ts"
import * as StoreOptions from "./internal/Options.ts"
import * as RedisRecords from "./internal/RedisRecords.ts"
import * as SharedStore from "./internal/SharedStore.ts"
import * as TokenCipher from "./internal/TokenCipher.ts"

/**
 * Options of the store.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * The keys that the records in Redis are encrypted with: 32 random bytes each, in Base64 (`openssl rand -base64 32`).
   * The first one writes, all of them read. `layerConfig` reads them from `MINTMARK_STORE_KEYS`, with commas between.
   */
  readonly keys: ReadonlyArray<Redacted.Redacted>
  /** What the names of all keys and channels in Redis begin with. `mintmark:` by default. */
  readonly prefix?: string | undefined
  /** How long one operation may take; what takes longer has failed. 250 ms by default; a number is in milliseconds. */
  readonly budget?: Duration.Input | undefined
  /**
   * How long other processes wait for one that vanished during its token request. A process that lives extends its
   * lease. 5 seconds by default; a number is in milliseconds.
   */
  readonly lease?: Duration.Input | undefined
  /**
   * Whether notifications are sharded (`SPUBLISH`), each on a channel of its own record: for the Redis service that
   * `cluster` makes. `false` by default: they are spread over 256 channels.
   */
  readonly sharded?: boolean | undefined
}

/**
 * Makes every token source that is built with it share its token through Redis.
 *
 * If Redis is slow, unreachable, full, or holds values that can't be read, callers don't fail: tokens then come from
 * this process's own memory, or from the authorization server. Only a refresh token that may be good for one use is not
 * sent meanwhile.
 *
 * Fails with `InvalidOption` where a key or another option can't be used.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<never, TokenError, Redis.Redis> =>
  Layer.effect(TokenStore, make(options))

/**
 * The same, with the keys from `MINTMARK_STORE_KEYS`. Each option can be given as a value, or as a config of your own.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  config: Configurable<Options> = {}
): Layer.Layer<never, TokenError | Config.ConfigError, Redis.Redis> =>
  Layer.effect(
    TokenStore,
    Effect.flatMap(
      Config.all({
        keys: StoreOptions.keys(config),
        prefix: StoreOptions.option(config.prefix),
        budget: StoreOptions.option(config.budget),
        lease: StoreOptions.option(config.lease),
        sharded: StoreOptions.option(config.sharded)
      }),
      make
    )
  )

/**
 * A Redis that an application can start without: it is connected to in the background, and tried again until it is
 * there. The first commands wait for the connection, within the store's budget; where there is none after the first
 * attempt or five seconds, every command fails at once until there is.
 *
 * A setting that is missing fails the Layer, by its name.
 *
 * ```ts
 * import * as NodeRedis from "@effect/platform-node/NodeRedis"
 * import { Routera } from "@mintmark/routera"
 * import * as RedisTokenStore from "@mintmark/store/RedisTokenStore"
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
export const connectInBackground = <E>(
  redis: Layer.Layer<Redis.Redis, E>
): Layer.Layer<Redis.Redis, Extract<E, Config.ConfigError>> =>
  Layer.effect(
    Redis.Redis,
    Effect.gen(function*() {
      const scope = yield* Effect.scope
      const connected = yield* Deferred.make<Redis.Redis["Service"]>()
      const tried = yield* Deferred.make<void>()
      let misconfigured: Extract<E, Config.ConfigError> | undefined
      const attempt = Effect.gen(function*() {
        const own = yield* Scope.fork(scope)
        const context = yield* Layer.buildWithScope(redis, own).pipe(
          Effect.onError((cause) => Scope.close(own, Exit.failCause(cause)))
        )
        yield* Deferred.succeed(connected, Context.get(context, Redis.Redis))
      }).pipe(Effect.ensuring(Deferred.succeed(tried, undefined)))
      const attempts = attempt.pipe(
        Effect.tapError((error) =>
          isConfigError(error)
            ? Effect.andThen(
              Effect.sync(() => {
                misconfigured = error
              }),
              Effect.logError(`The Redis client has no connection: ${error.message}`)
            )
            : Effect.void
        ),
        Effect.retry({ schedule: Guard.backoff, while: (error) => !isConfigError(error) }),
        // What the client throws may hold a password.
        Effect.tapDefect(() => Effect.logError("The Redis client can't be made: look at its options"))
      )
      yield* Effect.forkIn(attempts, scope, { startImmediately: true })
      if (misconfigured !== undefined) return yield* Effect.fail(misconfigured)
      // Some clients try again by themselves, and never report that they have failed.
      yield* Effect.forkIn(Effect.andThen(Effect.sleep("5 seconds"), Deferred.succeed(tried, undefined)), scope)

      // Processes that start together would send a token request each if the first commands didn't wait.
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

const isConfigError = <E>(error: E): error is Extract<E, Config.ConfigError> => error instanceof Config.ConfigError

/**
 * What is needed of a client of Redis Cluster. The cluster client of node-redis, `createCluster`, has it.
 *
 * @since 0.1.0
 * @category models
 */
export interface ClusterClient {
  /** Sends a command to the node that has the key. */
  readonly sendCommand: (
    firstKey: string | undefined,
    isReadonly: boolean | undefined,
    args: Array<string>
  ) => Promise<unknown>
  /** Subscribes to a sharded channel. */
  readonly sSubscribe: (channel: string, listener: (message: string) => unknown) => Promise<unknown>
  /** Ends a subscription. */
  readonly sUnsubscribe: (channel: string, listener: (message: string) => unknown) => Promise<unknown>
}

/**
 * Effect's `Redis` service over the connected client of a cluster: each command goes to the node that has its key, and
 * notifications are sharded. For a store with the option `sharded: true`.
 *
 * @since 0.1.0
 * @category layers
 */
export const cluster = (client: ClusterClient): Layer.Layer<Redis.Redis> =>
  Layer.effect(Redis.Redis, overCluster(client))

/**
 * What is needed of a client that finds its server by Redis Sentinel. That of node-redis, `createSentinel`, has it.
 *
 * @since 0.1.0
 * @category models
 */
export interface SentinelClient {
  /** Sends a command to the current master. */
  readonly sendCommand: (isReadonly: boolean | undefined, args: Array<string>) => Promise<unknown>
  /** Subscribes to a channel. */
  readonly subscribe: (channel: string, listener: (message: unknown) => unknown) => Promise<unknown>
  /** Ends a subscription. */
  readonly unsubscribe: (channel: string, listener: (message: unknown) => unknown) => Promise<unknown>
}

/**
 * Effect's `Redis` service over the connected client of a Sentinel, which follows a failover to the next server.
 *
 * @since 0.1.0
 * @category layers
 */
export const sentinel = (client: SentinelClient): Layer.Layer<Redis.Redis> =>
  Layer.effect(
    Redis.Redis,
    overClient({
      send: (args) => client.sendCommand(false, args),
      subscribe: (channel, listener) => client.subscribe(channel, listener),
      unsubscribe: (channel, listener) => client.unsubscribe(channel, listener)
    })
  )

/**
 * Effect's `Redis` over a cluster. Scripts are sent with their text (`EVAL`): each node has a cache of its own, and a
 * slot may move to another one at any time.
 */
const overCluster = (client: ClusterClient): Effect.Effect<Redis.Redis["Service"], never, Scope.Scope> =>
  Effect.map(
    overClient({
      send: (args) => client.sendCommand(keyOf(args), false, args),
      subscribe: (channel, listener) => client.sSubscribe(channel, listener),
      unsubscribe: (channel, listener) => client.sUnsubscribe(channel, listener)
    }),
    (redis) => ({
      ...redis,
      eval: (script) => (...params) =>
        redis.send("EVAL", script.lua, String(script.numberOfKeys(...params)), ...script.params(...params).map(String))
    })
  )

const keyOf = ([command, ...args]: ReadonlyArray<string>): string | undefined =>
  command === "EVAL" || command === "EVALSHA" ? args[2] : args[0]

/** A client of many connections that it chooses between by itself. */
interface Client extends Pick<SentinelClient, "subscribe" | "unsubscribe"> {
  readonly send: (args: Array<string>) => Promise<unknown>
}

const overClient = (client: Client): Effect.Effect<Redis.Redis["Service"], never, Scope.Scope> => {
  const attempt = <A>(run: () => Promise<A>) =>
    Effect.tryPromise({ try: run, catch: (cause) => new Redis.RedisError({ cause }) })
  return Redis.make({
    // The type is the caller's statement, as it is everywhere in this service.
    send: <A = unknown>(...command: ReadonlyArray<string>) => attempt(() => client.send([...command]) as Promise<A>),
    connect: Effect.fail(new Redis.RedisError({ cause: "there is no one connection to reserve" })),
    subscribe: (channel, onMessage) => {
      const listener = (message: unknown) => onMessage({ channel, message: String(message) })
      return Effect.as(
        Effect.acquireRelease(
          attempt(() => client.subscribe(channel, listener)),
          () => Effect.ignore(attempt(() => client.unsubscribe(channel, listener)))
        ),
        Effect.never
      )
    }
  })
}

const make = Effect.fnUntraced(
  function*(
    { budget = "250 millis", keys, lease = "5 seconds", prefix = "mintmark:", sharded = false }: Options
  ): Effect.fn.Return<TokenStore, TokenError, Redis.Redis | Scope.Scope> {
    const cipher = yield* TokenCipher.make(keys)
    const leased = yield* StoreOptions.duration("lease", lease)
    const records = yield* RedisRecords.make(yield* StoreOptions.service("Redis", Redis.Redis), {
      budget: yield* StoreOptions.duration("budget", budget),
      isSharded: sharded,
      prefix
    })
    return SharedStore.make(records, cipher, {
      prefix,
      lease: leased,
      refreshTokens: true,
      longestFailure: Duration.infinity
    })
  }
)
