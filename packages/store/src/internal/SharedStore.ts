import type * as AccessToken from "@mintmark/core/AccessToken"
import * as Turns from "@mintmark/core/internal/engine/Turns"
import { TokenError, Unavailable } from "@mintmark/core/TokenError"
import type { Need, Obtained, SecretNeed, TokenStore } from "@mintmark/core/TokenStore"
import { meets, RequestFailure } from "@mintmark/core/TokenStore"
import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Random from "effect/Random"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import {
  type Change,
  type Claim,
  largestField,
  longestKept,
  longestLived,
  type Record,
  type RecordStore,
  StoreUnavailable
} from "./RecordStore.ts"
import * as StoredToken from "./StoredToken.ts"
import { met, problem } from "./Telemetry.ts"
import type { TokenCipher } from "./TokenCipher.ts"

/*
 * How processes share one token, whichever database has the records:
 *
 *   look at the record --- its token meets the need ----------------------------> use it
 *     | a failure applies ------------------------------------------------------> fail with it
 *     | another process has the lease --- wait for the notification, look again
 *     | this look took the lease: request, write, give the lease back ----------> use the new token
 *     | the database is unavailable --------------------------------------------> request for this process alone
 *
 * A refresh token may be good for one use only, and a second use can end the whole session. So it is marked before it
 * is sent. A marked one is sent once more at most, five seconds later at the earliest, and only by the process that
 * marked it and saw its request fail. A mark that a vanished process left is never sent again: the next one requests
 * with the primary grant. A refresh token that was ever shared is sent only where the record confirms it.
 *
 * A refresh token that is the account's own grant has a record of its own, by its credentials alone: neither scopes nor
 * replies nor keys change its name. The newest is written there before it is sent, and its successor before its access
 * token is used.
 *
 * This file is longer than most: it is one protocol, whose steps are read together.
 */

/** What differs from store to store. */
export interface Options {
  /** What every name begins with. */
  readonly prefix: string
  /** How long others wait for a process that vanished; 0 for a store without leases. */
  readonly lease: Duration.Duration
  /**
   * Whether refresh tokens are stored that another grant can replace: without leases, two processes could send the same
   * one.
   */
  readonly refreshTokens: boolean
  /** How long a failure is remembered at most. */
  readonly longestFailure: Duration.Duration
}

/** Another process has the lease. */
class LeaseLost extends Data.TaggedError("LeaseLost")<{}> {}

/** A record as it was looked at. */
interface Looked extends Record {
  readonly receivedAt: number
  /** By how much this process's clock may be ahead of the database's, at least and at most. */
  readonly ahead: { readonly least: number; readonly most: number }
}

/** A record with its parts opened. */
interface Opened<Reply> extends Looked {
  readonly entry: AccessToken.AccessToken<Reply> | undefined
}

/** The lease of credentials. */
interface Turn {
  readonly owner: string
  readonly record: Looked
  /** The end of the need's deadline, by the monotonic clock. */
  readonly until: number
}

/** That a request of this process with a refresh token failed, and may have spent it. */
interface Seen {
  readonly generation: number
  /** By the monotonic clock. */
  readonly at: number
}

