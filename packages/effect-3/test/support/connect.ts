import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type { HttpClient } from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type { Subject } from "@mintmark/conformance"
import type * as AccessToken4 from "@mintmark/core/AccessToken"
import type { Overrides } from "@mintmark/core/Provider"
import type * as ProviderClient4 from "@mintmark/core/ProviderClient"
import type * as TokenError4 from "@mintmark/core/TokenError"
import * as TokenErrorSchema4 from "@mintmark/core/TokenErrorSchema"
import { type AccessToken, type AuthenticatedHttpClient, type ProviderClient, TokenError } from "@mintmark/effect-3"
import type * as Clock4 from "effect-4/Clock"
import * as Duration4 from "effect-4/Duration"
import * as Effect4 from "effect-4/Effect"
import * as HttpClient4 from "effect-4/http/HttpClient"
import type * as HttpClientError4 from "effect-4/http/HttpClientError"
import type * as HttpClientRequest4 from "effect-4/http/HttpClientRequest"
import * as HttpClientResponse4 from "effect-4/http/HttpClientResponse"
import * as Random4 from "effect-4/Random"
import * as Redacted4 from "effect-4/Redacted"
import * as Result4 from "effect-4/Result"
import * as Schema4 from "effect-4/Schema"
import type * as Scope4 from "effect-4/Scope"
import * as Stream4 from "effect-4/Stream"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { inspect } from "node:util"
import { assert } from "vitest"

/** A service of this package, as the suite looks at it. */
export interface Service<Self, Reply, Scopes extends ReadonlyArray<string>> {
  readonly tag: Context.Tag<Self, ProviderClient<Reply, Scopes>>
  /** Its layer, with everything else from configuration. */
  readonly layer: (place: Place) => Layer.Layer<Self, unknown, HttpClient>
  /** Its reply on the wire. */
  readonly encode: (reply: Reply) => unknown
  /** Variables besides the account's. */
  readonly variables?: Readonly<Record<string, string>>
}

/** What the suite says otherwise of a provider. */
export type Place = Pick<Overrides, "apiUrl" | "baseUrl" | "clientAuthentication" | "tokenEndpoint">

/** The same provider, met by an Effect 3 application whose time and chance are those of the check. */
export const throughEffect3 = <Self, Reply, Scopes extends ReadonlyArray<string>>(
  subject: Subject,
  { encode, layer, tag, variables = {} }: Service<Self, Reply, Scopes>
): Subject => {
  const { client, settings } = subject.stated
  const { reply } = Result4.getOrThrow(subject.provider({}))
  const toToken4 = (token: AccessToken<Reply>): AccessToken4.AccessToken => {
    assertNoSecret(token, token.value, token.refreshToken?.value)
    return {
      ...token,
      value: Redacted4.make(Redacted.value(token.value)),
      refreshToken: token.refreshToken && {
        ...token.refreshToken,
        value: Redacted4.make(Redacted.value(token.refreshToken.value))
      },
      reply: Schema4.decodeUnknownSync(reply)(encode(token.reply))
    }
  }
  const toClient4 = (client: ProviderClient<Reply, Scopes>): ProviderClient4.ProviderClient => ({
    token: Effect4.map(run(client.token), toToken4),
    peek: () => undefined,
    renew: Effect4.map(run(client.renew), toToken4),
    reject: (token) =>
      run(client.reject({
        ...token,
        value: Redacted.make(Redacted4.value(token.value)),
        refreshToken: undefined
      })).pipe(Effect4.orDie, Effect4.as(undefined)),
    events: Stream4.fromReadableStream({ evaluate: () => Stream.toReadableStream(client.events), onError: String })
      .pipe(
        Stream4.orDie
      ),
    http: HttpClient4.makeWith<Failure, never, Failure, never>(
      Effect4.flatMap((request) => send(client.http, request)),
      Effect4.succeed
    ),
    withScopes: (scopes) => Effect4.map(run(client.withScopes(scopes as Scopes)), toClient4)
  })
  const connect = (
    { apiUrl, baseUrl, clientAuthentication, tokenEndpoint }: Overrides,
    account: ProviderClient4.Account
  ): Effect4.Effect<ProviderClient4.ProviderClient, TokenError4.TokenError, HttpClient4.HttpClient | Scope4.Scope> =>
    Effect4.gen(function*() {
      const scope = Effect.runSync(Scope.make())
      yield* Effect4.addFinalizer(() => Effect4.orDie(run(Scope.close(scope, Exit.void))))
      const clock = yield* Effect4.clockWith(Effect4.succeed)
      const random = yield* Random4.Random
      const set = new Map(Object.entries(variables))
      for (const [purpose, { variable }] of Object.entries(settings)) {
        // A client that is the same for everybody can't be missing.
        const value = settingOf(account, purpose) ?? (purpose === "clientId" && client !== undefined ? "" : undefined)
        if (value !== undefined) set.set(variable, value)
      }
      const application = Layer.provide(
        layer({ apiUrl, baseUrl, clientAuthentication, tokenEndpoint }),
        FetchHttpClient.layer
      )
      const built = Layer.buildWithScope(application, scope).pipe(
        Effect.withConfigProvider(ConfigProvider.fromMap(set)),
        Effect.withClock(clockOf(clock)),
        Effect.withRandom(randomOf(random))
      )
      return toClient4(Context.get(yield* run(built), tag))
    })
  return { ...subject, name: `${subject.name} through Effect 3`, connect }
}

