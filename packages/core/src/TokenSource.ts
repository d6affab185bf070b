/**
 * The service that gets an access token, keeps it fresh, and lets it go when an API refuses it.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as HttpClient from "effect/http/HttpClient"
import * as Random from "effect/Random"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type * as AccessToken from "./AccessToken.ts"
import * as Backoff from "./Backoff.ts"
import * as Announcements from "./internal/announcements.ts"
import { within } from "./internal/deadline.ts"
import * as Telemetry from "./internal/telemetry.ts"
import { millisOf, notASpan } from "./internal/timeSpan.ts"
import * as TokenState from "./internal/tokenState.ts"
import { invalidOption, type Provider } from "./Provider.ts"
import * as TokenEndpoint from "./TokenEndpoint.ts"
import * as TokenError from "./TokenError.ts"
import * as TokenRequest from "./TokenRequest.ts"
import * as TokenResponse from "./TokenResponse.ts"
import { type Obtained, TokenStore } from "./TokenStore.ts"

/**
 * Why a token request was made.
 *
 * - `first`: there was no token yet
 * - `due`: the token was about to end, and was still served
 * - `expired`: the token had ended
 * - `rejected`: an API refused the token
 * - `forced`: `renew` was called
 *
 * @since 0.1.0
 * @category models
 */
export type Reason = "first" | "due" | "expired" | "rejected" | "forced"

/**
 * One flight, told when it is over: the answer to "why was a token requested".
 *
 * @since 0.1.0
 * @category models
 */
export interface TokenEvent {
  /** The provider's id. */
  readonly provider: string
  readonly reason: Reason
  /**
   * `obtained`, `same` (the server handed the same token out again), `shared` (the token that another process asked
   * for), or the tag of the error's reason.
   */
  readonly outcome: "obtained" | "same" | "shared" | TokenError.Reason["_tag"]
  /** Whether a token request was made. What came without one came from another process, or got no further than here. */
  readonly requested: boolean
  /** When the flight began, in milliseconds since the Unix epoch. */
  readonly startedAt: number
  /** When it was over, likewise. */
  readonly endedAt: number
}

/**
 * A source of access tokens for one account and one set of scopes.
 *
 * @since 0.1.0
 * @category models
 */
export interface TokenSource<out Reply = unknown> {
  /**
   * A token that is valid now. Costs a look at a cell and at the clock while the token is fresh; else as the state
   * machine in the README has it. Time is told by the `Clock` that the source was made with, whoever calls.
   */
  readonly get: Effect.Effect<AccessToken.AccessToken<Reply>, TokenError.TokenError>
  /**
   * The token, where it is at hand and needs no further thought; `undefined` where `get` is to be asked. For code that
   * can't afford to run an effect for each look.
   */
  readonly peek: () => AccessToken.AccessToken<Reply> | undefined
  /**
   * A new token, whatever there is. Forgets remembered refusals; only where a refresh token may have been spent by a
   * request whose reply was lost, it isn't sent again in a hurry. Joins a token request that is under way.
   */
  readonly renew: Effect.Effect<AccessToken.AccessToken<Reply>, TokenError.TokenError>
  /**
   * Says that an API refused this token. Acts only if it is still the current one, so that ten thousand callers who
   * saw the same 401 cost one token request.
   */
  readonly reject: (token: AccessToken.AccessToken) => Effect.Effect<void>
  /**
   * Says that an API refused a request with this token, perhaps not for the token's sake: a 403 may mean a missing
   * right. Another token is asked for, as rarely as `reject` does it, and this one is served meanwhile.
   *
   * Answers the wait for the other token, which ends with this one if no other can be had; `undefined` where none is
   * asked for.
   */
  readonly doubt: (
    token: AccessToken.AccessToken
  ) => Effect.Effect<Effect.Effect<AccessToken.AccessToken<Reply>, TokenError.TokenError> | undefined>
  /**
   * What happens from now on, one event a flight, until the scope closes. A subscriber that is slow misses old events,
   * and delays nobody.
   */
  readonly events: Stream.Stream<TokenEvent>
}

