import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Routee, toHttpClient, TokenError, Voipex } from "@mintmark/effect-3"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as Tracer from "effect/Tracer"
import { inspect } from "node:util"
import { assert, describe, it } from "vitest"
import { ended, eventually, granted, open, pause, run, secret, type Server, server, turn } from "./support/server.ts"

const valueOf = (token: { readonly value: Redacted.Redacted }): string => Redacted.value(token.value)

describe("time", () => {
  it("is the application's: its TestClock drives a token's lifetime", () =>
    run(Effect.gen(function*() {
      const there = server()
      const { tokenRequests } = there
      const routee = yield* open(there)
      assert.isUndefined(routee.peek())
      const first = yield* routee.token
      assert.strictEqual(first.expiresAt - first.requestedAt, 3_600_000)
      assert.strictEqual(routee.peek(), first)
      yield* TestClock.adjust("30 minutes")
      assert.strictEqual(yield* routee.token, first)
      yield* TestClock.adjust("29 minutes")
      assert.strictEqual(yield* routee.token, first)
      yield* eventually(() => tokenRequests.length === 2)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(valueOf(yield* routee.token), "token-2")
      yield* TestClock.adjust("2 hours")
      assert.strictEqual(valueOf(yield* routee.token), "token-3")
      assert.lengthOf(tokenRequests, 3)
    })))

  it("ends a request that takes longer than the deadline, and aborts it", () =>
    run(Effect.gen(function*() {
      const there = server({ token: () => Effect.never })
      const routee = yield* open(there, { deadline: "5 seconds" })
      const waiting = yield* Effect.fork(Effect.flip(routee.token))
      yield* turn("4 seconds")
      assert.isNull(waiting.unsafePoll())
      yield* turn("1 second")
      const { reason } = yield* Fiber.join(waiting)
      assert.deepInclude(reason, { _tag: "Unavailable", kind: "timeout" })
      assert.strictEqual(there.aborted(), 1)
    })))

  it("is rounded to whole milliseconds, which every TestClock supports", () =>
    run(Effect.gen(function*() {
      const waits: Array<number> = []
      const watched = new Proxy(yield* Effect.clock, {
        get: (clock, key) =>
          key === "sleep"
            ? (duration: Duration.Duration) => {
              waits.push(Duration.toMillis(duration))
              return clock.sleep(duration)
            }
            : Reflect.get(clock, key)
      })
      const there = server({
        token: (count) => Effect.succeed(count < 3 ? new Response(null, { status: 503 }) : granted(count))
      })
      const routee = yield* Effect.withClock(open(there), watched)
      const waiting = yield* Effect.fork(routee.token)
      yield* turn("20 seconds")
      assert.strictEqual(valueOf(yield* Fiber.join(waiting)), "token-3")
      // Each retry waits for a random time.
      assert.isAtLeast(waits.length, 2)
      assert.deepStrictEqual(waits.filter((wait) => !Number.isInteger(wait)), [])
    })))
})

describe("interruption", () => {
  it("of one caller ends the wait of no other caller", () =>
    run(Effect.gen(function*() {
      const answer = yield* Deferred.make<Response>()
      const there = server({ token: () => Deferred.await(answer) })
      const routee = yield* open(there)
      const callers = yield* Effect.all(Effect.replicate(Effect.fork(routee.token), 100))
      yield* eventually(() => there.tokenRequests.length === 1)
      for (const caller of callers.slice(0, 50)) assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(caller)))
      yield* Deferred.succeed(answer, granted(1))
      const tokens = yield* Effect.forEach(callers.slice(50), Fiber.join)
      assert.deepStrictEqual(new Set(tokens.map(valueOf)), new Set(["token-1"]))
      assert.lengthOf(there.tokenRequests, 1)
      assert.strictEqual(there.aborted(), 0)
    })))

  it("of all callers keeps a reply that arrives", () =>
    run(Effect.gen(function*() {
      const answer = yield* Deferred.make<Response>()
      const there = server({ token: () => Deferred.await(answer) })
      const routee = yield* open(there)
      const caller = yield* Effect.fork(routee.token)
      yield* eventually(() => there.tokenRequests.length === 1)
      yield* Fiber.interrupt(caller)
      yield* Deferred.succeed(answer, granted(1))
      assert.strictEqual(valueOf(yield* routee.token), "token-1")
      assert.lengthOf(there.tokenRequests, 1)
    })))

  it("of an API request aborts that request", () =>
    run(Effect.gen(function*() {
      const there = server({ api: () => Effect.never })
      const routee = yield* open(there)
      const caller = yield* Effect.fork(routee.http.get("/accounts/me"))
      yield* eventually(() => there.apiRequests.length === 1)
      yield* Fiber.interrupt(caller)
      assert.strictEqual(there.aborted(), 1)
      assert.strictEqual(valueOf(yield* routee.token), "token-1")
    })))
})

