import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import type * as AccessToken from "../../AccessToken.ts"
import * as TokenError from "../../TokenError.ts"
import { type Need, none, type Obtained, RequestFailure, type TokenStore } from "../../TokenStore.ts"
import * as TokenEndpoint from "../http/TokenEndpoint.ts"
import type { Source } from "../request/account.ts"
import type { Described, Resolved } from "../request/resolve.ts"
import { sentAs } from "../request/sentAs.ts"
import * as TokenRequest from "../request/TokenRequest.ts"
import { unavailable } from "../unavailable.ts"
import * as Account from "./Account.ts"
import * as Backoff from "./Backoff.ts"
import type { Clocks, Now } from "./Clocks.ts"
import { within } from "./Deadline.ts"
import * as Outage from "./Outage.ts"
import { follows, type Keys, type Refusals, type Remembered, remembered } from "./Refusals.ts"
import { isUnsent, waitOf } from "./ReplyMeaning.ts"
import * as ReplyReader from "./ReplyReader.ts"
import * as State from "./State.ts"
import * as Turns from "./Turns.ts"

/*
 * What one token request does, from reading the credentials to the reply: what is remembered, the shared store, the
 * refresh token or the primary grant, and the retries, all within one deadline.
 */

/** Reads credentials. */
export const readCredentials = (credentials: Source): Exclude<Source, TokenRequest.Credentials> =>
  Effect.isEffect(credentials) ? credentials : Effect.succeed(credentials)

/** What is requested, by whom, and why. */
export interface Asked<Key, Reply> {
  readonly account: Account.Account<Key, Reply>
  readonly credentials: Source
  readonly running: State.Running<Reply>
  readonly started: Now
  /** From 0 to 1: a token that is fresh when it is chosen is fresh when it is kept. */
  readonly jitter: number
}

/** What an engine makes its requests with. */
export interface Options<Reply> {
  readonly provider: Resolved<Reply>
  readonly http: HttpClient.HttpClient
  readonly clocks: Clocks
  readonly store: TokenStore
  readonly refusals: Refusals
  /** In milliseconds. */
  readonly deadline: number
  /** For a provider that is known by its server's metadata alone. */
  readonly described?: Described | undefined
}

/**
 * Makes the function that meets a need: from the shared store, or by a token request. It fails with the error that
 * callers get, and leaves on `running` until when it is remembered.
 */