/**
 * What a source may be told besides provider and credentials.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** How long a caller may wait for one flight, retries included. 30 seconds unless told otherwise. */
  readonly deadline?: Duration.Input | undefined
}

/**
 * Credentials, or an effect that reads them anew for each token request, so that a rotated secret is picked up.
 *
 * @since 0.1.0
 * @category models
 */
export type Credentials = TokenRequest.Credentials | Effect.Effect<TokenRequest.Credentials, TokenError.TokenError>

/**
 * A source for one account. It needs the application's `HttpClient` while it is made, and keeps it: what callers
 * provide later makes no difference. Token requests run in the scope that it is made in, and end with it. Fails with
 * `InvalidOption` where an option can't be used.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <Reply>(
  provider: Provider<Reply>,
  credentials: Credentials,
  options?: Options
): Effect.Effect<TokenSource<Reply>, TokenError.TokenError, HttpClient.HttpClient | Scope.Scope> =>
  Effect.map(makeMachine(provider, () => credentials, options), (machine) => machine.source(machine.cell(undefined)))

/**
 * A source for any number of accounts of one provider: what `make` makes for one.
 *
 * @internal
 */
export interface Machine<Key, Reply> {
  readonly cell: (key: Key) => Cell<Key, Reply>
  /** The step that each read of a cached token takes. */
  readonly get: (cell: Cell<Key, Reply>) => Effect.Effect<AccessToken.AccessToken<Reply>, TokenError.TokenError>
  readonly peek: (cell: Cell<Key, Reply>) => AccessToken.AccessToken<Reply> | undefined
  readonly source: (cell: Cell<Key, Reply>) => TokenSource<Reply>
  readonly events: Stream.Stream<TokenEvent>
}

/**
 * One account: what its credentials are found by, and the state that the machine keeps of it.
 *
 * @internal
 */
export interface Cell<Key, Reply> {
  readonly key: Key
  state: TokenState.TokenState<Reply, Flight<Reply>>
}

/**
 * A token request that is under way, and everybody who waits for it.
 *
 * @internal
 */
export interface Prepared {
  readonly credentials: TokenRequest.Credentials
  readonly identity: Redacted.Redacted
  readonly request: Result.Result<TokenRequest.TokenRequest, TokenError.TokenError>
}

interface Flight<Reply> {
  readonly reason: Reason
  readonly done: Deferred.Deferred<AccessToken.AccessToken<Reply>, TokenError.TokenError>
  /** Who asks, known once the credentials are read. */
  identity: Redacted.Redacted | undefined
  /** Whether a token request was made. */
  requested: boolean
  /** Whether a refresh token was sent, and may have been taken. */
  spentRefreshToken: boolean
}

/**
 * @internal
 */
