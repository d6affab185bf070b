import type * as AccessToken from "@mintmark/core/AccessToken"
import * as Backoff from "@mintmark/core/internal/engine/Backoff"
import * as State from "@mintmark/core/internal/engine/State"
import { TokenError, Unavailable } from "@mintmark/core/TokenError"
import { type Need, type Obtained, request, type TokenStore } from "@mintmark/core/TokenStore"
import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Random from "effect/Random"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { type Change, largestField, type Record, type Shelf, type ShelfAway } from "./shelf.ts"
import * as StoredToken from "./storedToken.ts"
import { met, mishap } from "./storeTelemetry.ts"
import type { TokenCipher } from "./tokenCipher.ts"

/*
 * How the processes of a fleet share one token:
 *
 *   look at the record --- its token would do ----------------------------------> use it
 *     | a failure answers in the server's place --------------------------------> fail with it
 *     | somebody else has the lease --------- wait for news, look again
 *     | the lease is ours now: ask, write, give the lease back -----------------> use the new token
 *     | the shelf is away ------------------------------------------------------> ask for ourselves
 *
 * A refresh token may be good for one use only, and a second use can end the whole session. So it is marked before it
 * is spent, and nobody touches a marked one again: who dies, or is lost sight of, in between leaves the mark behind,
 * and the next one asks with the primary grant. For the same reason a refresh token that was ever shared is spent only
 * where the record confirms it.
 */

/** The lease went to somebody else. */
class LeaseLost extends Data.TaggedError("LeaseLost")<{}> {}

/** A record with its parts opened. */
interface Opened<Reply> extends Record {
  readonly entry: AccessToken.AccessToken<Reply> | undefined
  /** By how much this process's clock may be ahead of the shelf's, at least and at most. */
  readonly ahead: { readonly least: number; readonly most: number }
}