export const make = <Reply>(
  { clocks, deadline, described = () => Effect.succeed(provider), http, provider, refusals, store }: Options<Reply>
): <Key>(asked: Asked<Key, Reply>) => Effect.Effect<Obtained<Reply>, TokenError.TokenError> => {
  type Token = AccessToken.AccessToken<Reply>

  const exchange = TokenEndpoint.make(provider, http)
  const read = ReplyReader.make(provider)
  const outage = Outage.make()
  const inTurn = Turns.make()
  /** The newest refresh tokens that no other grant can replace, for as long as the engine lives. */
  const newest = new Map<string, AccessToken.RefreshToken>()

  const primaryGrant = sentAs(provider, false)
  const renewal = sentAs(provider, true)
  const grantOf = (refreshToken: AccessToken.RefreshToken | undefined) =>
    refreshToken === undefined ? primaryGrant : renewal
  /** Whether a refresh token is an account's only credential: once it is replaced, the newest one alone works. */
  const isSole = provider.renewal !== undefined && !renewal.hasFallback
  /** A shared store has this long to keep what was requested, in milliseconds. */
  const reserve = store === none ? 0 : Math.min(1_000, deadline / 10)

  return (asked) => {
    const { account, credentials, jitter, running, started } = asked
    const { reason } = running.inFlight
    const until = clocks.monotonic() + deadline - reserve
    const left = () => Math.max(0, until - clocks.monotonic())
    const state = () => Account.state(account)
    let keys: (() => Keys) | undefined
    /** What was sent last. */
    let sent = primaryGrant

    const failAs = (refusal: Remembered) => {
      running.remembered = refusal
      return Effect.fail(refusal.error)
    }

    /** Sends a request, where nothing forbids it, and sends it again where it failed for a transient reason. */
    const send = (
      credentials: TokenRequest.Credentials,
      keys: () => Keys,
      refreshToken: AccessToken.RefreshToken | undefined
    ): Effect.Effect<Token, TokenError.TokenError> => {
      /** What the request is made of. */
      let current: Resolved = provider
      const failed = (error: TokenError.TokenError, count: number): Effect.Effect<Token, TokenError.TokenError> => {
        if (count === Backoff.attempts) return Effect.fail(error)
        const again = Effect.suspend(() => attempt(count + 1))
        return Effect.flatMap(within(described(error), left(), () => Effect.succeed(current)), (found) => {
          // What a refresh token may be spent by is not sent again.
          if (found !== current && refreshToken === undefined) return again
          if (follows(sent, error, clocks.look()).now !== "repeat" || outage.isActive()) return Effect.fail(error)
          return Effect.flatMap(Random.next, (random) => {
            const wait = Backoff.retryDelay(count, random)
            return left() <= wait ? Effect.fail(error) : Effect.andThen(Effect.sleep(wait), again)
          })
        })
      }
      const attempt = (count: number): Effect.Effect<Token, TokenError.TokenError> => {
        // A refresh token that nothing replaces is not sent where little time is left for its reply.
        if (left() <= (isSole ? deadline / 2 : 0)) return Effect.fail(unavailable(provider, "timeout"))
        sent = grantOf(refreshToken)
        // Built anew for each attempt: what is signed is signed once for each.
        const built = Effect.flatMap(described(), (found) => {
          const kept = found === provider ? credentials : { ...credentials, built: undefined }
          return TokenRequest.make(current = found, kept, refreshToken?.value)
        })
        const request = Effect.map(built, (request) => {
          running.requested ||= request.produced === undefined
          running.refreshTokenSent = refreshToken !== undefined
          return request
        })
        const reading = Effect.flatMap(
          exchange(request, left()),
          ([request, response]) => Effect.fromResult(read(request, response))
        )
        return Effect.matchEffect(reading, {
          onFailure: (error) => {
            running.refreshTokenSent = false
            return failed(error, count)
          },
          onSuccess: (token) => {
            running.refreshTokenSent = false
            return Effect.succeed({ ...token, refreshToken: token.refreshToken ?? refreshToken })
          }
        })
      }
      return Effect.suspend(() => {
        const refusal = refusals.find(keys, grantOf(refreshToken).isRefresh, clocks.look())
        return refusal === undefined ? attempt(1) : failAs(refusal)
      })
    }

    /** Requests with the refresh token and, where that is to be followed by it, with the primary grant. */
    const request = (
      credentials: TokenRequest.Credentials,
      keys: () => Keys,
      refreshToken: AccessToken.RefreshToken | undefined
    ): Effect.Effect<Token, RequestFailure> => {
      const primary = (): Effect.Effect<Token, RequestFailure> => {
        const sending = (refreshToken?: AccessToken.RefreshToken) =>
          Effect.catch(send(credentials, keys, refreshToken), failWith)
        if (!isSole && provider.grant.refusedAs !== "password") return sending()
        // A password is sent for one account, and by one process, at a time: if it is refused, the others don't send it.
        // So is a refresh token that is the only credential: the newest one, whatever its end.
        const identity = TokenRequest.credentialsIdentity(provider, credentials, isSole)
        const key = Redacted.value(identity)
        const request = (refreshToken?: AccessToken.RefreshToken) =>
          Effect.map(sending(refreshToken), (token) => {
            if (isSole && token.refreshToken) newest.set(key, token.refreshToken)
            return token
          })
        return inTurn(
          key,
          left(),
          Effect.suspend(() => {
            const refreshToken = newest.get(key)
            if (store.sendSecret === undefined || refusals.find(keys, isSole, clocks.look()) !== undefined) {
              return request(refreshToken)
            }
            sent = primaryGrant
            return store.sendSecret({
              provider: provider.id,
              credentials: identity,
              forced: reason === "forced",
              deadline: Duration.millis(left()),
              isReplaced: isSole,
              refreshToken,
              request
            })
          })
        )
      }
      if (refreshToken === undefined) return primary()
      return Effect.catch(send(credentials, keys, refreshToken), (error) => {
        if (error === running.remembered?.error) return failWith(error)
        const now = clocks.look()
        const { fallsBack, now: next, refreshToken: became } = follows(renewal, error, now)
        if (next === "primary") {
          Account.commit(account, { _tag: "RefreshTokenRefused" })
          return Effect.mapError(primary(), (failure) => new RequestFailure({ ...failure, refreshToken: "refused" }))
        }
        running.refreshToken = fallsBack ? "unclear" : became === "possibly spent" ? "possibly spent" : "kept"
        const known = State.memoryOf(state()).renewal
        return fallsBack && known !== undefined && known.unclear > 0 && !State.isServed(state(), now)
          ? primary()
          : failWith(error, became)
      })
    }

    const failWith = (error: TokenError.TokenError, refreshToken: RequestFailure["refreshToken"] = "kept") => {
      const now = clocks.look()
      const consequence = follows(sent, error, now)
      return Effect.fail(
        new RequestFailure({
          error,
          refreshToken,
          concernsAll: consequence.concernsAll,
          concernsCredentials: consequence.owner !== "request",
          wait: (failures) =>
            Duration.millis(
              error === running.remembered?.error
                ? running.remembered.until - now.steady
                : waitOf(consequence, failures, jitter)
            )
        })
      )
    }

    const obtain = (credentials: TokenRequest.Credentials): Effect.Effect<Obtained<Reply>, TokenError.TokenError> => {
      // It is as long as the credentials, and is made only where something needs it.
      let whole: Redacted.Redacted | undefined
      const identity = () => whole ??= TokenRequest.identity(provider, credentials)
      running.identity = identity
      let made: Keys | undefined
      const known = () =>
        made ??= {
          credentials: Redacted.value(TokenRequest.credentialsIdentity(provider, credentials)),
          request: Redacted.value(identity())
        }
      keys = known
      const forced = reason === "forced"
      if (forced) refusals.forget(known)
      const now = clocks.look()
      const renews = provider.renewal !== undefined && !isSole
      const refreshToken = renews ? State.refreshTokenFor(state(), identity, now, forced) : undefined
      // Another process may have a refresh token, where the primary grant was refused.
      const refusal = refusals.find(known, refreshToken !== undefined || store.reject !== undefined, now)
      if (refusal !== undefined) return failAs(refusal)
      const need = new LazyNeed<Reply>({
        provider: provider.id,
        reply: provider.reply,
        makeIdentity: identity,
        reason,
        current: State.tokenOf(state().cached),
        renews,
        refreshToken,
        startedAt: started.wall,
        jitter,
        servedFor: !forced && State.isServed(state(), now)
          ? Duration.millis(state().expiresAt - now.steady)
          : undefined,
        deadline: Duration.millis(left()),
        request: (refreshToken) => request(credentials, known, refreshToken)
      })
      return Effect.map(
        store === none
          ? none.obtain(need)
          : within(store.obtain(need), left() + reserve, () => Effect.fail(unavailable(provider, "store")), lingers),
        (obtained) => {
          refusals.succeeded(known, sent.isRefresh || obtained.shared)
          if (running.requested) outage.answered()
          return obtained
        }
      )
    }

    /** The error that callers get, with until when it is remembered. */
    const conclude = (cause: Cause.Cause<TokenError.TokenError>): Effect.Effect<never, TokenError.TokenError> => {
      const squashed = Cause.squash(cause)
      // What is no error of ours: a defect, or an interruption of what the credentials are read with.
      const error = squashed instanceof TokenError.TokenError ? squashed : unavailable(provider, "credentials")
      if (error === running.remembered?.error) return Effect.fail(error)
      const now = clocks.look()
      const failures = (State.memoryOf(state()).failure?.count ?? 0) + 1
      // Nothing that a server said or a network did.
      const isOurs = error.reason._tag === "Unavailable" && isUnsent(error.reason)
      const known = keys === undefined || isOurs
        // It is remembered for this account alone.
        ? remembered(error, now, waitOf(follows(sent, error, now), failures, jitter))
        : refusals.add(keys(), sent, error, now, jitter)
      if (running.requested) {
        // The endpoint can't be reached, or fails: for this account as for others.
        if (error.reason._tag === "Unavailable" && !isOurs) outage.failed(account, known.error, now, jitter)
        else outage.answered()
      }
      return failAs(known)
    }

    const begin = Effect.suspend(() => {
      const now = clocks.look()
      const heldBack = reason === "forced" ? undefined : outage.check(now, jitter)
      if (heldBack !== undefined) return failAs(remembered(heldBack.error, now, heldBack.until - now.steady))
      return Effect.isEffect(credentials)
        ? Effect.flatMap(within(credentials, deadline, () => Effect.fail(unavailable(provider, "credentials"))), obtain)
        : obtain(credentials)
    })
    const { unkept } = State.memoryOf(state())
    return Effect.catchCause(
      reason === "forced" || unkept === 0
        ? begin
        : Effect.andThen(Effect.sleep(Backoff.unkeptPause(unkept)), begin),
      conclude
    )
  }
}

/** A need whose identity is made when it is asked for. An object with a getter of its own would take twice the memory. */
class LazyNeed<Reply> extends Data.Class<
  Omit<Need<Reply>, "identity"> & { readonly makeIdentity: () => Redacted.Redacted }
> {
  get identity(): Redacted.Redacted {
    return this.makeIdentity()
  }
}

/** How long a scope that closes waits for a store to keep what was requested, in milliseconds. */
const lingers = 5_000
