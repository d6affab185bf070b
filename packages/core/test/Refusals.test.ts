import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as AuthenticatedHttpClient from "@mintmark/core/AuthenticatedHttpClient"
import * as Fetch from "@mintmark/core/Fetch"
import { TokenError } from "@mintmark/core/TokenError"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as TestClock from "effect/testing/TestClock"
import type { IncomingMessage, ServerResponse } from "node:http"
import { account, Acme, acme, transports } from "./support/accounts.ts"
import { followers } from "./support/followers.ts"
import { serve as serveRaw } from "./support/RealServer.ts"
import { serveApi, tokenOf } from "./support/TestServer.ts"

/** Redirects `/a` to `/b`, which refuses the first token. */
const redirecting = (status: number) =>
  serveApi((received) =>
    received.path === "/a"
      ? { status, headers: { location: "/b" } }
      : { status: tokenOf(received) === "token-1" ? 401 : 200 }
  )

const open = (baseUrl: string, options?: Fetch.Options) =>
  Effect.acquireRelease(
    Effect.sync(() => Fetch.make(Acme.layer(acme(baseUrl)), Acme, options)),
    ({ close }) => Effect.promise(close)
  )

for (const { client, name } of followers) {
  describe(`A request that ${name} redirects before a 401`, () => {
    for (const status of [301, 302, 303, 307, 308]) {
      it.effect(`is sent once after a ${status} if its method is not safe`, () =>
        Effect.gen(function*() {
          for (const method of ["post", "put", "del", "patch"] as const) {
            const server = yield* redirecting(status)
            const { http } = yield* account(acme(server.origin))
            assert.strictEqual((yield* http[method]("/a")).status, 401)
            const api = server.api()
            assert.deepStrictEqual(api.map(({ path }) => path), ["/a", "/b"])
            // The token is rejected all the same.
            assert.strictEqual((yield* http.get("/b")).status, 200)
            assert.strictEqual(server.tokens(), 2)
          }
        }).pipe(Effect.provide(client)))
    }

    it.effect("is sent once more if its method is safe", () =>
      Effect.gen(function*() {
        for (const method of ["get", "head"] as const) {
          const server = yield* redirecting(303)
          const { http } = yield* account(acme(server.origin))
          assert.strictEqual((yield* http[method]("/a")).status, 200)
          assert.deepStrictEqual(server.api().map(({ path }) => path), ["/a", "/b", "/a", "/b"])
        }
      }).pipe(Effect.provide(client)))
  })
}

describe("A request that Fetch's fetch redirects before a 401", () => {
  it.live("is sent once if its method is not safe, and once more if it is", () =>
    Effect.gen(function*() {
      for (const status of [301, 302, 303, 307, 308]) {
        for (const method of ["POST", "put", "DELETE"]) {
          const server = yield* redirecting(status)
          const { fetch } = yield* open(server.origin)
          assert.strictEqual((yield* Effect.promise(() => fetch("/a", { method }))).status, 401)
          assert.deepStrictEqual(server.api().map(({ path }) => path), ["/a", "/b"])
          assert.strictEqual((yield* Effect.promise(() => fetch("/a"))).status, 200)
          assert.strictEqual(server.tokens(), 2)
        }
        const server = yield* redirecting(status)
        const { fetch } = yield* open(server.origin)
        assert.strictEqual((yield* Effect.promise(() => fetch("/a"))).status, 200)
        assert.strictEqual(server.api().length, 4)
      }
    }))
})

/** A server whose refusals never end, and the tokens that it was shown. */
const endless = (refuses: (token: string) => number | undefined, contentType = "text/event-stream") => {
  let tokens = 0
  const seen: Array<string> = []
  const open = new Set<ServerResponse>()
  return Effect.map(
    serveRaw(() => (request: IncomingMessage, response: ServerResponse) => {
      request.resume()
      if (request.url === "/token") {
        const body = { access_token: `token-${++tokens}`, token_type: "Bearer", expires_in: 3600 }
        response.setHeader("content-type", "application/json").end(JSON.stringify(body))
        return
      }
      const token = request.headers.authorization?.replace("Bearer ", "") ?? ""
      seen.push(token)
      const status = refuses(token)
      if (status === undefined) {
        response.end("{}")
        return
      }
      response.writeHead(status, { "content-type": contentType })
      response.write(": keep-alive\n\n")
      const timer = setInterval(() => response.write(": keep-alive\n\n"), 20)
      open.add(response)
      response.on("close", () => {
        clearInterval(timer)
        open.delete(response)
      })
    }),
    (origin) => ({ origin, seen, open, tokens: () => tokens })
  )
}

