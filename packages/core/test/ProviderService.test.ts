import { assert, describe, it } from "@effect/vitest"
import { toHttpClient } from "@mintmark/core/AuthenticatedHttpClient"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as HostPart from "@mintmark/core/HostPart"
import * as Provider from "@mintmark/core/Provider"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import { type Configurable, ProviderService } from "@mintmark/core/ProviderService"
import * as TokenError from "@mintmark/core/TokenError"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { account, acme as acmeAt } from "./support/accounts.ts"
import { serve, serveApi, tokenOf } from "./support/TestServer.ts"

const acme = Provider.make({
  id: "acme",
  tokenEndpoint: "https://{region}.auth.acme.test/token",
  apiUrl: "https://{region}.api.acme.test/v1",
  urlParts: { region: HostPart.label },
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.password,
  renewal: Grant.refreshToken,
  scopesRequired: true,
  reply: TokenReply.make({ tenant: Schema.String }),
  renewOn: [401, 403]
})

interface AcmeOptions extends ProviderClient.Options {
  readonly region: string
  readonly clientId: string
  readonly clientSecret: Provider.Secret
  readonly username: string
  readonly password: Provider.Secret
  readonly scopes?: ReadonlyArray<string> | undefined
}

class Acme extends ProviderService<Acme, AcmeOptions, ReadonlyArray<string>>()("test/Acme", acme) {}

const options = {
  region: "eu",
  clientId: "a",
  clientSecret: Redacted.make("b"),
  username: "c",
  password: Redacted.make("d"),
  scopes: ["e"]
}

/** Notes the requests, and answers them. */
const noting = (respond: (request: HttpClientRequest.HttpClientRequest) => Response = () => new Response("{}")) => {
  const seen: Array<readonly [method: string, url: string, authorization: string | undefined]> = []
  const http = HttpClient.make((request, url) =>
    Effect.sync(() => {
      seen.push([request.method, url.href, request.headers["authorization"]])
      return HttpClientResponse.fromWeb(request, respond(request))
    })
  )
  return { http, seen }
}

describe("layerTest", () => {
  const reply = { tenant: "t" }

  it.effect("gives the service the test's token, and sends its requests to the test's client", () => {
    const { http, seen } = noting()
    return Effect.gen(function*() {
      const { attach, http, peek, token, withScopes } = yield* Acme
      const current = yield* token
      assert.strictEqual(Redacted.value(current.value), "mine")
      assert.strictEqual(current.reply.tenant, "t")
      assert.strictEqual(peek(), current)
      assert.strictEqual((yield* http.get("/a", { urlParams: { b: "c" } })).status, 200)
      assert.strictEqual((yield* attach(yield* HttpClient.HttpClient).post("/d")).status, 200)
      assert.strictEqual((yield* Effect.flip(http.get("https://elsewhere.test/"))).reason._tag, "Unsafe")
      assert.deepStrictEqual((yield* (yield* withScopes(["x"])).token).scopes, ["x"])
      assert.deepStrictEqual(seen, [
        ["GET", "https://test.api.acme.test/v1/a?b=c", "Bearer mine"],
        ["POST", "https://test.api.acme.test/v1/d", "Bearer mine"]
      ])
    }).pipe(
      Effect.provide(Acme.layerTest({ token: "mine", http, reply })),
      Effect.provideService(HttpClient.HttpClient, http)
    )
  })

  it.effect("expires as its reply says, and is renewed after a 401, by the test's clock", () => {
    let refuses = false
    const { http, seen } = noting(() => new Response(null, { status: refuses ? 401 : 200 }))
    return Effect.gen(function*() {
      const { http, token } = yield* Acme
      const first = yield* token
      assert.strictEqual(first.expiresAt, 60_000)
      yield* TestClock.adjust("1 minute")
      const second = yield* token
      assert.strictEqual(second.expiresAt, 120_000)
      refuses = true
      assert.strictEqual((yield* http.get("/a")).status, 401)
      assert.isNotEmpty(seen)
    }).pipe(Effect.provide(Acme.layerTest({ token: Redacted.make("mine"), http, reply: { ...reply, expires_in: 60 } })))
  })

  it.effect("fails a request if the test has no client for it", () =>
    Effect.gen(function*() {
      const { http, token } = yield* Acme
      assert.strictEqual(Redacted.value((yield* token).value), "test-token")
      assert.match((yield* Effect.flip(http.get("/a"))).message, /layerTest/)
    }).pipe(Effect.provide(Acme.layerTest({ reply }))))
})

