import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as AuthenticatedHttpClient from "@mintmark/core/AuthenticatedHttpClient"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import type * as TokenError from "@mintmark/core/TokenError"
import { Sandbox } from "@mintmark/sandbox"
import * as Answer from "@mintmark/sandbox/Answer"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Headers from "effect/http/Headers"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as Tracer from "effect/Tracer"
import { inspect } from "node:util"
import { account, Acme, acme, routee, transports } from "./support/accounts.ts"
import { type Received, serve, serveApi, tokenOf } from "./support/TestServer.ts"

const statusOf = ({ status }: HttpClientResponse.HttpClientResponse) => status

/** Says no to the first token, and yes to every other one. */
const untilRenewed = (received: Received) =>
  tokenOf(received) === "token-1" ? { status: 401, body: "{\"message\":\"no\"}" } : {}

/** An idle connection is kept, also where the machine is slow for longer than undici's own 4 s. */
const patient = { keepAliveTimeout: 120_000 }

const always = (status: number) => () => ({ status, body: "{\"message\":\"no\"}" })

for (const { client, transport } of transports) {
  describe(`AuthenticatedHttpClient over ${transport}`, () => {
    it.effect("sends a relative path to the API's base URL, with the token", () =>
      Effect.gen(function*() {
        const sandbox = yield* Sandbox
        const { http, token } = yield* account(routee(sandbox.urls.routee))
        const response = yield* http.get("/accounts/me/balance", { urlParams: { currency: "EUR" } })
        assert.strictEqual(response.status, 200)
        assert.propertyVal(yield* response.json, "token", sandbox.fingerprint((yield* token).value))
      }).pipe(Effect.provide([Sandbox.layer(), client])))

    it.effect("leaves the method, other headers and the body unchanged", () =>
      Effect.gen(function*() {
        const server = yield* serveApi(() => ({}))
        const { http } = yield* account(acme(server.origin))
        const accept = "application/vnd.newvoicemedia.v3+json"
        yield* http.put("/a", { accept, headers: { "x-mine": "1" }, body: HttpBody.text("körper") })
        const [received] = server.api()
        assert.deepInclude(received, { method: "PUT", path: "/a", body: "körper" })
        assert.deepInclude(received?.headers, { accept, "x-mine": "1", authorization: "Bearer token-1" })
      }).pipe(Effect.provide(client)))

    it.effect("leaves a request with an authorization header of its own unchanged, and rejects no token for its 401", () =>
      Effect.gen(function*() {
        const server = yield* serveApi(always(401))
        const { http, peek, token } = yield* account(acme(server.origin))
        const current = yield* token
        const response = yield* http.get("/a", { headers: { Authorization: "Basic bWluZQ==" } })
        assert.strictEqual(response.status, 401)
        assert.deepStrictEqual(server.api().map(({ headers }) => headers.authorization), ["Basic bWluZQ=="])
        assert.strictEqual(peek(), current)
      }).pipe(Effect.provide(client)))

    it.effect("attaches the token if the caller's header is empty", () =>
      Effect.gen(function*() {
        const server = yield* serveApi(untilRenewed)
        const { http } = yield* account(acme(server.origin))
        for (const headers of [{ authorization: "" }, { Authorization: " " }, [["authorization", "\t"]] as const]) {
          assert.strictEqual((yield* http.get("/a", { headers })).status, 200)
        }
        const expected = ["token-1", "token-2", "token-2", "token-2"].map((token) => `Bearer ${token}`)
        assert.deepStrictEqual(server.api().map(({ headers }) => headers.authorization), expected)
      }).pipe(Effect.provide(client)))

    it.effect(
      "lets 1,000 requests on a revoked token succeed with one token request, over few connections",
      () =>
        Effect.gen(function*() {
          // More than a client reads ahead: a refusal that is not read to its end keeps its connection.
          const body = "n".repeat(transport === "undici" ? 150_000 : 1000)
          const server = yield* serveApi((received) => tokenOf(received) === "token-1" ? { status: 401, body } : {})
          const { http } = yield* account(acme(server.origin))
          const responses = yield* Effect.all(
            Array.from({ length: 1000 }, () => Effect.flatMap(http.get("/a"), inFull)),
            { concurrency: "unbounded" }
          )
          assert.deepStrictEqual(new Set(responses.map(({ status }) => status)), new Set([200]))
          // The first token, which is refused, and another.
          assert.strictEqual(server.tokens(), 2)
          assert.isAtMost(server.api().length, 2000)
          if (transport === "undici") assert.isAtMost(server.connections(), 4)
        }).pipe(
          Effect.provide(
            transport === "undici" ? NodeHttpClient.layerUndiciOptions({ connections: 4, ...patient }) : client
          )
        )
    )

    it.effect("renews a token that was revoked in the middle of its lifetime", () =>
      Effect.gen(function*() {
        const sandbox = yield* Sandbox
        const { http } = yield* account(routee(sandbox.urls.routee))
        assert.strictEqual(statusOf(yield* http.get("/accounts/me/balance")), 200)
        yield* sandbox.revoke()
        assert.strictEqual(statusOf(yield* http.get("/accounts/me/balance")), 200)
        assert.deepInclude(yield* sandbox.counts(), { token: 2, api: 3 })
      }).pipe(Effect.provide([Sandbox.layer(), client])))

    it.effect("sends at most two requests to an API that always returns 401, and returns its response", () =>
      Effect.gen(function*() {
        const server = yield* serveApi(always(401))
        const { http } = yield* account(acme(server.origin))
        for (let call = 1; call <= 40; call++) {
          const response = yield* http.get("/a")
          assert.strictEqual(response.status, 401)
          assert.deepStrictEqual(yield* response.json, { message: "no" })
          yield* TestClock.adjust("1 second")
        }
        // The first token, and one for each rejection that was acted on: at 0 s, and then 1, 2, 4, 8 and 16 s apart.
        assert.strictEqual(server.tokens(), 1 + 6)
        assert.strictEqual(server.api().length, 40 + 6)
      }).pipe(Effect.provide(client)))

    it.effect(
      "sends two token requests for 1,000 API requests that are refused for a missing permission",
      () =>
        Effect.gen(function*() {
          const sandbox = yield* Sandbox
          const { http, withScopes } = yield* account(routee(sandbox.urls.routee))
          const { http: withoutRight } = yield* withScopes(["voice"])
          const bodies = yield* Effect.all(
            Array.from({ length: 1000 }, () => Effect.flatMap(withoutRight.get("/accounts/me/balance"), inFull)),
            { concurrency: 100 }
          )
          assert.deepStrictEqual(new Set(bodies.map(({ status }) => status)), new Set([403]))
          assert.deepStrictEqual(new Set(bodies.map(({ body }) => body)).size, 1)
          assert.include(bodies[0]?.body, "developerMessage")
          // One to have a token; one because a 403 may mean that it is dead. That brought the same token again, so no
          // request was repeated, and within the second after it no other refusal was acted on.
          assert.deepInclude(yield* sandbox.counts(), { token: 2, api: 1000 })
          assert.strictEqual(yield* Effect.map(http.get("/accounts/me/balance"), statusOf), 200)
        }).pipe(Effect.provide([Sandbox.layer(), client]))
    )

    it.effect("continues to serve a token after a 403 if no other token can be obtained", () =>
      Effect.gen(function*() {
        const sandbox = yield* Sandbox
        const { http, peek, token } = yield* Effect.flatMap(
          account(routee(sandbox.urls.routee)),
          ({ withScopes }) => withScopes(["account"])
        )
        const balance = Effect.map(http.get("/accounts/me/balance"), statusOf)
        const lacking = Effect.flatMap(http.post("/sms"), inFull)
        const first = yield* token
        for (const answer of [Answer.status(503, { retryAfter: 60 }), Answer.status(429), Answer.status(401)]) {
          yield* TestClock.adjust("2 minutes")
          yield* sandbox.clear
          yield* sandbox.script({ kind: "token" }, [answer])
          const { body, status } = yield* lacking
          assert.strictEqual(status, 403)
          assert.include(body, "developerMessage")
          assert.deepStrictEqual([yield* balance, peek()], [200, first])
          assert.strictEqual((yield* lacking).status, 403)
          assert.strictEqual(yield* balance, 200)
          assert.deepInclude(yield* sandbox.counts(), { token: 1, api: 4 })
        }
      }).pipe(Effect.provide([Sandbox.layer(), client])))

    it.effect("delays no other caller while a token is requested after a 403", () =>
      Effect.gen(function*() {
        const sandbox = yield* Sandbox
        const { http, token } = yield* Effect.flatMap(
          account(routee(sandbox.urls.routee)),
          ({ withScopes }) => withScopes(["account"])
        )
        yield* token
        yield* sandbox.script({ kind: "token" }, [Answer.hang("before-headers")])
        const lacking = yield* Effect.forkChild(http.post("/sms"))
        yield* sandbox.arrived({ kind: "token" }, 2)
        assert.strictEqual(yield* Effect.map(http.get("/accounts/me/balance"), statusOf), 200)
        assert.isUndefined(lacking.pollUnsafe())
        yield* TestClock.adjust("30 seconds")
        assert.strictEqual(statusOf(yield* Fiber.join(lacking)), 403)
      }).pipe(Effect.provide([Sandbox.layer(), client])))

    it.effect("replaces a revoked token after a 403 for all requests that carried it, and acts on a later 401 at once", () =>
      Effect.gen(function*() {
        const dead = new Map<string | undefined, number>([["token-1", 403]])
        const server = yield* serveApi((received) => ({ status: dead.get(tokenOf(received)) ?? 200 }))
        const { http } = yield* account(acme(server.origin), { renewOn: [401, 403] })
        const allCalls = Effect.all(Effect.replicate(http.get("/a"), 100), { concurrency: "unbounded" })
        assert.deepStrictEqual(new Set((yield* allCalls).map(statusOf)), new Set([200]))
        assert.strictEqual(server.tokens(), 2)
        dead.set("token-2", 401)
        assert.deepStrictEqual(new Set((yield* allCalls).map(statusOf)), new Set([200]))
        assert.strictEqual(server.tokens(), 3)
      }).pipe(Effect.provide(client)))

    it.effect("sends a stream once when the API returns 403, and requests another token in the background", () =>
      Effect.gen(function*() {
        const server = yield* serveApi((received) => ({ status: tokenOf(received) === "token-1" ? 403 : 200 }))
        const { http, peek, token } = yield* account(acme(server.origin), { renewOn: [401, 403] })
        const first = yield* token
        const body = HttpBody.stream(Stream.make(new TextEncoder().encode("a")))
        assert.strictEqual(statusOf(yield* http.post("/a", { body })), 403)
        yield* Effect.repeat(Effect.sync(peek), { until: (token) => token !== first })
        assert.strictEqual(statusOf(yield* http.post("/a", { body })), 200)
        assert.strictEqual(server.api().length, 2)
      }).pipe(Effect.provide(client)))

    it.effect(
      "sends at most one token request in 5 s while 403s for a missing permission continue for 15 minutes",
      () =>
        Effect.gen(function*() {
          const sandbox = yield* Sandbox
          const { withScopes } = yield* account(routee(sandbox.urls.routee))
          const { http } = yield* withScopes(["voice"])
          for (let call = 1; call <= 300; call++) {
            assert.strictEqual(yield* Effect.map(http.get("/accounts/me/balance"), statusOf), 403)
            yield* TestClock.adjust("3 seconds")
          }
          const { api, token } = yield* sandbox.counts()
          assert.strictEqual(api, 300)
          // After the first, one doubt in 5 s.
          assert.isAtMost(token, 1 + 900 / 5)
        }).pipe(Effect.provide([Sandbox.layer(), client]))
    )

    it.effect("sends a request twice if its body can be read twice", () =>
      Effect.gen(function*() {
        const form = new FormData()
        form.set("to", "+306900000000")
        form.set("file", new File(["content"], "a.txt"))
        const bodies = [
          HttpBody.text("text"),
          HttpBody.uint8Array(new Uint8Array([49, 50])),
          HttpBody.jsonUnsafe({ a: 1 }),
          HttpBody.urlParams({ a: "1" }),
          HttpBody.formData(form),
          HttpBody.raw("raw"),
          HttpBody.raw(new Uint8Array([51, 52])),
          HttpBody.empty
        ]
        for (const body of bodies) {
          const server = yield* serveApi(untilRenewed)
          const { http } = yield* account(acme(server.origin))
          const response = yield* http.post("/a", { body })
          assert.strictEqual(response.status, 200)
          const [first, second] = server.api().map(withoutBoundary)
          assert.deepStrictEqual(server.api().map(tokenOf), ["token-1", "token-2"])
          assert.strictEqual(first, second)
          if (body._tag !== "Empty") assert.notStrictEqual(first, "")
        }
      }).pipe(Effect.scoped, Effect.provide(client)))

    it.effect("sends a stream once, returns the 401, and rejects the token", () =>
      Effect.gen(function*() {
        const parts = Stream.make(new TextEncoder().encode("a"), new TextEncoder().encode("b"))
        for (const body of [HttpBody.stream(parts), HttpBody.raw(new Blob(["ab"]).stream())]) {
          const server = yield* serveApi(untilRenewed)
          const { http } = yield* account(acme(server.origin))
          const post = HttpClientRequest.post("/a", { body })
          const refused = yield* http.execute(post).pipe(
            Effect.provideService(NodeHttpClient.RequestInit, duplex)
          )
          assert.strictEqual(refused.status, 401)
          assert.deepStrictEqual(yield* refused.json, { message: "no" })
          assert.deepStrictEqual(server.api().map(({ body }) => body), ["ab"])
          yield* http.get("/b")
          assert.deepStrictEqual(server.api().map(tokenOf), ["token-1", "token-2"])
        }
      }).pipe(Effect.provide(client)))

    it.effect("does not repeat a request if the application has turned that off, or has limited it", () =>
      Effect.gen(function*() {
        const server = yield* serveApi(always(401))
        const never = yield* account(acme(server.origin), { renewOn: [] })
        const narrowed = yield* account(acme(server.origin), { renewOn: [403] })
        assert.strictEqual(statusOf(yield* never.http.get("/a")), 401)
        assert.strictEqual(statusOf(yield* narrowed.http.get("/a")), 401)
        assert.deepStrictEqual(server.api().map(tokenOf), ["token-1", "token-2"])
      }).pipe(Effect.provide(client)))

    it.effect("sends nothing if no token can be obtained", () =>
      Effect.gen(function*() {
        const sandbox = yield* Sandbox
        const { http } = yield* account(routee(sandbox.urls.routee))
        yield* sandbox.script({ kind: "token" }, [Answer.status(429, { retryAfter: 60 })], { repeat: "always" })
        const error = yield* Effect.flip(http.get("/accounts/me/balance"))
        assert.strictEqual(error.reason._tag, "Throttled")
        assert.strictEqual((yield* sandbox.counts()).api, 0)
      }).pipe(Effect.provide([Sandbox.layer(), client])))

    it.effect("fails with the reason that there is no other token, not with the 401", () =>
      Effect.gen(function*() {
        const sandbox = yield* Sandbox
        const { http, token } = yield* account(routee(sandbox.urls.routee))
        yield* token
        yield* sandbox.revoke()
        yield* sandbox.script({ kind: "token" }, [Answer.status(429, { retryAfter: 60 })], { repeat: "always" })
        const error = yield* Effect.flip(http.get("/accounts/me/balance"))
        assert.strictEqual(error._tag, "TokenError")
        assert.strictEqual(error.reason._tag, "Throttled")
        assert.strictEqual((yield* sandbox.counts()).api, 1)
      }).pipe(Effect.provide([Sandbox.layer(), client])))

    it.effect("keeps the body of a 401 until it is known that there is no other token", () =>
      Effect.gen(function*() {
        const sandbox = yield* Sandbox
        const { withScopes } = yield* account(routee(sandbox.urls.routee))
        const { http } = yield* withScopes(["voice"])
        const response = yield* http.get("/accounts/me/balance")
        assert.strictEqual(response.status, 403)
        assert.strictEqual(response.url, sandbox.at("https://connect.routee.net/accounts/me/balance"))
        assert.match(response.headers["content-type"] ?? "", /json/)
        assert.property(yield* response.json, "developerMessage")
        const again = yield* Stream.mkString(Stream.decodeText((yield* http.get("/accounts/me/balance")).stream))
        assert.include(again, "developerMessage")
      }).pipe(Effect.provide([Sandbox.layer(), client])))

    it.effect(
      "releases each refused response, so that one connection is enough for all",
      () =>
        Effect.gen(function*() {
          // Each token is good for nothing once a request was refused with it, and each call begins with such a one.
          const used = new Set<string | undefined>()
          const body = "n".repeat(20_000)
          const server = yield* serveApi((received) => {
            const token = tokenOf(received)
            if (!used.has(token)) {
              used.add(token)
              return {}
            }
            return { status: 401, body }
          })
          const { http } = yield* account(acme(server.origin))
          yield* Effect.flatMap(http.get("/a"), inFull)
          for (let call = 1; call <= 150; call++) {
            yield* TestClock.adjust("2 minutes")
            assert.strictEqual((yield* Effect.flatMap(http.get("/a"), inFull)).status, 200)
          }
          assert.strictEqual(server.api().filter((received) => tokenOf(received) === "token-1").length, 2)
          assert.isAtLeast(server.api().length, 290)
          assert.isAtMost(server.connections(), transport === "undici" ? 1 : 3)
        }).pipe(
          Effect.provide(
            transport === "undici" ? NodeHttpClient.layerUndiciOptions({ connections: 1, ...patient }) : client
          )
        )
    )

    it.effect("returns a 401 unread, whatever its size, if it is clear that there is no other token", () =>
      Effect.gen(function*() {
        const body = "n".repeat(2_000_000)
        const server = yield* serveApi(() => ({ status: 401, body }))
        const { http } = yield* account(acme(server.origin))
        for (const requests of [2, 3]) {
          assert.strictEqual(yield* Effect.flatMap(http.get("/a"), ({ text }) => text), body)
          assert.strictEqual(server.api().length, requests)
        }
      }).pipe(Effect.provide(client)))

    it.effect("releases a refused response that is too large to keep", () =>
      Effect.gen(function*() {
        const server = yield* serveApi((received) =>
          tokenOf(received) === "token-1" ? { status: 401, body: "n".repeat(5_000_000) } : {}
        )
        const { http } = yield* account(acme(server.origin))
        assert.strictEqual(statusOf(yield* http.get("/a")), 200)
      }).pipe(Effect.provide(client)))

    it.effect("keeps only the status and headers of a 401 whose body is too large", () =>
      Effect.gen(function*() {
        const token = JSON.stringify({ access_token: "token-1", token_type: "Bearer", expires_in: 3600 })
        const server = yield* serve(({ path }) =>
          path === "/token" ? { body: token } : { status: 401, headers: { "x-a": "b" }, body: "n".repeat(5_000_000) }
        )
        const { http } = yield* account(acme(server.origin))
        const response = yield* http.get("/a")
        assert.strictEqual(response.status, 401)
        assert.strictEqual(response.headers["x-a"], "b")
        assert.strictEqual((yield* Effect.flip(response.text)).reason._tag, "DecodeError")
      }).pipe(Effect.provide(client)))

    it.effect("continues other requests when one that waits for a new token is interrupted", () =>
      Effect.gen(function*() {
        const sandbox = yield* Sandbox
        const { http, token } = yield* account(routee(sandbox.urls.routee))
        yield* token
        yield* sandbox.revoke()
        yield* sandbox.clear
        yield* sandbox.script({ kind: "token" }, [Answer.delay(5_000, Answer.ordinary)])
        const requests = yield* Effect.all(
          Array.from({ length: 10 }, () => Effect.forkChild(http.get("/accounts/me/balance")))
        )
        yield* sandbox.arrived({ kind: "token" }, 1)
        const [first, ...others] = requests
        if (first !== undefined) yield* Fiber.interrupt(first)
        yield* TestClock.adjust("5 seconds")
        const statuses = yield* Effect.forEach(others, (fiber) => Effect.map(Fiber.join(fiber), statusOf))
        assert.deepStrictEqual(new Set(statuses), new Set([200]))
        assert.strictEqual((yield* sandbox.counts()).token, 1)
      }).pipe(Effect.provide([Sandbox.layer(), client])))

    describe("combined with other HttpClient combinators", () => {
      it.effect("attaches the current token to each retry, inside and outside", () =>
        Effect.gen(function*() {
          const statuses = [503, 503, 200, 503, 503, 200]
          const server = yield* serveApi(() => ({ status: statuses.shift() ?? 500 }))
          let renew: Effect.Effect<unknown, TokenError.TokenError> = Effect.void
          const http = HttpClient.tap(
            yield* HttpClient.HttpClient,
            ({ status }) => status === 503 ? Effect.orDie(Effect.suspend(() => renew)) : Effect.void
          )
          const outside = yield* account(acme(server.origin)).pipe(
            Effect.provideService(HttpClient.HttpClient, http)
          )
          const inside = yield* account(acme(server.origin)).pipe(
            Effect.provideService(HttpClient.HttpClient, HttpClient.retryTransient(http, { times: 5 }))
          )
          renew = outside.renew
          assert.strictEqual(statusOf(yield* HttpClient.retryTransient(outside.http, { times: 5 }).get("/a")), 200)
          renew = inside.renew
          assert.strictEqual(statusOf(yield* inside.http.get("/a")), 200)
          assert.deepStrictEqual(
            server.api().map(tokenOf),
            ["token-1", "token-2", "token-3", "token-4", "token-5", "token-6"]
          )
        }).pipe(Effect.provide(client)))

      it.effect("renews under filterStatusOk, and through it", () =>
        Effect.gen(function*() {
          const http = yield* HttpClient.HttpClient
          const renewed = yield* serveApi(untilRenewed)
          const inside = yield* account(acme(renewed.origin)).pipe(
            Effect.provideService(HttpClient.HttpClient, HttpClient.filterStatusOk(http))
          )
          const outside = yield* account(acme(renewed.origin))
          assert.strictEqual(statusOf(yield* inside.http.get("/a")), 200)
          assert.strictEqual(statusOf(yield* HttpClient.filterStatusOk(outside.http).get("/a")), 200)

          const refusing = yield* serveApi(always(401))
          const refused = yield* account(acme(refusing.origin)).pipe(
            Effect.provideService(HttpClient.HttpClient, HttpClient.filterStatusOk(http))
          )
          const errors = [
            yield* Effect.flip(refused.http.get("/a")),
            yield* Effect.flip(
              HttpClient.filterStatusOk(outside.http).get(`${refusing.origin}/a`, {
                headers: { authorization: "mine" }
              })
            )
          ]
          assert.deepStrictEqual(errors.map(({ reason }) => reason._tag), ["StatusCodeError", "StatusCodeError"])
          assert.strictEqual(refusing.api().length, 3)
        }).pipe(Effect.provide(client)))

      it.effect("keeps the body of the error that filterStatusOk makes inside", () =>
        Effect.gen(function*() {
          const sandbox = yield* Sandbox
          const { withScopes } = yield* account(routee(sandbox.urls.routee)).pipe(
            Effect.updateService(HttpClient.HttpClient, HttpClient.filterStatusOk)
          )
          const { http } = yield* withScopes(["voice"])
          const error = yield* Effect.flip(http.get("/accounts/me/balance"))
          assert(error._tag === "HttpClientError" && error.reason._tag === "StatusCodeError")
          assert.strictEqual(error.reason.response.status, 403)
          assert.property(yield* error.reason.response.json, "developerMessage")
        }).pipe(Effect.provide([Sandbox.layer(), client])))

      it.effect("renews under a rate limiter, and through it", () =>
        Effect.gen(function*() {
          const limiter = yield* RateLimiter.RateLimiter
          const limit = <E>(http: HttpClient.HttpClient.With<E>) =>
            HttpClient.withRateLimiter(http, { limiter, key: "api", limit: 1000, window: "1 second" })
          const server = yield* serveApi((received) =>
            ["token-1", "token-3"].includes(tokenOf(received) ?? "") ? { status: 401 } : {}
          )
          const outside = yield* account(acme(server.origin))
          assert.strictEqual(statusOf(yield* limit(outside.http).get("/a")), 200)
          const inside = yield* account(acme(server.origin)).pipe(
            Effect.updateService(
              HttpClient.HttpClient,
              (http) => HttpClient.catchTag(limit(http), "RateLimiterError", Effect.die)
            )
          )
          assert.strictEqual(statusOf(yield* inside.http.get("/a")), 200)
          assert.deepStrictEqual(server.api().map(tokenOf), ["token-1", "token-2", "token-3", "token-4"])
        }).pipe(Effect.provide([client, Layer.provide(RateLimiter.layer, RateLimiter.layerStoreMemory)])))

      it.effect("checks the final URL, whatever prepends to it", () =>
        Effect.gen(function*() {
          const server = yield* serveApi(() => ({}))
          const elsewhere = yield* serveApi(() => ({}))
          const prepend = HttpClient.mapRequest(HttpClientRequest.prependUrl(elsewhere.origin))
          const outside = yield* account(acme(server.origin))
          const inside = yield* account(acme(server.origin)).pipe(
            Effect.updateService(HttpClient.HttpClient, prepend)
          )
          for (const http of [outside.http.pipe(prepend), inside.http]) {
            const error = yield* Effect.flip(http.get("/a"))
            assert.strictEqual(error.reason._tag, "Unsafe")
            assert.include(error.message, elsewhere.origin)
          }
          assert.strictEqual(elsewhere.received.length, 0)
          const versioned = outside.http.pipe(HttpClient.mapRequest(HttpClientRequest.prependUrl("/v1")))
          yield* versioned.get("/a")
          assert.deepStrictEqual(server.api().map(({ path }) => path), ["/v1/a"])
        }).pipe(Effect.provide(client)))

      it.effect("works as the application's own HttpClient, which does not send its own token requests", () =>
        Effect.gen(function*() {
          const sandbox = yield* Sandbox
          const installed = Layer.effect(
            HttpClient.HttpClient,
            Effect.map(Acme, ({ http }) => AuthenticatedHttpClient.toHttpClient(http))
          ).pipe(Layer.provide(Acme.layer(routee(sandbox.urls.routee))))
          const request = HttpClient.get("/accounts/me/balance").pipe(
            Effect.map(statusOf),
            Effect.provide(Layer.provide(installed, client))
          )
          assert.strictEqual(yield* request, 200)
          const [token] = yield* sandbox.journal
          assert.deepInclude(token, { kind: "token", placement: "basic", matched: true })
          yield* sandbox.script({ kind: "token" }, [Answer.status(401)])
          const error = yield* Effect.flip(request)
          assert(error.reason._tag === "EncodeError")
          assert.propertyVal(error.reason.cause, "_tag", "TokenError")
        }).pipe(Effect.provide(Sandbox.layer())))
    })

    describe("in telemetry and errors", () => {
      it.effect("starts no span of its own, and shows the token in none, whatever header names the application redacts", () =>
        Effect.gen(function*() {
          const server = yield* serveApi(untilRenewed)
          const { http, token } = yield* account(acme(server.origin))
          yield* token
          const spans: Array<Tracer.Span> = []
          const tracer = Tracer.make({
            span(options) {
              const span = new Tracer.NativeSpan(options)
              spans.push(span)
              return span
            }
          })
          for (const names of [undefined, ["x-mine"], [/^x-/]]) {
            const request = http.get("/a").pipe(
              Effect.provideService(HttpClient.TracerHeaderFilter, () => true),
              Effect.withTracer(tracer)
            )
            yield* names === undefined ? request : Effect.provideService(request, Headers.CurrentRedactedNames, names)
          }
          const ofClient = spans.filter(({ kind }) => kind === "client")
          const names = spans.map(({ name }) => name).filter((name) => name !== "TokenSource.request")
          assert.deepStrictEqual(names, ["GET", "GET", "GET", "GET"])
          assert.strictEqual(
            ofClient.filter(({ attributes }) => attributes.get("http.request.header.authorization") === "<redacted>")
              .length,
            4
          )
          for (const span of spans) assert.notMatch(inspect([...span.attributes]), /token-\d/)
        }).pipe(Effect.provide(client)))

      it.effect("shows the token in no error", () =>
        Effect.gen(function*() {
          const server = yield* serveApi(always(500))
          const { http } = yield* account(acme(server.origin))
          const exits = [
            yield* Effect.exit(HttpClient.filterStatusOk(http).get("/a")),
            yield* Effect.exit(http.get("http://127.0.0.1:1/a")),
            yield* Effect.exit(http.get("/a", { body: HttpBody.stream(Stream.fail("broken")) }))
          ]
          for (const exit of exits) {
            assert.isTrue(Exit.isFailure(exit))
            assert.notMatch(inspect(exit, { depth: 20, showHidden: true }), /token-\d/)
            assert.notMatch(JSON.stringify(exit), /token-\d/)
          }
        }).pipe(Effect.provide(client)))

      it.effect("attaches the current token to a request that is sent a second time", () =>
        Effect.gen(function*() {
          const server = yield* serveApi(always(200))
          const { http, renew } = yield* account(acme(server.origin))
          const { request } = yield* http.get("/a")
          assert.strictEqual(request.headers["authorization"], "Bearer token-1")
          yield* renew
          yield* http.execute(request)
          assert.deepStrictEqual(server.api().map(tokenOf), ["token-1", "token-2"])
        }).pipe(Effect.provide(client)))

      it.effect("leaves the caller's request and its own header unchanged", () =>
        Effect.gen(function*() {
          const server = yield* serveApi(always(200))
          const { http } = yield* account(acme(server.origin))
          const request = HttpClientRequest.get("/a", { headers: { authorization: "mine" } })
          yield* http.execute(request).pipe(Effect.provideService(HttpClient.TracerPropagationEnabled, false))
          assert.deepStrictEqual(Object.keys(request.headers), ["authorization"])
        }).pipe(Effect.provide(client)))
    })
  })
}