const settingOf = (account: ProviderClient4.Account, purpose: string): string | undefined => {
  switch (purpose) {
    case "clientId":
    case "username":
      return account[purpose]
    case "clientSecret":
    case "password": {
      const secret = account[purpose]
      return Redacted4.isRedacted(secret) ? String(Redacted4.value(secret)) : undefined
    }
    case "scopes":
      return account.scopes?.join(" ")
    default:
      return undefined
  }
}

type Failure = HttpClientError4.HttpClientError | TokenError4.TokenError

const send = (
  http: AuthenticatedHttpClient,
  request: HttpClientRequest4.HttpClientRequest
): Effect4.Effect<HttpClientResponse4.HttpClientResponse, TokenError4.TokenError> =>
  Effect4.map(
    run(http.execute(HttpClientRequest.get(request.url, { headers: request.headers }))),
    ({ status }) => HttpClientResponse4.fromWeb(request, new Response(null, { status }))
  )

/** Runs an effect of the application. What it fails with is the same error on the wire, and says the same. */
const run = <A>(effect: Effect.Effect<A, unknown>): Effect4.Effect<A, TokenError4.TokenError> =>
  Effect4.callback((resume, signal) => {
    const answer = Exit.match({
      onSuccess: (value: A) => Effect4.succeed(value),
      onFailure: (cause: Cause.Cause<unknown>) => {
        const failed = Cause.squash(cause)
        return failed instanceof TokenError
          ? Effect4.suspend(() => Effect4.fail(toError4(failed)))
          : Effect4.die(failed)
      }
    })
    Effect.runPromiseExit(effect, { signal }).then((exit) => resume(answer(exit)))
  })

const toError4 = (error: TokenError): TokenError4.TokenError => {
  const error4 = Schema4.decodeUnknownSync(TokenErrorSchema4.TokenErrorSchema)(Schema.encodeSync(TokenError)(error))
  assert.strictEqual(error.message, error4.message)
  assert.strictEqual(error.reason.message, error4.reason.message)
  assert.strictEqual(error.isRetryable, error4.isRetryable)
  return error4
}

const assertNoSecret = (shown: unknown, ...secrets: ReadonlyArray<Redacted.Redacted | undefined>): void => {
  const text = `${inspect(shown, { depth: 9 })}${JSON.stringify(shown)}`
  for (const secret of secrets) {
    if (secret !== undefined) assert.notInclude(text, Redacted.value(secret))
  }
}

const clockOf = (clock: Clock4.Clock): Clock.Clock =>
  Object.assign(Clock.make(), {
    unsafeCurrentTimeMillis: () => clock.currentTimeMillisUnsafe(),
    unsafeCurrentTimeNanos: () => clock.currentTimeNanosUnsafe(),
    currentTimeMillis: Effect.sync(() => clock.currentTimeMillisUnsafe()),
    currentTimeNanos: Effect.sync(() => clock.currentTimeNanosUnsafe()),
    sleep: (duration: Duration.Duration) =>
      Effect.promise((signal) =>
        Effect4.runPromise(clock.sleep(Duration4.millis(Duration.toMillis(duration))), { signal })
      )
  })

const randomOf = (random: Random4.Random): Random.Random =>
  Object.defineProperties(Random.make("any"), { next: { value: Effect.sync(() => random.nextDoubleUnsafe()) } })
