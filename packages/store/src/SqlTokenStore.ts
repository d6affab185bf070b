/**
 * One token for many processes, through a table of PostgreSQL: one of them sends the token request, and the others use
 * its token. Everything is encrypted.
 *
 * @since 0.1.0
 */
import type { Configurable } from "@mintmark/core/ProviderService"
import type { TokenError } from "@mintmark/core/TokenError"
import { TokenStore } from "@mintmark/core/TokenStore"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as StoreOptions from "./internal/Options.ts"
import * as SharedStore from "./internal/SharedStore.ts"
import * as SqlRecords from "./internal/SqlRecords.ts"
import * as SqlTable from "./internal/SqlTable.ts"
import * as TokenCipher from "./internal/TokenCipher.ts"

/**
 * Options of the store.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * The keys that the records are encrypted with: 32 random bytes each, in Base64 (`openssl rand -base64 32`). The first
   * one writes, all of them read. `layerConfig` reads them from `MINTMARK_STORE_KEYS`, with commas between.
   */
  readonly keys: ReadonlyArray<Redacted.Redacted>
  /**
   * The table, with or without its schema, in lower-case letters, digits and underscores. `mintmark_tokens` by default.
   */
  readonly table?: string | undefined
  /** What the names of all records begin with, so that applications can use one table. `mintmark:` by default. */
  readonly prefix?: string | undefined
  /** How long one operation may take; what takes longer has failed. 250 ms by default; a number is in milliseconds. */
  readonly budget?: Duration.Input | undefined
  /**
   * How long other processes wait for one that vanished during its token request. A process that lives extends its
   * lease. 5 seconds by default; a number is in milliseconds.
   */
  readonly lease?: Duration.Input | undefined
}

/**
 * Makes every token source that is built with it share its token through PostgreSQL.
 *
 * It needs Effect's `SqlClient` for PostgreSQL, such as that of `@effect/sql-pg`, and a table: see `createTable`. If the
 * database is slow, unreachable or read-only, callers don't fail: tokens then come from this process's own memory, or
 * from the authorization server. Only a refresh token that may be good for one use is not sent meanwhile.
 *
 * A process that waits for another one listens on one channel (`LISTEN`), if the client can; it holds a connection of
 * the pool for that, for as long as it waits and ten seconds longer.
 *
 * Fails with `InvalidOption` where a key or another option can't be used, and where the table is not there, lacks
 * columns, or must not be used by this user: the error has the statement that mends it. A database that can't be reached
 * in five seconds is looked at later.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<never, TokenError, SqlClient> =>
  Layer.effect(TokenStore, make(options))

/**
 * The same, with the keys from `MINTMARK_STORE_KEYS`. Each option can be given as a value, or as a config of your own.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  config: Configurable<Options> = {}
): Layer.Layer<never, TokenError | Config.ConfigError, SqlClient> =>
  Layer.effect(
    TokenStore,
    Effect.flatMap(
      Config.all({
        keys: StoreOptions.keys(config),
        table: StoreOptions.option(config.table),
        prefix: StoreOptions.option(config.prefix),
        budget: StoreOptions.option(config.budget),
        lease: StoreOptions.option(config.lease)
      }),
      make
    )
  )

/**
 * The statement that creates the table, for the tool that your migrations are made with.
 *
 * @since 0.1.0
 * @category migrations
 */
export const createTable = (table: string = defaultTable): string => SqlTable.create(table)

/**
 * Creates the table: a migration for Effect's `Migrator`.
 *
 * ```ts
 * import * as PgMigrator from "@effect/sql-pg/PgMigrator"
 * import * as SqlTokenStore from "@mintmark/store/SqlTokenStore"
 * import * as Effect from "effect/Effect"
 *
 * const migrations = PgMigrator.layer({
 *   loader: Effect.succeed([[1, "mintmark_tokens", Effect.succeed(SqlTokenStore.migration())]])
 * })
 * ```
 *
 * @since 0.1.0
 * @category migrations
 */
export const migration = (table: string = defaultTable): Effect.Effect<void, SqlError, SqlClient> =>
  Effect.flatMap(SqlClient, (client) => Effect.asVoid(client.unsafe(SqlTable.create(table))))

const defaultTable = "mintmark_tokens"

const make = Effect.fnUntraced(
  function*(
    { budget = "250 millis", keys, lease = "5 seconds", prefix = "mintmark:", table = defaultTable }: Options
  ): Effect.fn.Return<TokenStore, TokenError, SqlClient | Scope.Scope> {
    const cipher = yield* TokenCipher.make(keys)
    const sql = yield* StoreOptions.service("SqlClient", SqlClient)
    const leased = yield* StoreOptions.duration("lease", lease)
    const bounded = yield* StoreOptions.duration("budget", budget)
    if (!SqlTable.isName(table)) {
      return yield* StoreOptions.invalidOption("table", "must be a name in lower-case letters, digits and underscores")
    }
    if (!sql.onDialectOrElse({ orElse: () => false, pg: () => true })) {
      return yield* StoreOptions.invalidOption("SqlClient", "must be a client for PostgreSQL")
    }
    return SharedStore.make(yield* SqlRecords.make(sql, { budget: bounded, table }), cipher, {
      prefix,
      lease: leased,
      refreshTokens: true,
      longestFailure: Duration.infinity
    })
  }
)