export const make = (
  records: RecordStore,
  cipher: TokenCipher,
  { lease, longestFailure, prefix, refreshTokens }: Options
): TokenStore => {
  const leaseMillis = Math.ceil(Duration.toMillis(lease))
  /** Who this process is, for the marks that it makes. */
  const self = SecureRandom.uuidV4Unsafe()
  /** The refresh tokens that other processes may know, too. */
  const shared = new WeakSet<AccessToken.RefreshToken>()
  /** The failed requests with refresh tokens that this process saw, by the names of their records. */
  const seen = new Map<string, Seen>()
  /** The generations of the refresh tokens that this process obtained, and that no other grant can replace. */
  const madeAt = new WeakMap<AccessToken.RefreshToken, number>()
  const inTurn = Turns.make()

  const keepsRefreshToken = ({ renews }: Need<unknown>): boolean => renews && refreshTokens

  const nameOf = (identity: Redacted.Redacted) => Effect.map(cipher.name(identity), (hash) => prefix + hash)

  const obtain = <Reply>(need: Need<Reply>): Effect.Effect<Obtained<Reply>, TokenError> =>
    Effect.flatMap(nameOf(need.identity), (name) => together(name, need)).pipe(
      Effect.catchTag("StoreUnavailable", () => alone(need))
    )

  const together = Effect.fnUntraced(function*<Reply>(
    name: string,
    need: Need<Reply>
  ): Effect.fn.Return<Obtained<Reply>, TokenError | StoreUnavailable> {
    const owner = SecureRandom.uuidV4Unsafe()
    const until = (yield* monotonic) + Duration.toMillis(need.deadline)
    let known = 0
    let force = need.reason === "forced"
    for (let waits = 0;;) {
      // A look that was given up may still take the lease: then no other process has to wait for its end.
      const record = yield* look(name, need, { owner, lease: Math.max(leaseMillis, 1), known, force }).pipe(
        Effect.onExitIf(Exit.isFailure, () => Effect.forkDetach(giveBack(name, owner)))
      )
      const { entry } = record
      if (entry !== undefined && !record.isRejected && meets(need, entry, yield* Clock.currentTimeMillis)) {
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
          yield* met("failed")
          return yield* failure
        }
        force = true
      } else {
        const left = until - (yield* monotonic)
        if (left < 1) return yield* unavailable(need, "timeout")
        const pause = pauseOf(++waits, yield* Random.next)
        yield* records.wait(name, Math.ceil(Math.min(pause, record.leaseLeft + 1, left)))
      }
    }
  })

  // -- with the lease -------------------------------------------------------------------------------------------------

  const hold = <Reply>(
    name: string,
    owner: string,
    need: Need<Reply>,
    record: Opened<Reply>
  ): Effect.Effect<Obtained<Reply>, TokenError | StoreUnavailable | LeaseLost> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function*() {
        const result = yield* request(name, owner, need, record).pipe(
          extending(name, owner),
          restore,
          Effect.onInterrupt(() => giveBack(name, owner)),
          Effect.result
        )
        // From here on a scope that closes waits: a reply that came is kept.
        if (Result.isSuccess(result)) return yield* keep(name, owner, need, record, result.success)
        return yield* result.failure._tag === "RequestFailure"
          ? failAll(name, owner, record, result.failure)
          : result.failure
      })
    )

  const request = <Reply>(
    name: string,
    owner: string,
    need: Need<Reply>,
    record: Opened<Reply>
  ): Effect.Effect<AccessToken.AccessToken<Reply>, RequestFailure | StoreUnavailable | LeaseLost> =>
    Effect.gen(function*() {
      const { generation, mark } = record
      const recorded = record.entry?.refreshToken
      if (!keepsRefreshToken(need) || recorded === undefined) return yield* need.request(privateRefreshToken(need))
      if (mark !== undefined && !(yield* mayRepeat(name, need, mark, generation))) {
        yield* problem("refresh_token_lost")
        return yield* need.request(undefined)
      }
      // Whether the mark was made can't be known where the reply is lost. No process waits for the lease's end then.
      yield* changeAsOwner(name, owner, {
        lease: leaseMillis,
        mark: { generation, by: self, count: (mark?.count ?? 0) + 1 }
      }).pipe(Effect.tapErrorTag("StoreUnavailable", () => Effect.forkDetach(giveBack(name, owner))))
      return yield* Effect.tapError(need.request(recorded), (failure) => {
        switch (failure.refreshToken) {
          case "kept":
            return Effect.ignore(records.change(name, owner, {
              lease: leaseMillis,
              mark: mark === undefined ? null : { generation, ...mark }
            }))
          case "possibly spent":
            return Effect.map(monotonic, (at) => remember(name, { generation, at }))
          case "refused":
            return Effect.void
        }
      })
    })

  const mayRepeat = (name: string, need: Need<unknown>, mark: NonNullable<Record["mark"]>, generation: number) =>
    Effect.map(monotonic, (now) => {
      const failed = seen.get(name)
      return mark.by === self && mark.count === 1 && need.reason !== "forced"
        && failed?.generation === generation && now - failed.at >= repeatAfter
    })

  const remember = (name: string, failed: Seen): void => {
    seen.delete(name)
    seen.set(name, failed)
    const [oldest] = seen.keys()
    if (seen.size > mostSeen && oldest !== undefined) seen.delete(oldest)
  }

  const keep = Effect.fnUntraced(function*<Reply>(
    name: string,
    owner: string,
    need: Need<Reply>,
    record: Opened<Reply>,
    token: AccessToken.AccessToken<Reply>
  ): Effect.fn.Return<Obtained<Reply>> {
    yield* met("requested")
    seen.delete(name)
    const requested = { token, shared: false }
    const refreshToken = keepsRefreshToken(need) ? token.refreshToken : undefined
    if (token.expiresAt <= token.requestedAt && refreshToken === undefined) {
      yield* giveBack(name, owner)
      return requested
    }
    const text = yield* StoredToken.write(need, { ...token, refreshToken }, record.ahead.most)
    const sealed = text === undefined
      ? undefined
      : yield* cipher.seal(text, placeOf(name, `token ${record.fence}`))
    if (sealed === undefined || sealed.length > largestField) {
      yield* problem("unwritable")
      yield* giveBack(name, owner)
      return requested
    }
    if (refreshToken !== undefined) shared.add(refreshToken)
    const written = yield* records.change(name, owner, {
      lease: 0,
      keep: timeToKeep(token, refreshToken, yield* Clock.currentTimeMillis),
      token: { sealed, generation: record.fence }
    }).pipe(
      Effect.retry({ times: refreshToken === undefined ? 0 : 2 }),
      Effect.orElseSucceed(() => undefined)
    )
    if (written !== false) return requested
    const after = yield* look(name, need, { owner, lease: 0, known: 0, force: false }).pipe(
      Effect.orElseSucceed(() => undefined)
    )
    // It was written at the first try, and the reply was lost.
    if (after?.generation === record.fence) return requested
    // The token that came after is the one that is shared, if there is one yet; otherwise the one of this process is used.
    yield* problem("lease_lost")
    return after?.entry !== undefined && !after.isRejected && meets(need, after.entry, yield* Clock.currentTimeMillis)
      ? { token: after.entry, shared: true }
      : requested
  })

  const failAll = Effect.fnUntraced(function*(
    name: string,
    owner: string,
    record: Opened<unknown>,
    failure: RequestFailure
  ): Effect.fn.Return<never, TokenError> {
    if (failure.concernsAll) return yield* yield* writeFailure(name, owner, record.failures, failure)
    yield* giveBack(name, owner)
    return yield* failure.error
  })

  /** Writes a failure for all, and returns it with the time until which it applies. */
  const writeFailure = Effect.fnUntraced(function*(
    name: string,
    owner: string,
    before: number,
    { error, wait }: RequestFailure
  ): Effect.fn.Return<TokenError> {
    const count = before + 1
    const lasts = Math.ceil(
      Math.min(Duration.toMillis(wait(count)), Duration.toMillis(longestFailure), longestKept)
    )
    const retryAt = (yield* Clock.currentTimeMillis) + lasts
    const sealed = yield* Effect.flatMap(
      StoredToken.writeFailure(error),
      (text) => cipher.seal(text, placeOf(name, "failure"))
    )
    yield* Effect.ignore(records.change(name, owner, {
      lease: 0,
      keep: lasts + failuresKept,
      failure: { sealed, lasts, count }
    }))
    return new TokenError({ ...error, retryAt })
  })

  const extendForever = (name: string, owner: string) =>
    Effect.sleep(Duration.millis(leaseMillis / 3)).pipe(
      Effect.andThen(records.change(name, owner, { lease: leaseMillis })),
      Effect.ignore,
      Effect.forever
    )

  const changeAsOwner = (
    name: string,
    owner: string,
    change: Change
  ): Effect.Effect<void, StoreUnavailable | LeaseLost> =>
    Effect.flatMap(records.change(name, owner, change), (done) => done ? Effect.void : Effect.fail(new LeaseLost()))

  const giveBack = (name: string, owner: string): Effect.Effect<void> =>
    Effect.ignore(records.change(name, owner, { lease: 0 }))

  const sendSecret = <A extends { readonly refreshToken: AccessToken.RefreshToken | undefined }>(
    need: SecretNeed<A>
  ): Effect.Effect<A, RequestFailure> => need.isReplaced ? sendRefreshToken(need) : sendPassword(need)

  // -- passwords ------------------------------------------------------------------------------------------------------

  // What differs in scopes or parameters has another record, but the same password: that has a record of its own, of
  // which only the lease and the failure are used.
  const sendPassword = <A>(need: SecretNeed<A>): Effect.Effect<A, RequestFailure> =>
    Effect.flatMap(nameOf(need.credentials), (name) =>
      Effect.flatMap(
        Effect.catchTag(turnOf(name, need), "StoreUnavailable", () => Effect.succeed(undefined)),
        (turn) =>
          turn === undefined
            ? need.request(undefined)
            : Effect.uninterruptibleMask((restore) => {
              const end = Effect.ignore(records.change(name, turn.owner, { lease: 0, end: true }))
              return need.request(undefined).pipe(
                extending(name, turn.owner),
                restore,
                Effect.onInterrupt(() => end),
                Effect.tap(() => end),
                Effect.catch((failure) => failCredentials(name, turn, failure, end))
              )
            })
      ))

  /** The lease of credentials, or the failure that applies to them. */
  const turnOf = Effect.fnUntraced(function*(
    name: string,
    { deadline, forced, provider }: Omit<SecretNeed<unknown>, "request">
  ): Effect.fn.Return<Turn, RequestFailure | StoreUnavailable> {
    const owner = SecureRandom.uuidV4Unsafe()
    const until = (yield* monotonic) + Duration.toMillis(deadline)
    let force = forced
    for (let waits = 0;;) {
      const known = Number.MAX_SAFE_INTEGER
      const record = yield* lookAt(name, { owner, lease: Math.max(leaseMillis, 1), known, force }).pipe(
        Effect.onExitIf(Exit.isFailure, () => Effect.forkDetach(giveBack(name, owner)))
      )
      if (record.fence > 0) return { owner, record, until }
      if (record.failureLeft > 0 && !force) {
        const failure = yield* openFailure(name, record)
        if (failure !== undefined) return yield* told(failure, record.failureLeft)
        force = true
      } else {
        const left = until - (yield* monotonic)
        if (left < 1) return yield* told(unavailable({ provider }, "timeout"), 0)
        yield* records.wait(name, Math.ceil(Math.min(pauseOf(++waits, yield* Random.next), record.leaseLeft + 1, left)))
      }
    }
  })

  const extending = (name: string, owner: string) => <A, E>(request: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    leaseMillis === 0 ? request : Effect.raceFirst(request, Effect.interruptible(extendForever(name, owner)))

  /** Keeps a failure for all that request with the same credentials, where it applies to them. */
  const failCredentials = (name: string, turn: Turn, failure: RequestFailure, end: Effect.Effect<void>) =>
    failure.concernsAll && failure.concernsCredentials
      ? Effect.flatMap(
        writeFailure(name, turn.owner, turn.record.failures, failure),
        (error) => Effect.fail(new RequestFailure({ ...failure, error }))
      )
      : Effect.andThen(end, Effect.fail(failure))

  // -- refresh tokens that no other grant can replace -------------------------------------------------------------------

  const sendRefreshToken = <A extends { readonly refreshToken: AccessToken.RefreshToken | undefined }>(
    need: SecretNeed<A>
  ): Effect.Effect<A, RequestFailure> =>
    Effect.flatMap(cipher.lastingName(need.credentials), (hash) => {
      const name = `${prefix}refresh-${hash}`
      // Without leases, two sources of this process could send the same one.
      return inTurn(name, Duration.toMillis(need.deadline), sendNewest(name, need))
    })

  const sendNewest = <A extends { readonly refreshToken: AccessToken.RefreshToken | undefined }>(
    name: string,
    need: SecretNeed<A>
  ): Effect.Effect<A, RequestFailure> =>
    Effect.flatMap(turnOf(name, need), (turn) => holdNewest(name, turn, need)).pipe(
      Effect.catchTag("LeaseLost", () => sendNewest(name, need)),
      Effect.catchTag("StoreUnavailable", () =>
        Effect.flatMap(
          Clock.currentTimeMillis,
          (now) => Effect.fail(told(unavailable(need, "store", now + postponement), 0))
        ))
    )

  const holdNewest = <A extends { readonly refreshToken: AccessToken.RefreshToken | undefined }>(
    name: string,
    turn: Turn,
    need: SecretNeed<A>
  ): Effect.Effect<A, RequestFailure | StoreUnavailable | LeaseLost> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function*() {
        const { owner, record, until } = turn
        const { ahead, fence } = record
        const end = giveBack(name, owner)
        const write = (refreshToken: AccessToken.RefreshToken | undefined, generation: number, lease: number) =>
          Effect.flatMap(
            cipher.seal(StoredToken.writeRefreshToken(refreshToken, ahead.most), placeOf(name, `token ${generation}`)),
            (sealed) => changeAsOwner(name, owner, { lease, keep: longestLived, token: { sealed, generation } })
          )
        const newest = yield* Effect.gen(function*() {
          const recorded = record.token === "" ? undefined : yield* openRefreshToken(name, record)
          const own = need.refreshToken
          const made = own === undefined ? 0 : madeAt.get(own) ?? 0
          // One that could not be written is newer than what is there; so is any, where the record is lost.
          const newest = own !== undefined && (recorded === undefined || made > record.generation) ? own : recorded
          // Shows, too, whether what comes next can be written.
          yield* write(newest, newest === own ? Math.max(made, record.generation) : record.generation, leaseMillis)
          return newest
        }).pipe(restore, Effect.onExitIf(Exit.isFailure, () => end))
        const result = yield* Effect.result(extending(name, owner)(need.request(newest)))
        if (Result.isFailure(result)) return yield* failCredentials(name, turn, result.failure, end)
        const { refreshToken } = result.success
        if (refreshToken === undefined) return yield* Effect.as(end, result.success)
        madeAt.set(refreshToken, fence)
        return yield* write(refreshToken, fence, 0).pipe(
          Effect.retry({
            schedule: Schedule.spaced(writeAgainAfter),
            while: ({ _tag }) =>
              Effect.map(monotonic, (now) => _tag === "StoreUnavailable" && now + writeAgainAfter < until)
          }),
          // The one that comes after is the newest then.
          Effect.catchTag("LeaseLost", () => problem("lease_lost")),
          Effect.as(result.success)
        )
      })
    )

  /** The newest refresh token in a record; `undefined` for the one that the application gave. */
  const openRefreshToken = Effect.fnUntraced(function*(name: string, record: Looked) {
    const text = yield* openToken(name, record)
    const stored = text === undefined ? undefined : yield* StoredToken.readRefreshToken(text, record.ahead.least)
    if (stored !== undefined) return stored.refreshToken
    yield* problem("unreadable")
    yield* Effect.logError(
      `The newest refresh token can't be read: no key of this process wrote the record ${name}, or it was damaged`
    )
    return yield* new StoreUnavailable()
  })

  // -- without the database -------------------------------------------------------------------------------------------

  const alone = Effect.fnUntraced(function*<Reply>(
    need: Need<Reply>
  ): Effect.fn.Return<Obtained<Reply>, TokenError> {
    const refreshToken = privateRefreshToken(need)
    if (refreshToken === undefined && need.renews && need.servedFor !== undefined) {
      yield* met("postponed")
      const wait = Math.min(Duration.toMillis(need.servedFor), postponement)
      return yield* unavailable(need, "store", (yield* Clock.currentTimeMillis) + wait)
    }
    const result = yield* Effect.result(need.request(refreshToken))
    if (Result.isSuccess(result)) {
      yield* met("alone")
      return { token: result.success, shared: false }
    }
    const { error } = result.failure
    yield* met(error.reason._tag === "Unavailable" && error.reason.kind === "store" ? "postponed" : "alone")
    return yield* error
  })

  const privateRefreshToken = ({ refreshToken }: Need<unknown>): AccessToken.RefreshToken | undefined =>
    refreshToken === undefined || shared.has(refreshToken) ? undefined : refreshToken

  // -- reading --------------------------------------------------------------------------------------------------------

  /** The record as it is, and how the clocks compare. */
  const lookAt = Effect.fnUntraced(function*(name: string, claim: Claim): Effect.fn.Return<Looked, StoreUnavailable> {
    const sentAt = yield* Clock.currentTimeMillis
    const record = yield* records.look(name, claim)
    const receivedAt = yield* Clock.currentTimeMillis
    return { ...record, receivedAt, ahead: { least: sentAt - record.now, most: receivedAt - record.now } }
  })

  const look = Effect.fnUntraced(function*<Reply>(
    name: string,
    need: Pick<Need<Reply>, "reply">,
    claim: Claim
  ): Effect.fn.Return<Opened<Reply>, StoreUnavailable> {
    const record = yield* lookAt(name, claim)
    const { ahead, receivedAt } = record
    const text = record.token === "" ? undefined : yield* openToken(name, record)
    // Every rounding shortens the token's life: it ends a little early rather than late.
    const stored = text === undefined ? undefined : yield* StoredToken.read(need, text, ahead.least)
    if (record.token !== "" && stored === undefined) yield* problem("unreadable")
    // It was requested before the database's clock was set back, so its age is not known. Its refresh token may do.
    const isFromTheFuture = stored !== undefined && stored.requestedAt - receivedAt > clockTolerance
    if (isFromTheFuture) yield* problem("clock_set_back")
    const entry = isFromTheFuture ? { ...stored, expiresAt: stored.requestedAt } : stored
    const refreshToken = entry?.refreshToken
    if (refreshToken === undefined || entry === undefined) return { ...record, entry }
    shared.add(refreshToken)
    const isOver = refreshToken.expiresAt !== undefined && refreshToken.expiresAt <= receivedAt
    return { ...record, entry: isOver ? { ...entry, refreshToken: undefined } : entry }
  })

  const openToken = (name: string, { generation, token }: Record) =>
    cipher.open(token, placeOf(name, `token ${generation}`))

  const openFailure = Effect.fnUntraced(function*(name: string, record: Looked) {
    const text = yield* cipher.open(record.failure, placeOf(name, "failure"))
    const failure = text === undefined
      ? undefined
      : yield* StoredToken.readFailure(text, record.now + record.ahead.most + record.failureLeft)
    if (failure === undefined) yield* problem("unreadable")
    return failure
  })

  const reject = (identity: Redacted.Redacted, token: AccessToken.AccessToken): Effect.Effect<void> =>
    Effect.gen(function*() {
      const name = yield* nameOf(identity)
      const record = yield* records.look(name, { owner: "", lease: 0, known: 0, force: false })
      const text = yield* openToken(name, record)
      if (text !== undefined && (yield* StoredToken.holds(text, token))) yield* records.reject(name, record.generation)
    }).pipe(Effect.ignore)

  return { obtain, sendSecret, reject }
}