describe("the scope's end", () => {
  it("aborts requests in flight, fails waiting callers, and leaves nothing behind", () =>
    run(Effect.gen(function*() {
      const there = server({ token: () => Effect.never })
      const scope = yield* Scope.make()
      let sleeping = 0
      const clock = Object.assign(Clock.make(), {
        sleep: () =>
          Effect.acquireUseRelease(
            Effect.sync(() => sleeping++),
            () => Effect.never,
            () => Effect.sync(() => sleeping--)
          )
      })
      const routee = yield* Scope.extend(open(there), scope).pipe(Effect.withClock(clock))
      const waiting = yield* Effect.fork(Effect.flip(routee.token))
      yield* eventually(() => there.tokenRequests.length === 1)
      assert.strictEqual(sleeping, 1)
      yield* Scope.close(scope, Exit.void)
      assert.deepInclude((yield* Fiber.join(waiting)).reason, { _tag: "Unavailable", kind: "closed" })
      assert.strictEqual(there.aborted(), 1)
      assert.strictEqual(sleeping, 0)
      assert.deepInclude((yield* Effect.flip(routee.token)).reason, { _tag: "Unavailable", kind: "closed" })
      assert.lengthOf(there.tokenRequests, 1)
    })))
})

describe("errors", () => {
  it("are Effect 3's: distinguished by tag and reason, and encoded by Schema", () =>
    run(Effect.gen(function*() {
      const there = server({
        token: () => Effect.succeed(Response.json({ error: "invalid_client" }, { status: 401 }))
      })
      const routee = yield* open(there)
      const told = yield* routee.token.pipe(
        Effect.as("a token"),
        Effect.catchTag("TokenError", (error) => Effect.succeed(error))
      )
      assert.instanceOf(told, TokenError)
      assert.deepInclude(told.reason, { _tag: "CredentialsRefused", status: 401, code: "invalid_client" })
      assert.isFalse(told.isRetryable)
      assert.include(told.message, "routee: the credentials were refused (status 401, invalid_client)")
      const encoded = JSON.parse(JSON.stringify(yield* Schema.encode(TokenError)(told)))
      assert.deepInclude(encoded.reason, { _tag: "CredentialsRefused", status: 401 })
    })))

  it("show no secret, whatever the server or the client contains", () =>
    run(Effect.gen(function*() {
      const encoded = btoa(`acme-7:${secret}`)
      const answers = [
        Effect.succeed(Response.json({ error: secret, error_description: `${secret} ${encoded}` }, { status: 400 })),
        Effect.succeed(new Response(secret)),
        Effect.die(new Error(`${secret} ${encoded}`))
      ]
      for (const answer of answers) {
        const routee = yield* open(server({ token: () => answer }))
        const exit = yield* ended(routee.token)
        assert.isTrue(Exit.isFailure(exit))
        const shown = `${inspect(exit, { depth: 12 })}${JSON.stringify(exit)}${
          Exit.match(exit, { onFailure: Cause.pretty, onSuccess: String })
        }`
        assert.notInclude(shown, secret)
        assert.notInclude(shown, encoded)
      }
    })))

  it("name an option that can't be used, before any request", () =>
    run(Effect.gen(function*() {
      const there = server()
      const unknown: unknown = "client_secret_jwt"
      const method = yield* Effect.flip(open(there, { clientAuthentication: unknown as "none" }))
      assert.strictEqual(
        method.message,
        "routee: clientAuthentication must be one of client_secret_basic, client_secret_basic_raw, client_secret_post, none"
      )
      const wrong: Record<string, ReadonlyArray<unknown>> = {
        deadline: ["soon", {}],
        assumedLifetime: ["soon"],
        parameters: ["a=b", { a: 7 }, { a: null }, new Map([["a", "b"]]), [["a", "b"]], { a: [["b"]] }],
        apiOrigins: [[new URL("https://proxy.example")]],
        renewOn: [["401"]]
      }
      for (const [option, values] of Object.entries(wrong)) {
        for (const value of values) {
          const { reason } = yield* Effect.flip(open(there, Object.assign({}, { [option]: value })))
          assert.deepInclude(reason, { _tag: "InvalidOption", option })
        }
      }
      const { reason } = yield* Effect.flip(open(there, { applicationId: "" }))
      assert.deepInclude(reason, { _tag: "InvalidOption", option: "applicationId", variable: "ROUTEE_APPLICATION_ID" })
      assert.lengthOf(there.tokenRequests, 0)
    })))
})

