/**
 * Tokens that outlive the process, for a command that is run again and again on one machine: they rest, encrypted, in
 * any `KeyValueStore`, such as a folder.
 *
 * @since 0.1.0
 */
import type { AccessToken } from "@mintmark/core/AccessToken"
import * as Backoff from "@mintmark/core/internal/engine/Backoff"
import * as State from "@mintmark/core/internal/engine/State"
import { TokenError } from "@mintmark/core/TokenError"
import { type Need, type Obtained, request, TokenStore } from "@mintmark/core/TokenStore"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import type * as Redacted from "effect/Redacted"
import * as StoredToken from "./internal/storedToken.ts"
import { met, mishap } from "./internal/storeTelemetry.ts"
import * as TokenCipher from "./internal/tokenCipher.ts"

/**
 * What the store is told.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * The keys that what is stored is encrypted with: 32 random bytes each, in Base64 (`openssl rand -base64 32`). The
   * first writes, any reads.
   */
  readonly keys: ReadonlyArray<Redacted.Redacted>
}

/**
 * Lets every token source that is made with it find the token that an earlier process has left.
 *
 * A refusal is left for later processes, too, and answers them in the server's place: a refused password for 15 minutes,
 * refused credentials for 30 seconds at first, throttling for as long as the server says. `renew` asks all the same, and
 * other credentials are not held back by it.
 *
 * A store that can't be read or written, or holds what is none of ours, costs a token request and a metric, never an
 * error. Refresh tokens are not kept: nothing here could see to it that two processes don't spend one at once. For
 * processes that run side by side there is `RedisTokenStore`.
 *
 * Fails with `InvalidOption` where a key can't be used.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<never, TokenError, KeyValueStore.KeyValueStore> =>
  Layer.effect(TokenStore, make(options))

const make = Effect.fnUntraced(function*(
  { keys }: Options
): Effect.fn.Return<TokenStore, TokenError, KeyValueStore.KeyValueStore> {
  const store = yield* KeyValueStore.KeyValueStore
  const cipher = yield* TokenCipher.make(keys)
  // The store's own error stays behind: it may quote what it choked on.
  const away = Effect.catch(() => Effect.as(mishap("away"), undefined))

  const read = Effect.fnUntraced(function*(name: string) {
    const sealed = yield* away(store.get(name))
    if (sealed === undefined) return undefined
    const text = yield* cipher.open(sealed, name)
    if (text === undefined) yield* mishap("unreadable")
    return text
  })

  const keep = Effect.fnUntraced(function*<Reply>(name: string, need: Need<Reply>, token: AccessToken<Reply>) {
    if (!State.isKept(token)) return
    const text = yield* StoredToken.write(need.provider, { ...token, refreshToken: undefined }, 0)
    if (text === undefined) return yield* mishap("unwritable")
    yield* away(store.set(name, yield* cipher.seal(text, name)))
  })

  const readRefusal = Effect.fnUntraced(function*(name: string) {
    const [, failures, failure] = /^(\d+) (.*)$/s.exec((yield* read(refusalOf(name))) ?? "") ?? []
    const error = failure === undefined ? undefined : yield* StoredToken.readFailure(failure)
    return error?.retryAt === undefined ? undefined : { error, failures: Number(failures), until: error.retryAt }
  })

  const keepRefusal = Effect.fnUntraced(function*(name: string, failures: number, error: TokenError) {
    const now = yield* Clock.currentTimeMillis
    const remembered = Math.min(Backoff.rememberFor(error, failures, now, 0, false), refusedGrantKept)
    const failure = yield* StoredToken.writeFailure(new TokenError({ ...error, retryAt: now + remembered }))
    yield* away(store.set(refusalOf(name), yield* cipher.seal(`${failures} ${failure}`, refusalOf(name))))
  })

  return {
    obtain: Effect.fnUntraced(function*<Reply>(need: Need<Reply>): Effect.fn.Return<Obtained<Reply>, TokenError> {
      const name = yield* cipher.name(need.identity)
      const text = yield* read(name)
      const stored = text === undefined ? undefined : yield* StoredToken.read(need.provider, text, 0)
      if (stored !== undefined && need.accepts(stored, yield* Clock.currentTimeMillis)) {
        yield* met("shared")
        return { token: stored, shared: true }
      }
      const refusal = yield* readRefusal(name)
      if (refusal !== undefined && need.reason !== "forced" && (yield* Clock.currentTimeMillis) < refusal.until) {
        yield* met("told")
        return yield* refusal.error
      }
      const token = yield* Effect.tapError(
        request(need, need.refreshToken),
        (error) => isRefusal(error) ? keepRefusal(name, (refusal?.failures ?? 0) + 1, error) : Effect.void
      )
      yield* met("asked")
      yield* keep(name, need, token)
      if (refusal !== undefined) yield* away(store.remove(refusalOf(name)))
      return { token, shared: false }
    }),
    reject: Effect.fnUntraced(function*(identity, token) {
      const name = yield* cipher.name(identity)
      const text = yield* read(name)
      if (text !== undefined && (yield* StoredToken.holds(text, token))) yield* away(store.remove(name))
    })
  }
})

const refusalOf = (name: string): string => `${name}-refusal`

/** How long later processes are told that a grant was refused: 15 minutes, as a fleet is. */
const refusedGrantKept = 900_000

const isRefusal = ({ reason }: TokenError): boolean =>
  reason._tag === "CredentialsRefused" || reason._tag === "GrantRefused" || reason._tag === "Throttled"