describe("layerConfig", () => {
  const reasonWith = (
    variables: Record<string, string>,
    given: Configurable<AcmeOptions> = {}
  ) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Layer.build(Acme.layerConfig(given)))
      assert(error._tag === "TokenError" && error.reason._tag === "InvalidOption")
      return error.message
    }).pipe(
      Effect.scoped,
      Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromUnknown(variables)),
      Effect.provide(FetchHttpClient.layer)
    )
  const all = {
    ACME_REGION: "eu",
    ACME_CLIENT_ID: "a",
    ACME_CLIENT_SECRET: "b",
    ACME_USERNAME: "c",
    ACME_PASSWORD: "d",
    ACME_SCOPES: "e"
  }

  it.effect("names everything that is missing at once, by option and variable", () =>
    Effect.gen(function*() {
      assert.strictEqual(
        yield* reasonWith({ ACME_CLIENT_ID: "a", ACME_PASSWORD: "" }),
        "acme: region (ACME_REGION) is missing or empty, and so are clientSecret (ACME_CLIENT_SECRET), "
          + "username (ACME_USERNAME), password (ACME_PASSWORD), scopes (ACME_SCOPES)"
      )
      assert.strictEqual(
        yield* reasonWith({ ...all, ACME_USERNAME: "", ACME_SCOPES: " " }),
        "acme: username (ACME_USERNAME) is missing or empty, and so is scopes (ACME_SCOPES)"
      )
      assert.strictEqual(
        yield* reasonWith({ ...all, ACME_USERNAME: "" }),
        "acme: username (ACME_USERNAME) is missing or empty"
      )
    }))

  it.effect("has no options where an application gives no object, from JavaScript: names what is missing", () =>
    Effect.gen(function*() {
      for (const given of [null, undefined, 5, "options", true]) {
        const made: ReturnType<typeof Acme.make> = Reflect.apply(Acme.make, undefined, [given])
        const { message } = yield* Effect.provideService(Effect.flip(made), HttpClient.HttpClient, noting().http)
        assert.include(message, "acme: region (ACME_REGION) is missing or empty, and so are clientId (ACME_CLIENT_ID)")
      }
    }))

  it.effect("treats a secret that has been wiped as missing, and so one that an effect reads", () =>
    Effect.gen(function*() {
      const wiped = Redacted.make("s3cret")
      Redacted.wipeUnsafe(wiped)
      const provide = Effect.provideService(HttpClient.HttpClient, noting().http)
      const now = yield* provide(Effect.flip(Acme.make({ ...options, password: wiped })))
      const { token } = yield* provide(Acme.make({ ...options, password: Effect.succeed(wiped) }))
      for (const error of [now, yield* Effect.flip(token)]) {
        assert.include(error.message, "acme: password (ACME_PASSWORD) is missing or empty")
      }
      const parameter = yield* provide(Effect.flip(Acme.make({ ...options, parameters: { pin: wiped } })))
      assert.include(parameter.message, "acme: parameters must contain strings")
    }))

  it.effect("treats an option that is undefined as missing, and reads no variable of another account", () =>
    Effect.gen(function*() {
      assert.include(yield* reasonWith(all, { username: undefined }), "username")
      assert.match(yield* reasonWith(all, { clientId: undefined, clientSecret: undefined }), /clientId.*clientSecret/)
    }))
})

describe("httpLayer", () => {
  it.effect("is an HttpClient with the service's token, for code that takes one", () =>
    Effect.gen(function*() {
      const server = yield* serveApi((received) => ({ status: tokenOf(received) === "token-1" ? 401 : 200 }))
      const balance = Effect.flatMap(HttpClient.HttpClient, (http) => http.get("/balance"))
      const live = Acme.httpLayer.pipe(
        Layer.provide(Acme.layer({ ...options, baseUrl: server.origin })),
        Layer.provide(FetchHttpClient.layer)
      )
      const error = yield* Effect.flip(Effect.provide(balance, live))
      // The reply lacks a field that the provider's Schema has.
      assert.strictEqual(error.reason._tag, "EncodeError")
      assert.strictEqual(TokenError.from(error)?.reason._tag, "ReplyNotUnderstood")
    }))

  it.effect("sends the requests of HttpClient's functions to the test's client", () => {
    const { http, seen } = noting()
    return Effect.gen(function*() {
      yield* HttpClient.get("/a")
      assert.deepStrictEqual(seen, [["GET", "https://test.api.acme.test/v1/a", "Bearer test-token"]])
    }).pipe(Effect.provide(Layer.provide(Acme.httpLayer, Acme.layerTest({ http, reply: { tenant: "t" } }))))
  })
})