export const make = (
  shelf: Shelf,
  cipher: TokenCipher,
  { lease, prefix }: { readonly lease: Duration.Duration; readonly prefix: string }
): TokenStore => {
  const leaseMillis = Math.ceil(Duration.toMillis(lease))
  /** The refresh tokens that others may know, too. */
  const shared = new WeakSet<AccessToken.RefreshToken>()

  const nameOf = (identity: Redacted.Redacted) => Effect.map(cipher.name(identity), (hash) => prefix + hash)

  const obtain = <Reply>(need: Need<Reply>): Effect.Effect<Obtained<Reply>, TokenError> =>
    Effect.flatMap(nameOf(need.identity), (name) => together(name, need)).pipe(
      Effect.catchTag("ShelfAway", () => alone(need))
    )

  const together = Effect.fnUntraced(function*<Reply>(
    name: string,
    need: Need<Reply>
  ): Effect.fn.Return<Obtained<Reply>, TokenError | ShelfAway> {
    const owner = SecureRandom.uuidV4Unsafe()
    let known = 0
    let force = need.reason === "forced"
    for (let waits = 0;;) {
      // A look that was given up may still take the lease: then nobody else has to wait for its end.
      const record = yield* look(name, need, { owner, lease: leaseMillis, known, force }).pipe(
        Effect.onExitIf(Exit.isFailure, () => Effect.forkDetach(giveBack(name, owner)))
      )
      const { entry } = record
      if (entry !== undefined && !record.isRejected && need.accepts(entry, yield* Clock.currentTimeMillis)) {
        if (record.fence > 0) yield* giveBack(name, owner)
        yield* met("shared")
        return { token: entry, shared: true }
      }
      if (record.fence > 0) {
        const held = yield* Effect.result(hold(name, owner, need, record))
        if (Result.isSuccess(held)) return held.success
        if (held.failure._tag !== "LeaseLost") return yield* held.failure
      } else if (record.generation > known) {
        known = record.generation
      } else if (record.failureLeft > 0 && !force) {
        const failure = yield* openFailure(name, record)
        if (failure !== undefined) {
          yield* met("told")
          return yield* failure
        }
        force = true
      } else {
        const left = need.until - Number(yield* Clock.monotonicTimeNanos) / 1e6
        if (left <= 0) return yield* unavailable(need, "timeout")
        const pause = pauseOf(++waits, yield* Random.next)
        yield* shelf.news(name, Math.min(pause, record.leaseLeft + 1, left))
      }
    }
  })

  // -- with the lease -------------------------------------------------------------------------------------------------

  const hold = <Reply>(
    name: string,
    owner: string,
    need: Need<Reply>,
    record: Opened<Reply>
  ): Effect.Effect<Obtained<Reply>, TokenError | ShelfAway | LeaseLost> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function*() {
        const result = yield* ask(name, owner, need, record).pipe(
          Effect.raceFirst(extendForever(name, owner)),
          restore,
          Effect.onInterrupt(() => giveBack(name, owner)),
          Effect.result
        )
        // From here on a scope that closes waits: a reply that came is kept.
        if (Result.isSuccess(result)) return yield* keep(name, owner, need, record, result.success)
        return yield* result.failure._tag === "TokenError"
          ? tell(name, owner, record, result.failure)
          : result.failure
      })
    )

  const ask = <Reply>(
    name: string,
    owner: string,
    need: Need<Reply>,
    record: Opened<Reply>
  ): Effect.Effect<AccessToken.AccessToken<Reply>, TokenError | ShelfAway | LeaseLost> => {
    const recorded = record.entry?.refreshToken
    if (!need.provider.renewsWithRefreshToken || recorded === undefined) return request(need, privateRefreshToken(need))
    if (record.isSpent) return Effect.andThen(mishap("refresh_token_lost"), request(need, privateRefreshToken(need)))
    // Whether the mark was made can't be known where its answer is lost. Nobody has to wait for the lease's end then.
    const mark = changeAsOwner(name, owner, { lease: leaseMillis, set: { spending: record.generation } }).pipe(
      Effect.tapErrorTag("ShelfAway", () => Effect.forkDetach(giveBack(name, owner)))
    )
    const unmark = Effect.ignore(shelf.change(name, owner, { lease: leaseMillis, remove: ["spending"] }))
    return Effect.andThen(
      mark,
      request({
        ask: need.ask,
        renew: (refreshToken) =>
          Effect.tapError(need.renew(refreshToken), (error) => isUnspent(error) ? unmark : Effect.void)
      }, recorded)
    )
  }

  const keep = Effect.fnUntraced(function*<Reply>(
    name: string,
    owner: string,
    need: Need<Reply>,
    record: Opened<Reply>,
    token: AccessToken.AccessToken<Reply>
  ): Effect.fn.Return<Obtained<Reply>> {
    yield* met("asked")
    const asked = { token, shared: false }
    const refreshToken = need.provider.renewsWithRefreshToken ? token.refreshToken : undefined
    if (!State.isKept(token) && refreshToken === undefined) {
      yield* giveBack(name, owner)
      return asked
    }
    const text = yield* StoredToken.write(need.provider, { ...token, refreshToken }, record.ahead.most)
    const sealed = text === undefined ? undefined : yield* cipher.seal(text, placeOf(name, "token"))
    if (sealed === undefined || sealed.length > largestField) {
      yield* mishap("unwritable")
      yield* giveBack(name, owner)
      return asked
    }
    if (refreshToken !== undefined) shared.add(refreshToken)
    const written = yield* shelf.change(name, owner, {
      lease: 0,
      keep: timeToKeep(token, refreshToken, yield* Clock.currentTimeMillis),
      set: { token: sealed, generation: record.fence },
      remove: ["failure", "failureUntil", "failureFor", "failures"]
    }).pipe(
      Effect.retry({ times: refreshToken === undefined ? 0 : 2 }),
      Effect.orElseSucceed(() => undefined)
    )
    if (written !== false) return asked
    const after = yield* look(name, need, { owner, lease: 0, known: 0, force: false }).pipe(
      Effect.orElseSucceed(() => undefined)
    )
    // It was written at the first try, and the answer got lost.
    if (after?.generation === record.fence) return asked
    // What came after is the fleet's token, if it has one yet; the one in hand is as good, but nobody else's.
    yield* mishap("lease_lost")
    return after?.entry !== undefined && !after.isRejected
        && need.accepts(after.entry, yield* Clock.currentTimeMillis)
      ? { token: after.entry, shared: true }
      : asked
  })

  const tell = Effect.fnUntraced(function*(
    name: string,
    owner: string,
    record: Opened<unknown>,
    error: TokenError
  ): Effect.fn.Return<never, TokenError> {
    if (!concernsAll(error)) {
      yield* giveBack(name, owner)
      return yield* error
    }
    const now = yield* Clock.currentTimeMillis
    const failures = record.failures + 1
    const remembered = Backoff.rememberFor(error, failures, now, yield* Random.next, false)
    const wait = Math.min(remembered, longestKept)
    const until = now + wait
    const failure = yield* Effect.flatMap(
      StoredToken.writeFailure(error),
      (text) => cipher.seal(text, placeOf(name, "failure"))
    )
    yield* Effect.ignore(shelf.change(name, owner, {
      lease: 0,
      keep: wait + failuresKept,
      set: { failure, failureUntil: Math.round(until - record.ahead.most), failureFor: Math.ceil(wait), failures }
    }))
    return yield* new TokenError({ ...error, retryAt: until })
  })

  const extendForever = (name: string, owner: string) =>
    Effect.sleep(Duration.millis(leaseMillis / 3)).pipe(
      Effect.andThen(shelf.change(name, owner, { lease: leaseMillis })),
      Effect.ignore,
      Effect.forever
    )

  const changeAsOwner = (name: string, owner: string, change: Change): Effect.Effect<void, ShelfAway | LeaseLost> =>
    Effect.flatMap(shelf.change(name, owner, change), (done) => done ? Effect.void : Effect.fail(new LeaseLost()))

  const giveBack = (name: string, owner: string): Effect.Effect<void> =>
    Effect.ignore(shelf.change(name, owner, { lease: 0 }))

  // -- without the shelf ----------------------------------------------------------------------------------------------

  const alone = Effect.fnUntraced(function*<Reply>(
    need: Need<Reply>
  ): Effect.fn.Return<Obtained<Reply>, TokenError> {
    const { provider, servedUntil } = need
    const refreshToken = privateRefreshToken(need)
    const now = yield* Clock.currentTimeMillis
    if (
      servedUntil !== undefined && now < servedUntil && provider.renewsWithRefreshToken && refreshToken === undefined
    ) {
      yield* met("postponed")
      return yield* unavailable(need, "store", Math.min(now + postponement, servedUntil))
    }
    yield* met("alone")
    return { token: yield* request(need, refreshToken), shared: false }
  })

  const privateRefreshToken = ({ refreshToken }: Need<unknown>): AccessToken.RefreshToken | undefined =>
    refreshToken === undefined || shared.has(refreshToken) ? undefined : refreshToken

  // -- reading --------------------------------------------------------------------------------------------------------

  const look = Effect.fnUntraced(function*<Reply>(
    name: string,
    need: Pick<Need<Reply>, "provider">,
    claim: Parameters<Shelf["look"]>[1]
  ): Effect.fn.Return<Opened<Reply>, ShelfAway> {
    const sentAt = yield* Clock.currentTimeMillis
    const record = yield* shelf.look(name, claim)
    const receivedAt = yield* Clock.currentTimeMillis
    const ahead = { least: sentAt - record.now, most: receivedAt - record.now }
    const text = record.token === "" ? undefined : yield* cipher.open(record.token, placeOf(name, "token"))
    // Every rounding goes against the token: it ends a little early rather than late.
    const stored = text === undefined ? undefined : yield* StoredToken.read(need.provider, text, ahead.least)
    if (record.token !== "" && stored === undefined) yield* mishap("unreadable")
    // It was asked for before the shelf's clock was set back: nobody knows how old it is. Its refresh token may do.
    const isFromTheFuture = stored !== undefined && stored.requestedAt - receivedAt > clockTolerance
    if (isFromTheFuture) yield* mishap("set_back")
    const entry = isFromTheFuture ? { ...stored, expiresAt: stored.requestedAt } : stored
    const refreshToken = entry?.refreshToken
    if (refreshToken === undefined || entry === undefined) return { ...record, entry, ahead }
    shared.add(refreshToken)
    const isOver = refreshToken.expiresAt !== undefined && refreshToken.expiresAt <= receivedAt
    return { ...record, entry: isOver ? { ...entry, refreshToken: undefined } : entry, ahead }
  })

  const openFailure = Effect.fnUntraced(function*(name: string, record: Opened<unknown>) {
    const text = yield* cipher.open(record.failure, placeOf(name, "failure"))
    const failure = text === undefined
      ? undefined
      : yield* StoredToken.readFailure(text, record.now + record.failureLeft + record.ahead.most)
    if (failure === undefined) yield* mishap("unreadable")
    return failure
  })

  const reject = (identity: Redacted.Redacted, token: AccessToken.AccessToken): Effect.Effect<void> =>
    Effect.gen(function*() {
      const name = yield* nameOf(identity)
      const record = yield* shelf.look(name, { owner: "", lease: 0, known: 0, force: false })
      const text = yield* cipher.open(record.token, placeOf(name, "token"))
      if (text !== undefined && (yield* StoredToken.holds(text, token))) yield* shelf.reject(name, record.generation)
    }).pipe(Effect.ignore)

  return { obtain, reject }
}