const monotonic = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos) / 1e6)

/** By how much two clocks may differ in their pace while a token is requested. */
const clockTolerance = 1_000

/** How long a renewal that can wait for the database waits: 5 s. */
const postponement = 5_000

/** How long after a refresh token could not be written it is tried again, in milliseconds. */
const writeAgainAfter = 500

/** How long after a failure that may have spent a refresh token it is sent once more: 5 s. */
const repeatAfter = 5_000

/** How many such failures one process remembers. The refresh token of one that it forgot is not sent again. */
const mostSeen = 10_000

/** How long the number of failures in a row is kept after the last of them: a minute. */
const failuresKept = 60_000

const timeToKeep = (
  { expiresAt }: AccessToken.AccessToken,
  refreshToken: AccessToken.RefreshToken | undefined,
  now: number
): number => {
  const end = refreshToken === undefined ? expiresAt : Math.max(expiresAt, refreshToken.expiresAt ?? Infinity)
  return Math.ceil(Math.min(Math.max(end - now, 1_000), longestKept))
}

/** The wait between two looks without a notification: 50 ms, doubled up to 500 ms, with jitter over the second half. */
const pauseOf = (waits: number, random: number): number => Math.min(50 * 2 ** (waits - 1), 500) * (1 + random) / 2

// The place that a sealed value belongs to: it can't be opened anywhere else.
const placeOf = (name: string, field: string): string => `${name} ${field}`

/** A failure that another process was told, and how long it applies, in milliseconds. */
const told = (error: TokenError, lasts: number): RequestFailure =>
  new RequestFailure({
    error,
    refreshToken: "kept",
    concernsAll: lasts > 0,
    concernsCredentials: true,
    wait: () => Duration.millis(lasts)
  })

const unavailable = (
  { provider }: { readonly provider: string },
  kind: "timeout" | "store",
  retryAt?: number
): TokenError =>
  new TokenError({
    provider,
    reason: new Unavailable({ kind }),
    retryAt
  })