describe("TokenError.retrySchedule", () => {
  const unavailable = (retryAt?: number) =>
    new TokenError.TokenError({
      provider: "acme",
      reason: new TokenError.Unavailable({ kind: "status", status: 503 }),
      retryAt
    })

  const failing = (errors: ReadonlyArray<unknown>) => {
    const at: Array<number> = []
    const effect = Effect.clockWith((clock) =>
      Effect.suspend(() => {
        const error = errors[at.length]
        at.push(clock.currentTimeMillisUnsafe())
        return error === undefined ? Effect.succeed("done") : Effect.fail(error)
      })
    )
    return { at, effect }
  }

  const run = <A, E>(effect: Effect.Effect<A, E>) =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(Effect.exit(effect))
      for (let minute = 0; minute < 30; minute++) yield* TestClock.adjust("1 minute")
      const exit = fiber.pollUnsafe()
      assert(exit !== undefined && exit._tag === "Success")
      return exit.value._tag
    })

  it.effect("waits until retryAt, or for a growing delay if there is none", () =>
    Effect.gen(function*() {
      const { at, effect } = failing([unavailable(60_000), unavailable(), unavailable()])
      assert.strictEqual(yield* run(Effect.retry(effect, TokenError.retrySchedule())), "Success")
      assert.strictEqual(at[1], 60_000)
      const [, , third = 0, fourth = 0] = at
      assert.isAtLeast(third - 60_000, 200)
      assert.isAtMost(third - 60_000, 400)
      assert.isAtLeast(fourth - third, 400)
      assert.isAtMost(fourth - third, 800)
    }))

  it.effect("stops at its limits, and at permanent failures", () =>
    Effect.gen(function*() {
      const always = Array.from({ length: 100 }, () => unavailable())
      const five = failing(always)
      assert.strictEqual(yield* run(Effect.retry(five.effect, TokenError.retrySchedule())), "Failure")
      assert.strictEqual(five.at.length, 1 + 5)
      const two = failing(always)
      yield* run(Effect.retry(two.effect, TokenError.retrySchedule({ times: 2 })))
      assert.strictEqual(two.at.length, 1 + 2)
      for (
        const error of [
          unavailable(24 * 3_600_000),
          new TokenError.TokenError({
            provider: "acme",
            reason: new TokenError.CredentialsRefused({ status: 401, certain: true })
          }),
          new TokenError.TokenError({ provider: "acme", reason: new TokenError.Unavailable({ kind: "closed" }) }),
          new Error("another")
        ]
      ) {
        const once = failing([error])
        assert.strictEqual(yield* run(Effect.retry(once.effect, TokenError.retrySchedule())), "Failure")
        assert.strictEqual(once.at.length, 1)
      }
    }))

  it.effect("retries a request that failed without a token, also as an HttpClientError", () =>
    Effect.gen(function*() {
      let tokens = 0
      const server = yield* serve(({ path }) =>
        path !== "/token"
          ? {}
          : ++tokens % 2 === 1
          ? { status: 429, headers: { "retry-after": "60" } }
          : { body: JSON.stringify({ access_token: "token", token_type: "Bearer", expires_in: 3600 }) }
      )
      for (const plain of [false, true]) {
        const { http } = yield* account(acmeAt(server.origin))
        const request = plain
          ? HttpClient.retry(toHttpClient(http), TokenError.retrySchedule()).get("/a")
          : HttpClient.retry(http, TokenError.retrySchedule()).get("/a")
        const fiber = yield* Effect.forkChild(Effect.exit(request))
        yield* Effect.repeat(Effect.sleep(10).pipe(TestClock.withLive), { until: () => tokens % 2 === 1 })
        yield* Effect.repeat(TestClock.adjust("20 seconds"), { until: () => fiber.pollUnsafe() !== undefined })
        assert.strictEqual((yield* Effect.flatten(Fiber.join(fiber))).status, 200)
      }
      assert.strictEqual(tokens, 4)
    }).pipe(Effect.provide(FetchHttpClient.layer)))
})