/**
 * How long a record is kept whose refresh token names no end, or whose password was refused, and how long any is kept
 * at most: 30 days.
 */
const longestKept = 2_592_000_000

/** By how much two clocks may differ in their pace while a token is asked for. */
const clockTolerance = 1_000

/** How long a renewal that can wait for the shelf waits: 5 s. */
const postponement = 5_000

/** How long the number of failures in a row outlasts the last of them: a minute. */
const failuresKept = 60_000

const timeToKeep = (
  { expiresAt }: AccessToken.AccessToken,
  refreshToken: AccessToken.RefreshToken | undefined,
  now: number
): number => {
  const end = refreshToken === undefined ? expiresAt : Math.max(expiresAt, refreshToken.expiresAt ?? Infinity)
  return Math.ceil(Math.min(Math.max(end - now, 1_000), longestKept))
}

/** The wait between two looks where no news comes: 50 ms, doubled up to 500 ms, with jitter over the second half. */
const pauseOf = (waits: number, random: number): number => Math.min(50 * 2 ** (waits - 1), 500) * (1 + random) / 2

// The place that a sealed value belongs to: it can't be opened anywhere else.
const placeOf = (name: string, field: "token" | "failure"): string => `${name} ${field}`

const unavailable = ({ provider }: Need<unknown>, kind: "timeout" | "store", retryAt?: number): TokenError =>
  new TokenError({
    provider: provider.id,
    reason: new Unavailable({ kind }),
    retryAt
  })

// Nothing was sent, or the server says itself that it did nothing. A gateway's word is not the server's.
const isUnspent = ({ reason }: TokenError): boolean =>
  reason._tag === "Throttled"
  || reason._tag === "Unavailable"
    && (reason.kind === "connection" || reason.kind === "status" && reason.status !== 502 && reason.status !== 504)

// What the server itself said, it would say to each of us. Our own network may be nobody else's.
const concernsAll = ({ reason }: TokenError): boolean => {
  switch (reason._tag) {
    case "CredentialsRefused":
    case "GrantRefused":
    case "RequestRefused":
    case "Throttled":
      return true
    case "Unavailable":
      return reason.kind === "status"
    default:
      return false
  }
}