describe("the log", () => {
  it("is the application's: a renewal that fails while the token is valid is a warning in it, without a secret", () =>
    run(Effect.gen(function*() {
      const lines: Array<string> = []
      const logger = Logger.make(({ logLevel, message }) => {
        lines.push(`${logLevel.label} ${Array.isArray(message) ? message.join(" ") : String(message)}`)
      })
      const there = server({
        token: (count) =>
          Effect.succeed(count === 1 ? granted(1) : Response.json({ error: "invalid_client" }, { status: 401 }))
      })
      const routee = yield* Effect.provide(open(there), Logger.replace(Logger.defaultLogger, logger)).pipe(
        Logger.withMinimumLogLevel(LogLevel.Debug)
      )
      yield* routee.token
      yield* TestClock.adjust("59 minutes")
      yield* routee.token
      yield* eventually(() => lines.some((line) => line.startsWith("WARN")))
      assert.match(lines[0] ?? "", /^DEBUG routee: token request \(first\): obtained/)
      assert.match(
        lines.find((line) => line.startsWith("WARN")) ?? "",
        /^WARN routee: the access token could not be renewed; the cached one is valid until /
      )
      assert.notInclude(lines.join(), secret)
    })))
})

describe("configuration", () => {
  const layerOf = (
    variables: ReadonlyArray<readonly [string, string]>,
    layer: Layer.Layer<Voipex, unknown, HttpClient.HttpClient>
  ) =>
    Layer.build(layer).pipe(
      Effect.map((context) => Context.get(context, Voipex)),
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map(variables))),
      Effect.provideService(HttpClient.HttpClient, server().http)
    )

  it("is read from the provider's variables, and given values take precedence over them", () =>
    run(Effect.gen(function*() {
      const there = server()
      const variables = new Map([["ROUTEE_APPLICATION_ID", "from-variable"], ["ROUTEE_SCOPES", "sms voice"]])
      const given = Routee.layerConfig({
        applicationId: "given",
        applicationSecret: Config.succeed(Redacted.make("of-my-own"))
      })
      yield* Effect.flatMap(Routee, ({ token }) => token).pipe(
        Effect.provide(given),
        Effect.withConfigProvider(ConfigProvider.fromMap(variables)),
        Effect.provideService(HttpClient.HttpClient, there.http)
      )
      const [request] = there.tokenRequests
      assert.strictEqual(atob(String(request?.headers["authorization"]).slice("Basic ".length)), "given:of-my-own")
      const body = request?.body
      assert.strictEqual(
        body?._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : body?._tag,
        "grant_type=client_credentials&scope=sms+voice"
      )
    })))

  it("treats an empty variable as not set, and undefined as missing", () =>
    run(Effect.gen(function*() {
      const empty = ["VOIPEX_BASE_URL", "VOIPEX_CLIENT_ID", "VOIPEX_SCOPES"].map((name) => [name, ""] as const)
      const account = [["VOIPEX_USERNAME", "alice"], ["VOIPEX_PASSWORD", secret]] as const
      yield* layerOf([...account, ...empty], Voipex.layerConfig())
      for (const option of ["username", "password"]) {
        const error = yield* Effect.flip(layerOf(account, Voipex.layerConfig({ [option]: undefined })))
        assert.instanceOf(error, TokenError)
        assert.deepInclude(error.reason, { _tag: "InvalidOption", option })
      }
      const error = yield* Effect.flip(layerOf([...account, ["VOIPEX_PASSWORD", ""]], Voipex.layerConfig()))
      assert.instanceOf(error, TokenError)
      assert.deepInclude(error.reason, { _tag: "InvalidOption", variable: "VOIPEX_PASSWORD" })
    })))

  it("names the missing variable, and fails with ConfigError if one can't be read", () =>
    run(Effect.gen(function*() {
      const missing = yield* Effect.flip(layerOf([["VOIPEX_USERNAME", "alice"]], Voipex.layerConfig()))
      assert.instanceOf(missing, TokenError)
      assert.deepInclude(missing.reason, { _tag: "InvalidOption", variable: "VOIPEX_PASSWORD" })
      const unread = Voipex.layerConfig({ username: Config.string("NO_SUCH_VARIABLE") })
      assert.isTrue(ConfigError.isConfigError(yield* Effect.flip(layerOf([["VOIPEX_PASSWORD", secret]], unread))))
    })))
})

