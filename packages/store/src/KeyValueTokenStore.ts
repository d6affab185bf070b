/**
 * Tokens that outlive the process, for a command that runs again and again on one machine: they are kept, encrypted, in
 * any `KeyValueStore`, such as a folder.
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
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Guard from "./internal/Guard.ts"
import * as KeyValueRecords from "./internal/KeyValueRecords.ts"
import * as StoreOptions from "./internal/Options.ts"
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
   * The keys that what is stored is encrypted with: 32 random bytes each, in Base64 (`openssl rand -base64 32`). The
   * first one writes, all of them read. `layerConfig` reads them from `MINTMARK_STORE_KEYS`, with commas between.
   */
  readonly keys: ReadonlyArray<Redacted.Redacted>
}

/**
 * Makes every token source that is built with it use the token that an earlier process has stored.
 *
 * A refusal is stored for later processes, too, for 15 minutes at most: a refused password for 15 minutes, refused
 * client credentials for 30 seconds at first, throttling for as long as the server says. `renew` sends a request anyway,
 * and other credentials are not affected.
 *
 * A store that can't be read or written, takes longer than half a second, or holds values that can't be read, costs a token
 * request and a metric, never an error. Refresh tokens are not stored: nothing here could keep two processes from
 * sending the same one. For processes that run side by side there are `RedisTokenStore` and `SqlTokenStore`.
 *
 * One kind of refresh token is stored: where the account's own grant is one (`grant: Grant.refreshToken` with
 * `renewal: Grant.refreshToken`), the newest is kept before its access token is used, and the next process sends it.
 * Run one such process at a time. It is kept for good. While the store can't be read or written, nothing is sent: the
 * refresh token in the configuration may have been replaced.
 *
 * Fails with `InvalidOption` where a key can't be used.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<never, TokenError, KeyValueStore.KeyValueStore> =>
  Layer.effect(TokenStore, make(options))

/**
 * The same, with the keys from `MINTMARK_STORE_KEYS`. The option can be given as a value, or as a config of your own.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  config: Configurable<Options> = {}
): Layer.Layer<never, TokenError | Config.ConfigError, KeyValueStore.KeyValueStore> =>
  Layer.effect(TokenStore, Effect.flatMap(Config.all({ keys: StoreOptions.keys(config) }), make))

const make = Effect.fnUntraced(function*(
  { keys }: Options
): Effect.fn.Return<TokenStore, TokenError, KeyValueStore.KeyValueStore | Scope.Scope> {
  const cipher = yield* TokenCipher.make(keys)
  const entries = yield* StoreOptions.service("KeyValueStore", KeyValueStore.KeyValueStore)
  return SharedStore.make(KeyValueRecords.make(entries, yield* Guard.make(Duration.millis(500))), cipher, {
    prefix: "",
    lease: Duration.zero,
    refreshTokens: false,
    longestFailure: Duration.minutes(15)
  })
})