describe("AuthenticatedHttpClient", () => {
  for (
    const { client, transport } of [...transports, { transport: "node:http", client: NodeHttpClient.layerNodeHttp }]
  ) {
    it.effect(`shows the token in no uncaught error and in no response, over ${transport}`, () =>
      Effect.gen(function*() {
        const server = yield* serveApi(({ path }) => ({ status: path === "/500" ? 500 : 200, body: "{" }))
        const { http } = yield* account(acme(server.origin))
        const shown = [
          yield* http.get("/a"),
          yield* Effect.flip(Effect.flatMap(http.get("/a"), ({ json }) => json)),
          yield* Effect.flip(HttpClient.filterStatusOk(http).get("/500")),
          yield* Effect.flip(http.get("/a", { body: HttpBody.stream(Stream.fail("broken")) }))
        ]
        assert.isAtLeast(server.api().length, 3)
        // Node shows what has crashed it without asking it how.
        for (const showHidden of [false, true]) {
          for (const each of shown) {
            assert.notMatch(inspect(each, { depth: 20, customInspect: false, showHidden }), /token-\d/)
          }
        }
      }).pipe(Effect.provide(client)))
  }

  it.effect("fails with the client's error or a TokenError only", () =>
    Effect.gen(function*() {
      const { http } = yield* account(acme("http://127.0.0.1:65535"))
      const request: Effect.Effect<
        HttpClientResponse.HttpClientResponse,
        HttpClientError.HttpClientError | TokenError.TokenError
      > = http.get("/a")
      const error = yield* Effect.flip(request)
      assert.strictEqual(error._tag, "TokenError")
    }).pipe(Effect.provide(mock(() => new Response("{}", { status: 401 })))))

  it.effect("adds the token with any client, also with a mock", () =>
    Effect.gen(function*() {
      const { http } = yield* account(acme("https://api.acme.test"))
      const response = yield* http.get("/a")
      assert.deepStrictEqual(yield* response.json, { seen: "Bearer token-1" })
    }).pipe(Effect.provide(mock(({ headers, url }) =>
      Response.json(
        url.endsWith("/token")
          ? { access_token: "token-1", token_type: "Bearer", expires_in: 60 }
          : { seen: headers["authorization"] }
      )
    ))))

  for (const apiOrigins of ["http://proxy.example", "https://proxy.example/path", "proxy.example", "https:proxy", ""]) {
    it.effect(`does not accept ${JSON.stringify(apiOrigins)} as an origin of the API`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(account(acme("https://api.acme.test"), { apiOrigins: [apiOrigins] }))
        assert(error.reason._tag === "InvalidOption")
        assert.strictEqual(error.reason.option, "apiOrigins")
      }).pipe(Effect.provide(mock(() => new Response()))))
  }

  for (
    const [option, value] of [
      ["apiOrigins", "https://proxy.example"],
      ["apiOrigins", new Set(["https://proxy.example"])],
      ["renewOn", 401],
      ["renewOn", "401"],
      ["renewOn", { status: 401 }],
      ["apiOrigins", [new URL("https://proxy.example")]],
      ["apiOrigins", [undefined]],
      ["renewOn", ["401"]],
      ["renewOn", [401.5]]
    ] as const
  ) {
    it.effect(`does not accept a wrong type of ${option} from JavaScript: ${inspect(value)}`, () =>
      Effect.gen(function*() {
        const options: ProviderClient.Options = Object.assign({}, { [option]: value })
        const error = yield* Effect.flip(account(acme("https://api.acme.test"), options))
        assert(error.reason._tag === "InvalidOption")
        assert.strictEqual(error.reason.option, option)
      }).pipe(Effect.provide(mock(() => new Response()))))
  }

  it.effect("does not accept statuses outside of 4xx for renewOn", () =>
    Effect.gen(function*() {
      for (const status of [200, 302, 500, NaN]) {
        const error = yield* Effect.flip(account(acme("https://api.acme.test"), { renewOn: [401, status] }))
        assert(error.reason._tag === "InvalidOption")
        assert.strictEqual(error.reason.option, "renewOn")
      }
    }).pipe(Effect.provide(mock(() => new Response()))))
})

const mock = (answer: (request: HttpClientRequest.HttpClientRequest) => Response) =>
  Layer.succeed(
    HttpClient.HttpClient,
    HttpClient.make((request) => Effect.sync(() => HttpClientResponse.fromWeb(request, answer(request))))
  )

const inFull = (response: HttpClientResponse.HttpClientResponse) =>
  Effect.map(response.text, (body) => ({ status: response.status, body }))

/** The boundary of a form is drawn anew each time that it is sent. */
const withoutBoundary = ({ body }: Received) => body.replace(/-{4,}\S+/g, "")

/** What `fetch` requires where the body is a stream. */
const duplex: RequestInit & { readonly duplex: "half" } = { duplex: "half" }