describe("a secret that is an effect", () => {
  it("is read anew for each token request", () =>
    run(Effect.gen(function*() {
      const there = server()
      let reads = 0
      const routee = yield* open(there, { applicationSecret: Effect.sync(() => Redacted.make(`secret-${++reads}`)) })
      yield* routee.token
      yield* routee.renew
      assert.deepStrictEqual(
        there.tokenRequests.map(({ headers }) => atob(String(headers["authorization"]).slice("Basic ".length))),
        ["acme-7:secret-1", "acme-7:secret-2"]
      )
    })))

  it("fails without the text of its cause", () =>
    run(Effect.gen(function*() {
      const routee = yield* open(server(), { applicationSecret: Effect.fail({ secret }) })
      const error = yield* Effect.flip(routee.token)
      assert.deepInclude(error.reason, { _tag: "Unavailable", kind: "credentials" })
      assert.notInclude(inspect(error, { depth: 9 }), secret)
    })))
})

describe("http", () => {
  const refused = (count: number) => Effect.succeed(Response.json({ count }, { status: count === 1 ? 401 : 200 }))

  it("sends a refused request once more with another token", () =>
    run(Effect.gen(function*() {
      const there = server({ api: refused })
      const routee = yield* open(there)
      const response = yield* routee.http.post("/sms", { body: HttpBody.unsafeJson({ to: "me" }) })
      assert.strictEqual(response.status, 200)
      assert.deepStrictEqual(
        there.apiRequests.map(({ headers, url }) => [url, headers["authorization"]]),
        [["https://connect.routee.net/sms", "Bearer token-1"], ["https://connect.routee.net/sms", "Bearer token-2"]]
      )
    })))

  it("sends a stream once, and rejects the token", () =>
    run(Effect.gen(function*() {
      const there = server({ api: refused })
      const routee = yield* open(there)
      const request = HttpClientRequest.post("/sms").pipe(
        HttpClientRequest.bodyStream(Stream.make(new Uint8Array([1])))
      )
      assert.strictEqual((yield* routee.http.execute(request)).status, 401)
      assert.lengthOf(there.apiRequests, 1)
      assert.strictEqual(valueOf(yield* routee.token), "token-2")
    })))

  it("returns a repeated 401 with its body, after two requests", () =>
    run(Effect.gen(function*() {
      const there = server({ api: () => Effect.succeed(Response.json({ sorry: true }, { status: 403 })) })
      const routee = yield* open(there)
      const response = yield* routee.http.get("/sms")
      assert.strictEqual(response.status, 403)
      assert.deepStrictEqual(yield* response.json, { sorry: true })
      assert.lengthOf(there.apiRequests, 2)
    })))

  it("renews with a client that turns the status into an error", () =>
    run(Effect.gen(function*() {
      const there = server({ api: refused })
      const routee = yield* open({ ...there, http: HttpClient.filterStatusOk(there.http) })
      assert.strictEqual((yield* routee.http.get("/sms")).status, 200)
    })))

  it("sends the token to no other origin, and checks the URL that the application's client makes", () =>
    run(Effect.gen(function*() {
      const there = server()
      const astray = HttpClient.mapRequest(there.http, HttpClientRequest.setUrl("https://other.example/"))
      for (const routee of [yield* open(there), yield* open({ ...there, http: astray })]) {
        const url = routee.http.get("https://other.example/")
        const error = yield* Effect.flip(url)
        assert.instanceOf(error, TokenError)
        assert.strictEqual(error.reason._tag, "Unsafe")
      }
      assert.lengthOf(there.apiRequests, 0)
    })))

  it("leaves a caller's own authorization unchanged", () =>
    run(Effect.gen(function*() {
      const there = server()
      const routee = yield* open(there)
      yield* routee.http.get("/sms", { headers: { authorization: "Bearer mine" } })
      assert.strictEqual(there.apiRequests[0]?.headers["authorization"], "Bearer mine")
      assert.lengthOf(there.tokenRequests, 0)
    })))

  it("sends one token request for a thousand callers whose token was revoked, and all succeed", () =>
    run(Effect.gen(function*() {
      const callers = 1000
      const refusals = yield* Deferred.make<void>()
      const there = server({
        // No caller sees the refusal before all have been refused.
        api: (count) => {
          if (count > callers) return Effect.succeed(Response.json({}))
          const refusal = Effect.as(Deferred.await(refusals), new Response(null, { status: 401 }))
          return count === callers ? Effect.zipRight(Deferred.succeed(refusals, undefined), refusal) : refusal
        }
      })
      const routee = yield* open(there)
      yield* routee.token
      const answers = yield* Effect.all(Effect.replicate(routee.http.get("/accounts/me"), callers), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
      assert.lengthOf(there.tokenRequests, 2)
      const sent = there.apiRequests.map(({ headers }) => headers["authorization"])
      assert.deepStrictEqual(
        [new Set(sent.slice(0, callers)), new Set(sent.slice(callers))],
        [new Set(["Bearer token-1"]), new Set(["Bearer token-2"])]
      )
      assert.lengthOf(sent, 2 * callers)
    })))

  for (const tracing of [true, false]) {
    it(`sends the token to no other origin that the application's client is redirected to, traced or not: ${tracing}`, () =>
      run(Effect.gen(function*() {
        const elsewhere = { status: 307, headers: { location: "https://other.example/" } }
        const there = server({ api: () => Effect.succeed(new Response(null, elsewhere)) })
        const routee = yield* open({ ...there, http: HttpClient.followRedirects(there.http) })
        const error = yield* Effect.flip(Effect.withTracerEnabled(routee.http.get("/sms"), tracing))
        assert.instanceOf(error, TokenError)
        assert.deepInclude(error.reason, { _tag: "Unsafe", kind: "origin" })
        assert.deepStrictEqual(there.apiRequests.map(({ url }) => url), ["https://connect.routee.net/sms"])
      })))
  }

  it("follows a redirect within the provider's own origin with the token", () =>
    run(Effect.gen(function*() {
      const there = server({
        api: (count) =>
          Effect.succeed(new Response(null, count === 1 ? { status: 302, headers: { location: "/new" } } : {}))
      })
      const routee = yield* open({ ...there, http: HttpClient.followRedirects(there.http) })
      assert.strictEqual((yield* routee.http.get("/old")).status, 200)
      assert.deepStrictEqual(
        there.apiRequests.map(({ headers, url }) => [url, headers["authorization"]]),
        [["https://connect.routee.net/old", "Bearer token-1"], ["https://connect.routee.net/new", "Bearer token-1"]]
      )
    })))

  it("is an HttpClient like any other", () =>
    run(Effect.gen(function*() {
      const there = server({ token: () => Effect.succeed(Response.json({ error: "invalid_client" }, { status: 401 })) })
      const routee = yield* open(there)
      const error = yield* Effect.flip(toHttpClient(routee.http).get("/sms"))
      assert.strictEqual(error._tag, "RequestError")
      assert.instanceOf(error.cause, TokenError)
    })))

  it("is retried by retryTransient only if the same call may succeed later", () =>
    run(Effect.gen(function*() {
      const reasonOf = (there: Server, url: string) =>
        Effect.flatMap(open(there), ({ http }) => Effect.flip(toHttpClient(http).get(url))).pipe(
          Effect.map(({ reason }) => reason)
        )
      const answering = (status: number) =>
        server({ token: () => Effect.succeed(Response.json({ error: "invalid_client" }, { status })) })
      assert.strictEqual(yield* reasonOf(answering(401), "/sms"), "Encode")
      assert.strictEqual(yield* reasonOf(answering(429), "/sms"), "Transport")
      assert.strictEqual(yield* reasonOf(server(), "https://other.example/"), "InvalidUrl")
    })))
})

describe("a token request", () => {
  it("has the method and the further fields that the application names", () =>
    run(Effect.gen(function*() {
      const there = server()
      const routee = yield* open(there, {
        clientAuthentication: "client_secret_post",
        parameters: { audience: ["a", Redacted.make("b")], resource: Redacted.make("c") }
      })
      yield* routee.token
      const body = there.tokenRequests[0]?.body
      assert.strictEqual(
        body?._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : body?._tag,
        `grant_type=client_credentials&client_id=acme-7&client_secret=${secret}&audience=a&audience=b&resource=c`
      )
    })))

  it("uses the primary grant each time if the application uses no refresh token", () =>
    run(Effect.gen(function*() {
      const there = server({ token: (count) => Effect.succeed(granted(count, { refresh_token: "again" })) })
      const voipex = yield* Voipex.make({
        username: "alice@example.com",
        password: Redacted.make(secret),
        tokenEndpoint: "https://auth.voipex.io/oauth/token",
        renewal: false
      }).pipe(Effect.provideService(HttpClient.HttpClient, there.http))
      yield* voipex.token
      yield* voipex.renew
      for (const { body } of there.tokenRequests) {
        assert.include(body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : "", "grant_type=password")
      }
      assert.lengthOf(there.tokenRequests, 2)
    })))

  it("sends no secret to another server if the application's client follows redirects", () =>
    run(Effect.gen(function*() {
      for (const status of [301, 302, 303, 307, 308]) {
        const there = server({
          token: () => Effect.succeed(new Response("{}", { status, headers: { location: "https://other.example/" } }))
        })
        const routee = yield* Effect.withTracerEnabled(
          open({ ...there, http: HttpClient.followRedirects(there.http) }),
          false
        )
        assert.deepInclude((yield* Effect.flip(routee.token)).reason, { _tag: "Unsafe", kind: "redirect" })
        assert.lengthOf(there.tokenRequests, 1)
        assert.lengthOf(there.apiRequests, 0)
      }
    })))

  it("follows no redirect, and contains nothing of the caller", () =>
    run(Effect.gen(function*() {
      const sent: Array<RequestInit> = []
      const fetch: typeof globalThis.fetch = (_, init = {}) => {
        sent.push(init)
        return Promise.resolve(new Response(null, { status: 307, headers: { location: "https://other.example/" } }))
      }
      const account = Routee.layer({ applicationId: "acme-7", applicationSecret: Redacted.make(secret) }).pipe(
        Layer.provide(Layer.provide(FetchHttpClient.layer, Layer.succeed(FetchHttpClient.Fetch, fetch)))
      )
      const asked = Effect.flip(Effect.flatMap(Routee, ({ token }) => token)).pipe(
        Effect.provide(account),
        Effect.provideService(FetchHttpClient.RequestInit, { redirect: "follow", credentials: "omit" }),
        Effect.withSpan("caller")
      )
      assert.deepInclude((yield* asked).reason, { _tag: "Unsafe", kind: "redirect" })
      assert.lengthOf(sent, 1)
      assert.strictEqual(sent[0]?.redirect, "manual")
      for (const header of ["traceparent", "b3"]) assert.isFalse(new Headers(sent[0]?.headers).has(header))
    })))

  it("with a refresh token is sent once, also if the application's client retries", () =>
    run(Effect.gen(function*() {
      const sent: Array<string | null> = []
      const http = HttpClient.make((request) =>
        Effect.sync(() => {
          const body = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
          sent.push(new URLSearchParams(body).get("grant_type"))
          return HttpClientResponse.fromWeb(
            request,
            sent.at(-1) === "password"
              ? Response.json({
                access_token: `token-${sent.length}`,
                token_type: "Bearer",
                expires_in: 3000,
                refresh_token: "works-once",
                refresh_expires_in: 7200
              })
              : new Response(null, { status: 503 })
          )
        })
      )
      const voipex = yield* Voipex.make({ username: "alice@example.com", password: Redacted.make(secret) }).pipe(
        Effect.provideService(HttpClient.HttpClient, HttpClient.retry(HttpClient.filterStatusOk(http), { times: 3 }))
      )
      yield* voipex.token
      const error = yield* Effect.flip(voipex.renew)
      assert.deepInclude(error.reason, { _tag: "Unavailable", kind: "status", status: 503 })
      assert.deepStrictEqual(sent, ["password", "refresh_token"])
    })))

  it("is a span and a metric of the application's own, with its reason and its outcome", () =>
    run(Effect.gen(function*() {
      const spans: Array<Tracer.Span> = []
      const native = yield* Effect.tracer
      const tracer = Tracer.make({
        span: (...described) => {
          const span = native.span(...described)
          spans.push(span)
          return span
        },
        context: (f) => f()
      })
      const there = server({
        token: (count) =>
          Effect.as(
            Effect.sleep("2 seconds"),
            count === 1 ? granted(1) : Response.json({ error: "invalid_client" }, { status: 401 })
          )
      })
      const counted = (reason: string, outcome: string) =>
        Metric.value(
          Metric.counter("mintmark_token_requests", { description: "Token requests", incremental: true }).pipe(
            Metric.tagged("provider", "routee"),
            Metric.tagged("reason", reason),
            Metric.tagged("outcome", outcome)
          )
        )
      const before = [yield* counted("first", "obtained"), yield* counted("forced", "CredentialsRefused")]
      const routee = yield* Effect.withTracer(open(there), tracer)
      const first = yield* Effect.fork(Effect.withSpan(routee.token, "caller"))
      yield* eventually(() => there.tokenRequests.length === 1)
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(first)
      yield* routee.token
      const forced = yield* Effect.fork(Effect.flip(routee.renew))
      yield* eventually(() => there.tokenRequests.length === 2)
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(forced)
      yield* eventually(() => spans.length === 2)
      assert.deepStrictEqual(
        spans.map(({ attributes, kind, name, parent, status }) => [
          name,
          kind,
          Object.fromEntries(attributes),
          Option.isNone(parent),
          status._tag === "Ended"
            ? [Number(status.endTime - status.startTime) / 1e9, Exit.isSuccess(status.exit)]
            : status._tag
        ]),
        [["first", "obtained"], ["forced", "CredentialsRefused"]].map(([reason, outcome]) => [
          "TokenSource.request",
          "client",
          { "mintmark.provider": "routee", "mintmark.reason": reason, "mintmark.outcome": outcome },
          true,
          [2, outcome === "obtained"]
        ])
      )
      const after = [yield* counted("first", "obtained"), yield* counted("forced", "CredentialsRefused")]
      assert.deepStrictEqual(after.map(({ count }, index) => count - (before[index]?.count ?? 0)), [1, 1])
    })))

  it("has an event when it has finished, with its reason", () =>
    run(Effect.gen(function*() {
      const routee = yield* open(server())
      const events = yield* Effect.fork(Stream.runCollect(Stream.take(routee.events, 2)))
      yield* pause("100 millis")
      yield* routee.token
      yield* routee.renew
      assert.deepStrictEqual(
        Chunk.toReadonlyArray(yield* Fiber.join(events)).map((
          { outcome, provider, reason }
        ) => [provider, reason, outcome]),
        [["routee", "first", "obtained"], ["routee", "forced", "obtained"]]
      )
    })))

  it("is reported until the scope of the service closes", () =>
    run(Effect.gen(function*() {
      const scope = yield* Scope.make()
      const routee = yield* Scope.extend(open(server()), scope)
      const listening = yield* Effect.fork(Stream.runDrain(routee.events))
      yield* routee.token
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(Exit.isSuccess(yield* Fiber.await(listening)))
    })))
})
