import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { Routee, type TokenError } from "@mintmark/effect-3"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import { once } from "node:events"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { assert, describe, it } from "vitest"

/** A server on loopback, and the paths that it was asked for. */
const serve = (answer: (request: IncomingMessage, response: ServerResponse) => void) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const received: Array<string> = []
      const server = createServer((request, response) => {
        received.push(`${request.method} ${request.url}`)
        answer(request, response)
      })
      server.listen(0, "127.0.0.1")
      await once(server, "listening")
      const address = server.address()
      return { server, received, origin: `http://127.0.0.1:${typeof address === "object" ? address?.port : address}` }
    }),
    ({ server }) => Effect.promise(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))
  )

/** What an application sets below everything else. */
const below: Record<string, (http: HttpClient.HttpClient) => HttpClient.HttpClient> = {
  "nothing": (http) => http,
  "TracerDisabledWhen": HttpClient.transformResponse(Effect.locally(HttpClient.currentTracerDisabledWhen, () => true)),
  "no tracing": HttpClient.transformResponse(Effect.withTracerEnabled(false)),
  "a tracer of its own": HttpClient.transformResponse(Effect.withTracer(noTracer())),
  "RequestInit": HttpClient.transformResponse(
    Effect.provideService(FetchHttpClient.RequestInit, { redirect: "follow", credentials: "omit" })
  ),
  "all of it": HttpClient.transform((effect) =>
    effect.pipe(
      Effect.provideService(FetchHttpClient.RequestInit, { redirect: "follow" }),
      Effect.locally(HttpClient.currentTracerDisabledWhen, () => true),
      Effect.withTracerEnabled(false)
    )
  ),
  "another client": (http) => HttpClient.make((request) => http.execute(request)),
  "a header": HttpClient.mapRequest(HttpClientRequest.setHeader("x-mine", "1"))
}

/** What it puts around that. */
const around: Record<string, (http: HttpClient.HttpClient) => HttpClient.HttpClient> = {
  "nothing": (http) => http,
  "followRedirects": HttpClient.followRedirects(5),
  "followRedirects twice": (http) => HttpClient.followRedirects(HttpClient.followRedirects(http), 5),
  "retryTransient": HttpClient.retryTransient({ times: 4 })
}

function noTracer(): Tracer.Tracer {
  return Tracer.make({
    span: () => {
      throw new Error("the application's tracer gets a token request")
    },
    context: (run) => run()
  })
}

const tokenOf = (origin: string, http: HttpClient.HttpClient): Effect.Effect<unknown, TokenError> =>
  Routee.make({
    applicationId: "acme-7",
    applicationSecret: Redacted.make("s3cret"),
    clientAuthentication: "client_secret_post",
    baseUrl: origin
  }).pipe(
    Effect.flatMap(({ renew }) => renew),
    Effect.provideService(HttpClient.HttpClient, http),
    Effect.scoped
  )

const run = <A, E>(test: Effect.Effect<A, E, HttpClient.HttpClient | Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(test).pipe(Effect.provide(FetchHttpClient.layer)))

describe("a token request", () => {
  it("follows no redirect, whatever the application's client is set to do", () =>
    run(Effect.gen(function*() {
      const http = yield* HttpClient.HttpClient
      let status = 0
      const other = yield* serve((_, response) => response.end("{}"))
      const server = yield* serve((_, response) => response.writeHead(status, { location: `${other.origin}/b` }).end())
      let sent = 0
      for (const [inner, set] of Object.entries(below)) {
        for (const [outer, wrap] of Object.entries(around)) {
          for (status of [301, 303, 307, 308]) {
            const { reason } = yield* Effect.flip(tokenOf(server.origin, wrap(set(http))))
            assert.deepInclude(reason, { _tag: "Unsafe", kind: "redirect" }, `${inner} within ${outer}, ${status}`)
            sent++
          }
        }
      }
      assert.isEmpty(other.received)
      assert.deepStrictEqual(new Set(server.received), new Set(["POST /oauth/token"]))
      assert.lengthOf(server.received, sent)
    })))

  it("that is refused is sent once, also by a client that retries", () =>
    run(Effect.gen(function*() {
      const http = yield* HttpClient.HttpClient
      const server = yield* serve((_, response) => response.writeHead(401, { "content-type": "text/html" }).end("no"))
      for (const [inner, set] of Object.entries(below)) {
        server.received.length = 0
        const retrying = HttpClient.retry(HttpClient.filterStatusOk(set(http)), { times: 4 })
        const { reason } = yield* Effect.flip(tokenOf(server.origin, retrying))
        assert.deepInclude(reason, { _tag: "CredentialsRefused", status: 401 }, inner)
        assert.lengthOf(server.received, 1, inner)
      }
    })))

  it("leaves the application's settings unchanged", () =>
    run(Effect.gen(function*() {
      const http = yield* HttpClient.HttpClient
      const server = yield* serve((_, response) =>
        response.writeHead(200, { "content-type": "application/json" }).end(
          JSON.stringify({ access_token: "token-1", token_type: "Bearer", expires_in: 3600 })
        )
      )
      const spans: Array<string> = []
      const native = yield* Effect.tracer
      const tracer = Tracer.make({
        span: (...described) => {
          spans.push(described[0])
          return native.span(...described)
        },
        context: (f) => f()
      })
      const served = Effect.gen(function*() {
        yield* tokenOf(server.origin, http)
        const init = yield* Effect.serviceOption(FetchHttpClient.RequestInit)
        assert.deepStrictEqual(init, Option.some({ redirect: "follow" }))
        yield* http.get(`${server.origin}/mine`)
      })
      yield* served.pipe(
        Effect.provideService(FetchHttpClient.RequestInit, { redirect: "follow" }),
        Effect.withTracer(tracer),
        Effect.tapErrorCause((cause) => Effect.sync(() => assert.fail(Cause.pretty(cause))))
      )
      assert.deepStrictEqual(spans.filter((name) => name.startsWith("http")), ["http.client GET"])
      assert.deepStrictEqual(server.received, ["POST /oauth/token", "GET /mine"])
    })))
})
