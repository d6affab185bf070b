/**
 * Many accounts of one provider, in one process.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as MutableHashMap from "effect/MutableHashMap"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { AccessToken } from "./AccessToken.ts"
import type * as AuthenticatedHttpClient from "./AuthenticatedHttpClient.ts"
import type { Needs } from "./ClientAuthentication.ts"
import * as Account from "./internal/engine/Account.ts"
import { readCredentials } from "./internal/engine/Attempt.ts"
import * as Engine from "./internal/engine/Engine.ts"
import * as Names from "./internal/engine/Names.ts"
import * as State from "./internal/engine/State.ts"
import * as Attach from "./internal/http/attach.ts"
import { credentialsOf, givenOf, type Source } from "./internal/request/account.ts"
import { invalidOption } from "./internal/request/check.ts"
import { resolve, type Resolved } from "./internal/request/resolve.ts"
import { millisOf, notASpan } from "./internal/timeSpan.ts"
import type { Account as AccountOf, Provider } from "./Provider.ts"
import type * as ProviderClient from "./ProviderClient.ts"
import type { TokenError } from "./TokenError.ts"
import type { TokenEvent } from "./TokenEvent.ts"
import { isCertain, type Rejection, type TokenSource } from "./TokenSource.ts"

/**
 * Tokens for any number of accounts, each found by a key of the application's own, such as a tenant's id. Keys are
 * found by equality (`Equal`): a record or a `Data.Class` with equal fields is the same account. Private fields of a
 * class take no part in equality: an object that has no others is an account of its own. A key object that is changed
 * after it was used is still the account that it was at first: leave it as it is, and make another one. An account is made
 * when it is first used, and evicted when it has been idle, or when there are too many.
 *
 * @since 0.1.0
 * @category models
 */
export interface TokenPool<in Key, out Reply = unknown> {
  /** The account's token, valid now. */
  readonly get: (key: Key) => Effect.Effect<AccessToken<Reply>, TokenError>
  /** A new token for the account, whatever is cached. */
  readonly renew: (key: Key) => Effect.Effect<AccessToken<Reply>, TokenError>
  /** Reports that an API refused the account's token, and returns the effect that gets another one: see `TokenSource`. */
  readonly reject: (
    key: Key,
    token: AccessToken,
    rejection?: Rejection
  ) => Effect.Effect<Effect.Effect<AccessToken<Reply>, TokenError> | undefined>
  /** An HTTP client for the provider's API that carries the account's token. It is cheap: one for each request is fine. */
  readonly http: (key: Key) => AuthenticatedHttpClient.AuthenticatedHttpClient
  /** Another HTTP client with the account's token: see `ProviderClient.attach`. */
  readonly attach: (key: Key) => <E, R>(
    client: HttpClient.HttpClient.With<E, R>
  ) => HttpClient.HttpClient.With<E | TokenError, R>
  /**
   * Forgets the account, with its refresh token and remembered refusals. Where a refresh token is the only credential, the
   * newest one stays: the one that `account` returns no longer works.
   */
  readonly forget: (key: Key) => Effect.Effect<void>
  /** How many accounts are cached. */
  readonly size: Effect.Effect<number>
  /** One event for each token request of any account, from now on until the scope closes. It doesn't say of which one. */
  readonly events: Stream.Stream<TokenEvent>
}

/**
 * Options of a pool.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options<Key, A extends Needs> extends ProviderClient.Options {
  /**
   * The account of a key. It is called for each token request and the result is not kept, so that a changed secret is
   * picked up; where that takes time or a secret manager, give the account's secrets as effects.
   */
  readonly account: (key: Key) => AccountOf<A> & {
    /** The scopes to request; the provider's own by default. */
    readonly scopes?: ReadonlyArray<string> | undefined
  }
  /** How many accounts are cached at most. 100,000 by default. */
  readonly capacity?: number | undefined
  /**
   * After what time without use an account is evicted, such as `"10 minutes"`; a number is in milliseconds. One hour by
   * default; `Infinity` for never.
   */
  readonly timeToIdle?: Duration.Input | undefined
}

