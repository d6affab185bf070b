import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import type * as AccessToken from "../../AccessToken.ts"
import * as TokenEndpoint from "../../TokenEndpoint.ts"
import * as TokenError from "../../TokenError.ts"
import { type Obtained, RequestFailure, type TokenStore } from "../../TokenStore.ts"
import type { Source } from "../request/account.ts"
import type { Resolved } from "../request/resolve.ts"
import * as TokenRequest from "../request/TokenRequest.ts"
import * as Account from "./Account.ts"
import * as Backoff from "./Backoff.ts"
import type { Clocks, Now } from "./Clocks.ts"
import { within } from "./Deadline.ts"
import type { Running } from "./InFlight.ts"
import * as ReplyReader from "./ReplyReader.ts"
import * as State from "./State.ts"

/*
 * What one token request does, from reading the credentials to the reply: the memory of refusals, the shared store, the
 * refresh token or the primary grant, and the retries, all within one deadline.
 */

/** Reads credentials. */
export const readCredentials = (credentials: Source): Exclude<Source, TokenRequest.Credentials> =>
  Effect.isEffect(credentials) ? credentials : Effect.succeed(credentials)

/** What is requested, by whom, and why. */
export interface Need<Key, Reply> {
  readonly account: Account.Account<Key, Reply>
  readonly credentials: Source
  readonly inFlight: State.InFlight
  readonly running: Running<Reply>
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
  /** In milliseconds. */
  readonly deadline: number
}

/** Makes the function that meets a need: from the shared store, or by a token request. */
export const make = <Reply>({ clocks, deadline, http, provider, store }: Options<Reply>) => {
  type Token = AccessToken.AccessToken<Reply>

  const exchange = TokenEndpoint.make(provider, http)
  const read = ReplyReader.make(provider)

  const send = (
    running: Running<Reply>,
    credentials: TokenRequest.Credentials,
    refreshToken: AccessToken.RefreshToken | undefined,
    until: number
  ): Effect.Effect<Token, TokenError.TokenError> => {
    const attempt = (count: number): Effect.Effect<Token, TokenError.TokenError> => {
      const left = () => until - clocks.monotonic()
      const failed = (error: TokenError.TokenError): Effect.Effect<Token, TokenError.TokenError> =>
        Effect.flatMap(Random.next, (random) => {
          const wait = Backoff.retryDelay(count, random)
          return count === Backoff.attempts || !mayRepeat(error, refreshToken !== undefined) || left() < wait
            ? Effect.fail(error)
            : Effect.flatMap(Effect.sleep(wait), () => attempt(count + 1))
        })
      // Built anew for each attempt: what is signed is signed once for each.
      const request = Effect.map(TokenRequest.make(provider, credentials, refreshToken?.value), (request) => {
        running.requested ||= request.produced === undefined
        return request
      })
      return Effect.matchEffect(exchange(request, Duration.millis(Math.max(0, left()))), {
        onFailure: failed,
        onSuccess: ([request, response]) =>
          Result.match(read(request, response), {
            onFailure: failed,
            onSuccess: (token) => Effect.succeed({ ...token, refreshToken: token.refreshToken ?? refreshToken })
          })
      })
    }
    return Effect.suspend(() => attempt(1))
  }

  /** Requests with the refresh token and, where the server refuses it, with the primary grant. */
  const request = (
    { account, running }: Need<unknown, Reply>,
    credentials: TokenRequest.Credentials,
    refreshToken: AccessToken.RefreshToken | undefined,
    until: number
  ): Effect.Effect<Token, RequestFailure> => {
    const primary = (became: RequestFailure["refreshToken"]) =>
      Effect.catch(send(running, credentials, undefined, until), (error) => fail(error, became))
    if (refreshToken === undefined) return primary("kept")
    return Effect.catch(send(running, credentials, refreshToken, until), (error) => {
      running.spentRefreshToken = mayHaveArrived(error)
      if (error.reason._tag !== "GrantRefused" || !error.reason.certain) {
        return fail(error, running.spentRefreshToken ? "perhaps spent" : "kept")
      }
      Account.commit(account, { _tag: "RefreshTokenRefused" })
      return primary("over")
    })
  }

  const fail = (error: TokenError.TokenError, refreshToken: RequestFailure["refreshToken"]) =>
    Effect.flatMap(Random.next, (random) => {
      const { wall } = clocks.look()
      const isSpent = refreshToken === "perhaps spent"
      return Effect.fail(
        new RequestFailure({
          error,
          refreshToken,
          concernsAll: concernsAll(error),
          wait: (failures) => Duration.millis(Backoff.rememberFor(error, failures, wall, random, isSpent))
        })
      )
    })

  const obtainWith = <Key>(
    need: Need<Key, Reply>,
    credentials: TokenRequest.Credentials,
    until: number
  ): Effect.Effect<Obtained<Reply>, TokenError.TokenError> => {
    const { account, inFlight: { reason }, jitter, running, started } = need
    const identity = TokenRequest.identity(provider, credentials)
    running.identity = identity
    const now = clocks.look()
    const state = Account.state(account)
    const failure = State.failureOf(state, identity, now)
    if (failure !== undefined) return failure.exit
    return store.obtain({
      provider: provider.id,
      reply: provider.reply,
      identity,
      reason,
      current: State.tokenOf(state.cached),
      renews: provider.renewal !== undefined,
      refreshToken: provider.renewal !== undefined ? State.refreshTokenFor(state, identity, now) : undefined,
      startedAt: started.wall,
      jitter,
      servedFor: reason !== "forced" && State.isServed(state, now)
        ? Duration.millis(state.expiresAt - now.steady)
        : undefined,
      deadline: Duration.millis(Math.max(0, until - clocks.monotonic())),
      request: (refreshToken) => request(need, credentials, refreshToken, until)
    })
  }

  return <Key>(need: Need<Key, Reply>): Effect.Effect<Obtained<Reply>, TokenError.TokenError> => {
    const { account, credentials, inFlight } = need
    const until = clocks.monotonic() + deadline
    const { unkept } = State.memoryOf(Account.state(account))
    const begin = Effect.suspend(() =>
      Effect.isEffect(credentials)
        ? Effect.flatMap(
          within(credentials, deadline, () => Effect.fail(unreadable(provider))),
          (read) => obtainWith(need, read, until)
        )
        : obtainWith(need, credentials, until)
    )
    return inFlight.reason === "forced" || unkept === 0
      ? begin
      : Effect.andThen(Effect.sleep(Backoff.unkeptPause(unkept)), begin)
  }
}

/** The error of credentials that could not be read. Why is left out: it may hold a secret. */
export const unreadable = ({ id }: { readonly id: string }): TokenError.TokenError =>
  new TokenError.TokenError({ provider: id, reason: new TokenError.Unavailable({ kind: "credentials" }) })

const mayHaveArrived = ({ reason }: TokenError.TokenError): boolean =>
  reason._tag === "ReplyNotUnderstood" || reason._tag === "Unavailable" && reason.kind !== "connection"

// A refresh token that may have arrived may be spent.
const mayRepeat = (error: TokenError.TokenError, spendsRefreshToken: boolean): boolean =>
  error.reason._tag === "Unavailable"
  && error.retryAt === undefined
  && error.reason.kind !== "timeout"
  && !(spendsRefreshToken && mayHaveArrived(error))

// What the server itself said applies to each process. A process's own network may be no other's.
const concernsAll = ({ reason }: TokenError.TokenError): boolean => {
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