for (
  const { client, transport } of [...transports, { transport: "node:http", client: NodeHttpClient.layerNodeHttp }]
) {
  describe(`A 401 whose body never ends, over ${transport}`, () => {
    it.effect("delays nothing if there is another token", () =>
      Effect.gen(function*() {
        const server = yield* endless((token) => token === "token-1" ? 401 : undefined)
        const { http } = yield* account(acme(server.origin))
        assert.strictEqual((yield* http.get("/a")).status, 200)
        assert.deepStrictEqual(server.seen, ["token-1", "token-2"])
      }).pipe(Effect.provide(client)))

    it.effect("is read for at most a second if there is another token", () =>
      Effect.gen(function*() {
        const server = yield* endless((token) => token === "token-1" ? 401 : undefined)
        const { http } = yield* account(acme(server.origin))
        assert.strictEqual((yield* http.get("/a")).status, 200)
        assert.strictEqual(server.open.size, 1)
        yield* Effect.repeat(TestClock.adjust("1 second"), { until: () => server.open.size === 0, times: 500 })
        assert.strictEqual(server.open.size, 0)
      }).pipe(Effect.provide(client)))

    it.effect("is returned at once if the request is refused again, or can't be sent twice", () =>
      Effect.gen(function*() {
        const server = yield* endless(() => 401, "application/json")
        const { http } = yield* account(acme(server.origin))
        assert.strictEqual((yield* http.get("/a")).status, 401)
        assert.strictEqual((yield* http.get("/a")).status, 401)
        assert.deepStrictEqual(server.seen, ["token-1", "token-2", "token-2"])
      }).pipe(Effect.provide(client)))

    it.effect("is read for at most a second if there is no other token", () =>
      Effect.gen(function*() {
        // The token endpoint returns the same token again.
        const origin = yield* serveRaw(() => (request, response) => {
          request.resume()
          const body = { access_token: "token-1", token_type: "Bearer", expires_in: 3600 }
          if (request.url === "/token") response.setHeader("content-type", "application/json").end(JSON.stringify(body))
          else response.writeHead(403).write("a")
        })
        const { http } = yield* account(acme(origin), { renewOn: [401, 403] })
        const waiting = yield* Effect.forkChild(http.get("/a"))
        yield* Effect.repeat(TestClock.adjust("1 second"), {
          until: () => waiting.pollUnsafe() !== undefined,
          times: 500
        })
        assert.strictEqual((yield* Fiber.join(waiting)).status, 403)
      }).pipe(Effect.provide(client)))
  })
}

describe("A 401 whose body never ends, over Fetch", () => {
  it.live("delays nothing if there is another token", () =>
    Effect.gen(function*() {
      const server = yield* endless((token) => token === "token-1" ? 401 : undefined)
      const { fetch } = yield* open(server.origin)
      assert.strictEqual((yield* Effect.promise(() => fetch("/a"))).status, 200)
      assert.deepStrictEqual(server.seen, ["token-1", "token-2"])
      yield* Effect.repeat(Effect.sleep(50), { until: () => server.open.size === 0, times: 500 })
      assert.strictEqual(server.open.size, 0)
    }))
})

