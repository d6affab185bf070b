/**
 * Many accounts of one provider, in one process.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import type * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { AccessToken } from "./AccessToken.ts"
import * as AuthenticatedHttpClient from "./AuthenticatedHttpClient.ts"
import { millisOf, notASpan } from "./internal/timeSpan.ts"
import * as TokenState from "./internal/tokenState.ts"
import { invalidOption, type Provider } from "./Provider.ts"
import * as ProviderClient from "./ProviderClient.ts"
import type { TokenError } from "./TokenError.ts"
import * as TokenSource from "./TokenSource.ts"

/**
 * Tokens for any number of accounts, each found by a key of the application's own, such as a tenant's id. What is kept
 * of an account is made when it is first asked for, and let go when it has been idle, or when there are too many.
 *
 * @since 0.1.0
 * @category models
 */
export interface TokenPool<in Key, out Reply = unknown> {
  /** The account's token, valid now. */
  readonly get: (key: Key) => Effect.Effect<AccessToken<Reply>, TokenError>
  /** A new token for the account, whatever there is. */
  readonly renew: (key: Key) => Effect.Effect<AccessToken<Reply>, TokenError>
  /** Says that an API refused the account's token. Acts only if it is still the current one. */
  readonly reject: (key: Key, token: AccessToken) => Effect.Effect<void>
  /** An HTTP client for the provider's API that carries the account's token. Cheap to make: one for each request will do. */
  readonly http: (key: Key) => AuthenticatedHttpClient.AuthenticatedHttpClient
  /** Forgets all that is kept of the account, its refresh token and remembered refusals included. */
  readonly forget: (key: Key) => Effect.Effect<void>
  /** How many accounts something is kept of. */
  readonly size: Effect.Effect<number>
  /** Why tokens were requested, from now on until the scope closes, over all accounts. */
  readonly events: Stream.Stream<TokenSource.TokenEvent>
}

/**
 * What a pool is told besides its provider.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options<Key> extends ProviderClient.Options {
  /**
   * The account of a key. Looked up for each token request and not kept, so that a changed secret is picked up; where
   * that takes time or a secret manager, give the account's secrets as effects.
   */
  readonly account: (key: Key) => ProviderClient.Account
  /** How many accounts are kept at most. 100,000 unless told otherwise. */
  readonly capacity?: number | undefined
  /** After what time without use an account is let go. One hour unless told otherwise; `Infinity` for never. */
  readonly timeToIdle?: Duration.Input | undefined
}

/**
 * A pool for a provider, as `Provider.make` answers it. It needs the application's `HttpClient` while it is made, and keeps it; token requests run in the scope that
 * it is made in, and end with it. Fails with `InvalidOption` where an option can't be used.
 *
 * An account that a refused password is remembered of is the last to be let go: forgotten, it would be tried again.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = Effect.fnUntraced(function*<Key, Reply>(
  known: Result.Result<Provider<Reply>, TokenError>,
  options: Options<Key>
): Effect.fn.Return<TokenPool<Key, Reply>, TokenError, HttpClient.HttpClient | Scope.Scope> {
  const provider = yield* Effect.fromResult(known)
  const carry = yield* Effect.fromResult(
    AuthenticatedHttpClient.make(yield* HttpClient.HttpClient, provider, options)
  )
  const machine = yield* TokenSource.makeMachine(provider, credentialsOf(provider, options.account), options)
  const capacity = options.capacity ?? 100_000
  if (!(capacity >= 1)) return yield* invalidOption(provider, "capacity", "must be 1 or more")
  const timeToIdle = options.timeToIdle === Infinity ? Infinity : millisOf(options.timeToIdle ?? "1 hour")
  if (timeToIdle === undefined) return yield* invalidOption(provider, "timeToIdle", notASpan)
  const accounts = new Map<Key, Account<Key, Reply>>()

  const accountOf = (key: Key): Account<Key, Reply> => {
    const known = accounts.get(key)
    if (known !== undefined) {
      known.unused = 0
      return known
    }
    if (accounts.size >= capacity) makeRoom(accounts)
    const account = { key, state: TokenState.empty, unused: 0 }
    accounts.set(key, account)
    return account
  }

  const get = (key: Key) => Effect.suspend(() => machine.get(accountOf(key)))

  const sourceOf = (key: Key): TokenSource.TokenSource<Reply> => ({
    get: get(key),
    peek: () => machine.peek(accountOf(key)),
    renew: Effect.suspend(() => machine.source(accountOf(key)).renew),
    reject: (token) => Effect.suspend(() => machine.source(accountOf(key)).reject(token)),
    doubt: (token) => Effect.suspend(() => machine.source(accountOf(key)).doubt(token)),
    events: machine.events
  })

  const pause = Math.min(timeToIdle, sweepEvery)
  yield* Effect.sleep(pause).pipe(
    Effect.andThen(Effect.sync(() => letGoOfIdle(accounts, Math.ceil(timeToIdle / pause)))),
    Effect.forever,
    Effect.forkScoped
  )

  return {
    get,
    renew: (key) => sourceOf(key).renew,
    reject: (key, token) => sourceOf(key).reject(token),
    http: (key) => carry(sourceOf(key)),
    forget: (key) => Effect.sync(() => accounts.delete(key)),
    size: Effect.sync(() => accounts.size),
    events: machine.events
  }
})

interface Account<Key, Reply> extends TokenSource.Cell<Key, Reply> {
  /** By how many sweeps in a row it was found unused: all that a hit has to note is 0. */
  unused: number
}

type Accounts<Key, Reply> = Map<Key, Account<Key, Reply>>

/** A look at all accounts, at least this often: a minute. */
const sweepEvery = 60_000

/** How many accounts one newcomer looks at for one to replace. */
const looks = 64

const letGoOfIdle = <Key, Reply>(accounts: Accounts<Key, Reply>, sweeps: number): void => {
  for (const [key, account] of accounts) {
    if (account.unused++ >= sweeps && isExpendable(account.state)) accounts.delete(key)
  }
}

// Second chance: the oldest that wasn't used since it was last passed over. Hits don't move an account, so that a hot
// one costs the same among many as alone.
const makeRoom = <Key, Reply>(accounts: Accounts<Key, Reply>): void => {
  let left = Math.min(looks, accounts.size)
  for (const [key, account] of accounts) {
    accounts.delete(key)
    if (--left === 0 || account.unused > 0 && isExpendable(account.state)) return
    account.unused ||= 1
    accounts.set(key, account)
  }
}

const isExpendable = (state: TokenState.TokenState<unknown, unknown>): boolean =>
  state.flight === undefined && state.besides?.failure?.until !== Infinity

const credentialsOf =
  <Key, Reply>(provider: Provider<Reply>, account: Options<Key>["account"]) => (key: Key): TokenSource.Credentials =>
    Effect.flatMap(
      Effect.suspend(() => ProviderClient.credentialsOf(provider, account(key))),
      TokenSource.readCredentials
    )