/**
 * A pool for a provider. It needs the application's `HttpClient` while it is made, and
 * keeps it; token requests run in the scope that it is made in, and end with it. Fails with `InvalidOption` where an
 * option can't be used.
 *
 * A refused password is remembered also where its account is evicted: it is not sent again.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = Effect.fnUntraced(function*<Key, Reply, A extends Needs, P extends Needs>(
  known: Provider<Reply, A, P>,
  options: Options<Key, A> & AccountOf<P>
): Effect.fn.Return<TokenPool<Key, Reply>, TokenError, HttpClient.HttpClient | Scope.Scope> {
  const provider = yield* Effect.fromResult(resolve(known, Object(options)))
  if (!Predicate.isFunction(options?.account)) {
    return yield* invalidOption(provider, "account", "must be a function that returns the credentials of an account")
  }
  const http = yield* HttpClient.HttpClient
  const attachmentOf = Attach.make(provider)
  const capacity = options.capacity ?? 100_000
  if (!(capacity >= 1)) return yield* invalidOption(provider, "capacity", "must be 1 or more")
  const engine = yield* Engine.make(provider, readAnew(provider, options.account), { ...options, capacity })
  const timeToIdle = options.timeToIdle === Infinity ? Infinity : millisOf(options.timeToIdle ?? "1 hour")
  if (timeToIdle === undefined) return yield* invalidOption(provider, "timeToIdle", notASpan)
  const accounts: Accounts<Key, Reply> = MutableHashMap.empty()
  const makeRoom = makingRoom(accounts)
  const names = Names.make()
  const found = (key: Key) => Option.getOrUndefined(MutableHashMap.get(accounts, names.of(key)))
  const clock = yield* Clock.clockWith(Effect.succeed)
  const pause = Math.min(timeToIdle, sweepEvery)
  let sweptAt = clock.currentTimeMillisUnsafe()

  let sweeping: (() => boolean) | undefined

  // Does a part of a sweep, if one is due, and returns whether there is more of it. A timer does it; in a Worker, where a
  // timer ends with the request that made it, each new account does it, too.
  const sweep = (): boolean => {
    if (sweeping === undefined) {
      const sweeps = Math.floor((clock.currentTimeMillisUnsafe() - sweptAt) / pause)
      sweptAt += sweeps * pause
      // A clock that was set back starts a new count.
      if (sweeps > 0) sweeping = evictIdle(accounts, sweeps, Math.ceil(timeToIdle / pause))
    }
    if (sweeping?.() === false) sweeping = undefined
    return sweeping !== undefined
  }

  const accountOf = (key: Key): Account.Account<Key, Reply> => {
    // What is found by reference needs no hash.
    const known = accounts.backing.get(key) ?? found(key)
    if (known !== undefined) {
      known.unused = 0
      return known
    }
    sweep()
    if (MutableHashMap.size(accounts) >= capacity) makeRoom()
    const account = Account.make<Key, Reply>(key)
    MutableHashMap.set(accounts, names.of(key), account)
    return account
  }

  const get = (key: Key) => Effect.suspend(() => engine.get(accountOf(key)))
  const renew = (key: Key) => Effect.suspend(() => engine.renew(accountOf(key)))
  const reject = (key: Key, token: AccessToken, rejection?: Rejection) =>
    Effect.suspend(() => engine.reject(accountOf(key), token, isCertain(rejection), rejection?.request))

  const sourceOf = (key: Key): TokenSource<Reply> => ({
    get: get(key),
    peek: () => engine.peek(accountOf(key)),
    renew: renew(key),
    reject: (token, rejection) => reject(key, token, rejection),
    events: engine.events
  })

  yield* Effect.sleep(pause).pipe(
    Effect.andThen(
      Effect.repeat(Effect.andThen(Effect.yieldNow, Effect.sync(sweep)), { while: (isUnfinished) => isUnfinished })
    ),
    Effect.forever,
    Effect.forkScoped
  )

  return {
    get,
    renew,
    reject,
    http: (key) => Attach.attachTo(http, attachmentOf(sourceOf(key), () => accountOf(key))),
    attach: (key) => Attach.attach(attachmentOf(sourceOf(key), () => accountOf(key))),
    forget: (key) =>
      Effect.sync(() => {
        const known = found(key)
        const keys = known && State.memoryOf(Account.state(known)).failure?.refusal.keys
        if (keys !== undefined) engine.refusals.forget(() => keys)
        MutableHashMap.remove(accounts, names.of(key))
      }),
    size: Effect.sync(() => MutableHashMap.size(accounts)),
    events: engine.events
  }
})

type Accounts<Key, Reply> = MutableHashMap.MutableHashMap<unknown, Account.Account<Key, Reply>>

/** All accounts are looked at, at least this often: a minute. */
const sweepEvery = 60_000

/** How many accounts one new account looks at for one to replace. */
const looks = 64

/** How many accounts a sweep looks at before other work has its turn. */
const part = 1_000

// Evicts those of the next accounts that have been idle, and returns whether there are more.
const evictIdle = <Key, Reply>(accounts: Accounts<Key, Reply>, sweeps: number, atMost: number): () => boolean => {
  const entries = accounts[Symbol.iterator]()
  let left = MutableHashMap.size(accounts)
  return () => {
    for (let looked = 0; looked < part && left > 0; looked++, left--) {
      const entry = entries.next()
      if (entry.done === true) return false
      const [key, account] = entry.value
      if (account.unused >= atMost && isExpendable(account)) MutableHashMap.remove(accounts, key)
      else account.unused += sweeps
    }
    return left > 0
  }
}

// Second chance: evicts the next account that wasn't used since it was last passed over. Neither hits nor this move an
// account: a hot one costs the same among many as alone, and a `Map` whose entries move is made anew every few thousand.
const makingRoom = <Key, Reply>(accounts: Accounts<Key, Reply>): () => void => {
  let entries = accounts[Symbol.iterator]()
  return () => {
    for (let left = Math.min(looks, MutableHashMap.size(accounts)); left > 0; left--) {
      let entry = entries.next()
      if (entry.done === true) {
        entries = accounts[Symbol.iterator]()
        entry = entries.next()
      }
      if (entry.done === true) return
      const [key, account] = entry.value
      if (left === 1 || account.unused > 0 && isExpendable(account)) return void MutableHashMap.remove(accounts, key)
      account.unused ||= 1
    }
  }
}

// What must be remembered of refusals is the engine's, and outlasts the account.
const isExpendable = <Key, Reply>(account: Account.Account<Key, Reply>): boolean =>
  Account.state(account).inFlight === undefined

const readAnew = <Key>(provider: Resolved, account: (key: Key) => object) => (key: Key): Source =>
  Effect.suspend(() => {
    const given: unknown = account(key)
    if (!Predicate.isObject(given) || Predicate.isPromiseLike(given) || Effect.isEffect(given)) {
      const problem = "must return an object with credentials; those that take time to read are effects in it"
      return Effect.fail(invalidOption(provider, "account", problem))
    }
    return Effect.flatMap(credentialsOf(provider, givenOf(provider, given)), readCredentials)
  })