export const makeMachine = Effect.fnUntraced(function*<Key, Reply>(
  provider: Provider<Reply>,
  credentialsOf: (key: Key) => Credentials,
  options: Options = {}
): Effect.fn.Return<Machine<Key, Reply>, TokenError.TokenError, HttpClient.HttpClient | Scope.Scope> {
  type Token = AccessToken.AccessToken<Reply>
  type Account = Cell<Key, Reply>
  type Answer = Effect.Effect<Token, TokenError.TokenError>

  const exchange = TokenEndpoint.make(provider, yield* HttpClient.HttpClient)
  const read = TokenResponse.makeReader(provider)
  // One clock for all that is kept, whoever asks for it: what two clocks say can't be compared.
  const clock = yield* Clock.clockWith(Effect.succeed)
  const store = yield* TokenStore
  // Over when the scope closes, and not before the flights are.
  const events = yield* Announcements.make<TokenEvent>()
  const run = yield* FiberSet.makeRuntime<never>()
  const deadline = millisOf(options.deadline ?? TokenEndpoint.defaultDeadline)
  if (deadline === undefined) return yield* invalidOption(provider, "deadline", notASpan)

  const unavailable = (kind: TokenError.Unavailable["kind"]) =>
    new TokenError.TokenError({
      provider: provider.id,
      reason: new TokenError.Unavailable({ kind })
    })

  // -- what a caller does ---------------------------------------------------------------------------------------------

  // A deadline is kept by the clock that nobody sets.
  const monotonic = (): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6

  let seen = TokenState.never

  const look = (): TokenState.Now => {
    const wall = clock.currentTimeMillisUnsafe()
    return seen = TokenState.compareClocks(seen, wall, monotonic())
  }

  const fresh = ({ state }: Account): TokenState.Held<Reply> | undefined =>
    TokenState.isFresh(state, seen, clock.currentTimeMillisUnsafe()) ? state.held : undefined

  const get = (cell: Account): Answer => fresh(cell) ?? answer(cell, rounds)

  const peek = (cell: Account): Token | undefined => TokenState.tokenOf(fresh(cell))

  const answer = (cell: Account, round: number): Answer => {
    const { state } = cell
    const decision = TokenState.decide(state, look())
    if (decision.answer !== undefined) {
      if (decision.renew) launch(cell, "due")
      return decision.answer
    }
    // After the wait the token is looked at again: the process may have slept through its life.
    return Effect.flatMap(
      Deferred.await((state.flight ?? launch(cell, decision.reason)).done),
      (token) =>
        !TokenState.isKept(token)
          ? Effect.succeed(token)
          : round === 0
          ? Effect.fail(unavailable("timeout"))
          : answer(cell, round - 1)
    )
  }

  const renew = (cell: Account): Answer =>
    Effect.suspend(() => {
      cell.state = TokenState.forgiven(cell.state)
      return Deferred.await((cell.state.flight ?? launch(cell, "forced")).done)
    })

  const reject = (cell: Account, token: AccessToken.AccessToken): Effect.Effect<void> =>
    Effect.sync(() => {
      const before = cell.state
      cell.state = TokenState.rejected(before, token, look())
      const { identity } = TokenState.besides(before)
      if (cell.state !== before && identity !== undefined && store.reject !== undefined) {
        run(store.reject(identity, token))
      }
    })

  const doubt = (cell: Account, token: AccessToken.AccessToken): Effect.Effect<Answer | undefined> =>
    Effect.sync(() => {
      const before = cell.state
      const now = look()
      if (!TokenState.isServed(before, token, now)) return Effect.suspend(() => get(cell))
      cell.state = TokenState.doubted(before, token, now)
      const flight = cell.state === before ? before.flight : launch(cell, "rejected")
      return flight && Effect.matchEffect(Deferred.await(flight.done), {
        // What can't be kept is for those who waited for it.
        onSuccess: (token) => TokenState.isKept(token) ? get(cell) : Effect.succeed(token),
        // Nobody with a valid token has to know.
        onFailure: () => get(cell)
      })
    })

  // -- what a flight does ---------------------------------------------------------------------------------------------

  const launch = (cell: Account, reason: Reason): Flight<Reply> => {
    const flight: Flight<Reply> = {
      reason,
      done: Deferred.makeUnsafe(),
      identity: undefined,
      requested: false,
      spentRefreshToken: false
    }
    cell.state = { ...cell.state, flight }
    run(fly(cell, flight)).addObserver(() => {
      // Only a scope that has closed ends a flight without landing it.
      if (Deferred.isDoneUnsafe(flight.done)) return
      Deferred.doneUnsafe(flight.done, Exit.fail(unavailable("closed")))
      cell.state = { ...cell.state, flight: undefined }
    })
    return flight
  }

  const fly = (cell: Account, flight: Flight<Reply>): Effect.Effect<void> =>
    Effect.withFiber((fiber) => {
      const started = look()
      // Drawn once: a token that is fresh when it is chosen is fresh when it is kept.
      const random = fiber.getRef(Random.Random).nextDoubleUnsafe()
      const conclude = (result: Result.Result<Obtained<Reply>, TokenError.TokenError>): void => {
        const landed = look()
        const { exit, outcome } = land(cell, flight, result, started, landed, random)
        if (outcome !== undefined) {
          const event = {
            provider: provider.id,
            reason: flight.reason,
            outcome,
            requested: flight.requested,
            startedAt: started.wall,
            endedAt: landed.wall
          }
          Telemetry.count(event, fiber.context)
          events.tell(event)
        }
        Deferred.doneUnsafe(flight.done, exit)
      }
      return Effect.suspend(() => obtain(cell, flight, started.wall, random)).pipe(
        // What isn't an error of ours: a defect, or something that the flight waited for and that somebody has ended.
        Effect.catchCause((cause) => {
          const error = Cause.squash(cause)
          return Effect.fail(error instanceof TokenError.TokenError ? error : unavailable("credentials"))
        }),
        Telemetry.span(provider.id, flight.reason),
        Effect.matchEager({
          onFailure: (error) => conclude(Result.fail(error)),
          onSuccess: (obtained) => conclude(Result.succeed(obtained))
        })
      )
    })

  const land = (
    cell: Account,
    flight: Flight<Reply>,
    result: Result.Result<Obtained<Reply>, TokenError.TokenError>,
    started: TokenState.Now,
    landed: TokenState.Now,
    random: number
  ): {
    readonly exit: Exit.Exit<Token, TokenError.TokenError>
    /** `undefined` where nobody was asked. */
    readonly outcome: TokenEvent["outcome"] | undefined
  } => {
    const before = cell.state
    if (Result.isSuccess(result)) {
      const { shared, token } = result.success
      // An identity is longer than all the rest that is kept of an account: only who needs it later keeps it.
      const identity = store.reject === undefined && token.refreshToken === undefined ? undefined : flight.identity
      cell.state = TokenState.obtained(before, token, identity, started, random)
      return {
        exit: Exit.succeed(token),
        outcome: shared ? "shared" : TokenState.isSame(before, token) ? "same" : "obtained"
      }
    }
    const attempt = { ...flight, rereads: Effect.isEffect(credentialsOf(cell.key)) }
    const after = TokenState.failed(before, result.failure, attempt, landed, random)
    cell.state = after
    return {
      exit: after.besides.failure.exit,
      outcome: result.failure === before.besides?.failure?.error ? undefined : result.failure.reason._tag
    }
  }

  const obtain = (
    cell: Account,
    flight: Flight<Reply>,
    startedAt: number,
    random: number
  ): Effect.Effect<Obtained<Reply>, TokenError.TokenError> => {
    const until = monotonic() + deadline
    const { failure, unkept } = TokenState.besides(cell.state)
    const { reason } = flight
    const ask = (credentials: TokenRequest.Credentials) => {
      const { identity } = prepare(credentials)
      flight.identity = identity
      const now = look()
      const forbidden = TokenState.forbids(failure, identity, now)
      if (forbidden !== undefined) return forbidden.exit
      return store.obtain({
        provider,
        identity,
        reason,
        refreshToken: provider.renewsWithRefreshToken
          ? TokenState.refreshTokenFor(cell.state, identity, now.wall)
          : undefined,
        servedUntil: reason !== "forced" && now.wall + now.setBack < cell.state.expiresAt
          ? cell.state.expiresAt - now.setBack
          : undefined,
        until,
        accepts: (token, now) => TokenState.accepts(cell.state, reason, token, startedAt, now, random),
        renew: (refreshToken) =>
          Effect.tapError(send(flight, credentials, refreshToken, until), renewalFailed(cell, flight)),
        ask: send(flight, credentials, undefined, until)
      })
    }
    const begin = () => {
      const provided = credentialsOf(cell.key)
      return Effect.isEffect(provided)
        ? Effect.flatMap(within(provided, deadline, () => Effect.fail(unavailable("credentials"))), ask)
        : ask(provided)
    }
    return reason === "forced" || unkept === 0
      ? begin()
      : Effect.flatMap(Effect.sleep(Backoff.unkeptPause(unkept)), begin)
  }

  // Credentials that stay the same make the same request.
  let prepared: Prepared | undefined

  const prepare = (credentials: TokenRequest.Credentials): Prepared => {
    if (prepared?.credentials !== credentials) {
      prepared = {
        credentials,
        identity: TokenRequest.identity(provider, credentials),
        request: TokenRequest.make(provider, credentials)
      }
    }
    return prepared
  }

  const renewalFailed = (cell: Account, flight: Flight<Reply>) => (error: TokenError.TokenError) => {
    flight.spentRefreshToken = mayHaveArrived(error)
    return error.reason._tag === "GrantRefused"
      ? Effect.sync(() => {
        cell.state = TokenState.withoutRefreshToken(cell.state)
      })
      : Effect.void
  }

  const send = (
    flight: Flight<Reply>,
    credentials: TokenRequest.Credentials,
    refreshToken: AccessToken.RefreshToken | undefined,
    until: number
  ): Answer => {
    const attempt = (request: TokenRequest.TokenRequest, count: number): Answer => {
      const left = () => until - monotonic()
      const failed = (error: TokenError.TokenError): Answer =>
        Effect.flatMap(Random.next, (random) => {
          const wait = Backoff.retryDelay(count, random)
          return count === Backoff.attempts || !mayRepeat(error, refreshToken !== undefined) || left() < wait
            ? Effect.fail(error)
            : Effect.flatMap(Effect.sleep(wait), () => attempt(request, count + 1))
        })
      return Effect.matchEffect(exchange(request, Duration.millis(Math.max(0, left()))), {
        onFailure: failed,
        onSuccess: (response) =>
          Result.match(read(request, response), {
            onFailure: failed,
            onSuccess: (token) => Effect.succeed({ ...token, refreshToken: token.refreshToken ?? refreshToken })
          })
      })
    }
    return Effect.suspend(() => {
      const request = refreshToken === undefined
        ? prepare(credentials).request
        : TokenRequest.make(provider, credentials, refreshToken.value)
      if (Result.isFailure(request)) return Effect.fail(request.failure)
      flight.requested = true
      return attempt(request.success, 1)
    })
  }

  return {
    cell: (key) => ({ key, state: TokenState.empty }),
    get,
    peek,
    source: (cell) => ({
      get: Effect.suspend(() => get(cell)),
      peek: () => peek(cell),
      renew: renew(cell),
      reject: (token) => reject(cell, token),
      doubt: (token) => doubt(cell, token),
      events: events.stream
    }),
    events: events.stream
  }
})

/**
 * @internal
 */
export const readCredentials = (
  credentials: Credentials
): Effect.Effect<TokenRequest.Credentials, TokenError.TokenError> =>
  Effect.isEffect(credentials) ? credentials : Effect.succeed(credentials)

/** How often a caller waits anew for a token that ended before the caller woke up. */
const rounds = 2

const mayHaveArrived = ({ reason }: TokenError.TokenError): boolean =>
  reason._tag === "ReplyNotUnderstood" || reason._tag === "Unavailable" && reason.kind !== "connection"

// A refresh token that may have arrived may be spent.
const mayRepeat = (error: TokenError.TokenError, spendsRefreshToken: boolean): boolean =>
  error.reason._tag === "Unavailable"
  && error.retryAt === undefined
  && error.reason.kind !== "timeout"
  && !(spendsRefreshToken && mayHaveArrived(error))