describe("A 403", () => {
  /** Tokens that were revoked are refused with a 403 everywhere; `/lacking` always is. */
  const api = () => {
    const revoked = new Set<string>()
    return Effect.map(
      serveApi((received) => {
        const forbidden = received.path.startsWith("/lacking") || revoked.has(tokenOf(received) ?? "")
        return { status: forbidden ? 403 : 200 }
      }),
      (server) => ({ ...server, revoke: () => revoked.add(`token-${server.tokens()}`) })
    )
  }
  const renewing = { renewOn: [401, 403] }
  const statusOf = ({ status }: { readonly status: number }) => status

  for (const { client, transport } of transports) {
    it.effect(`after a revocation renews the token within a second, whatever came before, over ${transport}`, () =>
      Effect.gen(function*() {
        const server = yield* api()
        const { http } = yield* account(acme(server.origin), renewing)
        for (let second = 0; second < 180; second++) {
          yield* http.get("/lacking")
          assert.strictEqual(statusOf(yield* http.get("/permitted/1")), 200)
          yield* TestClock.adjust("1 second")
        }
        server.revoke()
        yield* http.get("/lacking")
        yield* http.get("/permitted/1")
        yield* TestClock.adjust("1 second")
        assert.strictEqual(statusOf(yield* http.get("/permitted/1")), 200)
      }).pipe(Effect.provide(client)))
  }

  it.effect("of an endpoint that always returns it costs at most one token request in 5 s, whatever ids its path has", () =>
    Effect.gen(function*() {
      const server = yield* api()
      const { http } = yield* account(acme(server.origin), renewing)
      for (let call = 0; call < 400; call++) {
        yield* http.get(`/lacking/v1/${call}/users?page=${call}`)
        yield* TestClock.adjust("250 millis")
      }
      assert.isAtMost(server.tokens(), 1 + 100 / 5)
      assert.isAtLeast(server.tokens(), 1 + 100 / 6)
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it.effect("of many endpoints costs at most one token request a second", () =>
    Effect.gen(function*() {
      const server = yield* api()
      const { http } = yield* account(acme(server.origin), renewing)
      const letters = "abcdefghijklmnopqrstuvwxyz"
      for (let call = 0; call < 400; call++) {
        yield* http.get(`/lacking/${letters[call % 26]}/${letters[(call * 7) % 26]}/${letters[call % 17]}`)
        yield* TestClock.adjust("100 millis")
      }
      assert.isAtMost(server.tokens(), 1 + 40)
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it.effect("renews the token again if the endpoint has permitted that request since", () =>
    Effect.gen(function*() {
      const server = yield* api()
      const { http } = yield* account(acme(server.origin), renewing)
      for (let revocation = 0; revocation < 5; revocation++) {
        assert.strictEqual(statusOf(yield* http.get("/permitted/1")), 200)
        server.revoke()
        yield* TestClock.adjust("1 second")
        assert.strictEqual(statusOf(yield* http.get("/permitted/1")), 200)
      }
      assert.strictEqual(server.tokens(), 6)
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it.effect("delays no 401, and a 401 delays no 403 that comes a second later", () =>
    Effect.gen(function*() {
      const dead = new Map<string, number>([["token-1", 403], ["token-2", 401], ["token-3", 403]])
      const server = yield* serveApi((received) => ({ status: dead.get(tokenOf(received) ?? "") ?? 200 }))
      const { http } = yield* account(acme(server.origin), renewing)
      assert.strictEqual(statusOf(yield* http.get("/a")), 401)
      assert.strictEqual(statusOf(yield* http.get("/a")), 403)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(statusOf(yield* http.get("/b")), 200)
    }).pipe(Effect.provide(FetchHttpClient.layer)))
})

describe("A TokenError that became an HttpClientError", () => {
  const failing = (status: number, body: string) =>
    Effect.gen(function*() {
      const seen: Array<string | undefined> = []
      const origin = yield* serveRaw(() => (request, response) => {
        request.resume()
        seen.push(request.url)
        response.writeHead(status, { "content-type": "application/json" }).end(body)
      })
      const { http } = yield* account(acme(origin))
      return { http: AuthenticatedHttpClient.toHttpClient(http), seen }
    })

  it.effect("is retried by retryTransient only if the same call may succeed later", () =>
    Effect.gen(function*() {
      const permanent = yield* failing(401, "{\"error\":\"invalid_client\"}")
      for (
        const [url, tag] of [["/a", "EncodeError"], ["https://other.test/", "InvalidUrlError"]] as const
      ) {
        let calls = 0
        const counted = HttpClient.tapRequest(permanent.http, () => Effect.sync(() => calls++))
        const error = yield* Effect.flip(HttpClient.retryTransient(counted, { times: 3 }).get(url))
        assert.strictEqual(error.reason._tag, tag)
        assert.isFalse(HttpClient.isTransientError(error))
        assert.instanceOf(error.cause, TokenError)
        assert.strictEqual(calls, 1)
      }
      assert.deepStrictEqual(permanent.seen, ["/token"])
      const throttling = yield* failing(429, "{}")
      const error = yield* Effect.flip(throttling.http.get("/a"))
      assert.isTrue(HttpClient.isTransientError(error))
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it.effect("opens no circuit breaker if it is permanent", () =>
    Effect.gen(function*() {
      const { http } = yield* failing(400, "{\"error\":\"invalid_scope\"}")
      const outcome = yield* HttpClient.circuitBreakerClassifier(yield* Effect.exit(http.get("/a")))
      assert.strictEqual(outcome._tag, "Ignored")
    }).pipe(Effect.provide(FetchHttpClient.layer)))
})
