import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type { HttpClient } from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type { Options, Subject } from "@mintmark/conformance"
import type * as AccessToken4 from "@mintmark/core/AccessToken"
import * as ClientAuthentication4 from "@mintmark/core/ClientAuthentication"
import { moreOf } from "@mintmark/core/internal/http/standardFields"
import type * as ProviderClient4 from "@mintmark/core/ProviderClient"
import * as TokenError4 from "@mintmark/core/TokenError"
import {
  type AccessToken,
  type AuthenticatedHttpClient,
  type Options as Options3,
  type ProviderClient,
  TokenError
} from "@mintmark/effect-3"
import type * as Clock4 from "effect-4/Clock"
import * as Duration4 from "effect-4/Duration"
import * as Effect4 from "effect-4/Effect"
import * as HttpClient4 from "effect-4/http/HttpClient"
import type * as HttpClientError4 from "effect-4/http/HttpClientError"
import type * as HttpClientRequest4 from "effect-4/http/HttpClientRequest"
import * as HttpClientResponse4 from "effect-4/http/HttpClientResponse"
import * as Random4 from "effect-4/Random"
import * as Redacted4 from "effect-4/Redacted"
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
}

/** The overrides of the suite that have no variable. */
export type Place = Pick<Options3, "apiUrl" | "clientAuthentication" | "tokenEndpoint">

const methods: ReadonlyMap<unknown, Options3["clientAuthentication"]> = new Map([
  [ClientAuthentication4.clientSecretBasic, "client_secret_basic"],
  [ClientAuthentication4.clientSecretBasicRaw, "client_secret_basic_raw"],
  [ClientAuthentication4.clientSecretPost, "client_secret_post"],
  [ClientAuthentication4.none, "none"]
])

const standard = { access_token: "-", token_type: "Bearer" }

/** The same provider, met by an Effect 3 application whose time and chance are those of the check. */
export const throughEffect3 = <Self, Reply, Scopes extends ReadonlyArray<string>>(
  subject: Subject,
  { encode, layer, tag }: Service<Self, Reply, Scopes>
): Subject => {
  const { reply } = subject.provider
  const toToken4 = (token: AccessToken<Reply>): AccessToken4.AccessToken => {
    assertNoSecret(token, token.value, token.refreshToken?.value)
    return {
      ...token,
      value: Redacted4.make(Redacted.value(token.value)),
      refreshToken: token.refreshToken && {
        ...token.refreshToken,
        value: Redacted4.make(Redacted.value(token.refreshToken.value))
      },
      reply: moreOf<unknown>(Schema4.decodeUnknownSync(reply)({ ...standard, ...Object(encode(token.reply)) }))
    }
  }
  const toClient4 = (client: ProviderClient<Reply, Scopes>): ProviderClient4.ProviderClient => ({
    token: Effect4.map(run(client.token), toToken4),
    peek: () => {
      const token = client.peek()
      return token && toToken4(token)
    },
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
    attach: () => assert.fail("a client of Effect 3 goes through `http`"),
    withScopes: (scopes) => Effect4.map(run(client.withScopes(scopes as Scopes)), toClient4)
  })
  const connect = (
    options: Options
  ): Effect4.Effect<ProviderClient4.ProviderClient, TokenError4.TokenError, HttpClient4.HttpClient | Scope4.Scope> =>
    Effect4.gen(function*() {
      const scope = Effect.runSync(Scope.make())
      yield* Effect4.addFinalizer(() => Effect4.orDie(run(Scope.close(scope, Exit.void))))
      const clock = yield* Effect4.clockWith(Effect4.succeed)
      const random = yield* Random4.Random
      const variables = new Map<string, string>()
      const given: Record<string, unknown> = {}
      for (const { option, variable } of Object.values(subject.policy.settings)) {
        const value = options[option]
        const text = textOf(value)
        // An empty variable is as if it were not set.
        if (text === "" && !Array.isArray(value)) {
          given[option] = Redacted4.isRedacted(value)
            ? Redacted.make(text)
            : text
        } else if (text !== undefined) variables.set(variable, text)
      }
      const { apiUrl, clientAuthentication, tokenEndpoint } = options
      const place = { ...given, apiUrl, tokenEndpoint, clientAuthentication: methods.get(clientAuthentication) }
      const application = Layer.provide(layer(place), FetchHttpClient.layer)
      const built = Layer.buildWithScope(application, scope).pipe(
        Effect.withConfigProvider(ConfigProvider.fromMap(variables)),
        Effect.withClock(clockOf(clock)),
        Effect.withRandom(randomOf(random))
      )
      return toClient4(Context.get(yield* run(built), tag))
    })
  return { ...subject, name: `${subject.name} through Effect 3`, connect }
}

/** An option as a variable has it. */
const textOf = (value: unknown): string | undefined =>
  Redacted4.isRedacted(value)
    ? textOf(Redacted4.value(value))
    : Array.isArray(value)
    ? value.join(" ")
    : typeof value === "string"
    ? value
    : undefined

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
  const error4 = Schema4.decodeUnknownSync(TokenError4.TokenErrorSchema)(Schema.encodeSync(TokenError)(error))
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
