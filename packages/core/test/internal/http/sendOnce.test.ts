import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Tracer from "effect/Tracer"
import { inspect } from "node:util"
import { Agent, interceptors } from "undici"
import { SentAgain } from "../../../src/internal/http/Sending.ts"
import { sendOnce } from "../../../src/internal/http/sendOnce.ts"
import { type Answer, serve } from "../../support/TestServer.ts"

const transports = {
  "fetch": FetchHttpClient.layer,
  "fetch of the application's own": FetchHttpClient.layer.pipe(
    Layer.provide(Layer.succeed(FetchHttpClient.Fetch, (input, init) => globalThis.fetch(input, init)))
  ),
  "undici": NodeHttpClient.layerUndici,
  "undici with its redirect interceptor": NodeHttpClient.layerUndiciNoDispatcher.pipe(
    Layer.provide(Layer.effect(
      NodeHttpClient.Dispatcher,
      Effect.acquireRelease(
        Effect.sync(() => new Agent().compose(interceptors.redirect({ maxRedirections: 5 }))),
        (dispatcher) => Effect.promise(() => dispatcher.close())
      )
    ))
  ),
  "node:http": NodeHttpClient.layerNodeHttp
}

/** What an application sets below everything else. */
const below: Record<string, (http: HttpClient.HttpClient) => HttpClient.HttpClient> = {
  "nothing": (http) => http,
  "DisablePropagation": HttpClient.transformResponse(Effect.provideService(Tracer.DisablePropagation, true)),
  "TracerDisabledWhen": HttpClient.transformResponse(
    Effect.provideService(HttpClient.TracerDisabledWhen, () => true)
  ),
  "no tracing": HttpClient.transformResponse(Effect.withTracerEnabled(false)),
  "its own tracer": HttpClient.transformResponse(
    Effect.withTracer(Tracer.make({ span: (options) => new Tracer.NativeSpan(options) }))
  ),
  "RequestInit": HttpClient.transformResponse(
    Effect.provideService(FetchHttpClient.RequestInit, { redirect: "follow" })
  ),
  "UndiciOptions": HttpClient.transformResponse(
    Effect.provideService(NodeHttpClient.UndiciOptions, Object.assign({ reset: false }, { maxRedirections: 5 }))
  ),
  "all of it, per request": HttpClient.transform((effect) =>
    effect.pipe(
      Effect.provideService(Tracer.DisablePropagation, true),
      Effect.provideService(HttpClient.TracerDisabledWhen, () => true),
      Effect.provideService(FetchHttpClient.RequestInit, { redirect: "follow" })
    )
  ),
  "another client": (http) => HttpClient.make((request) => http.execute(request)),
  "a header": HttpClient.mapRequest(HttpClientRequest.setHeader("x-mine", "1"))
}

/** What it puts around that. */
const around: Record<string, (http: HttpClient.HttpClient) => HttpClient.HttpClient> = {
  "nothing": (http) => http,
  "followRedirects": HttpClient.followRedirects(5),
  "followRedirects and a header": (http) =>
    HttpClient.followRedirects(http, 5).pipe(HttpClient.mapRequest(HttpClientRequest.setHeader("x-mine", "2"))),
  "followRedirects twice": (http) => HttpClient.followRedirects(HttpClient.followRedirects(http), 5),
  "followRedirects, per request": (http) =>
    HttpClient.transform(
      HttpClient.followRedirects(http, 5),
      (effect) => Effect.provideService(effect, Tracer.DisablePropagation, true)
    ),
  "filterStatusOk and retry": (http) => HttpClient.retry(HttpClient.filterStatusOk(http), { times: 4 }),
  "retryTransient": HttpClient.retryTransient({ times: 4 })
}

const secret = "s3cret"
const request = (url: string) =>
  HttpClientRequest.post(url, {
    headers: { authorization: `Basic ${secret}`, "x-api-key": secret },
    body: HttpBody.text(`client_secret=${secret}`, "application/x-www-form-urlencoded")
  })

const send = (url: string) => Effect.flatMap(HttpClient.HttpClient, (http) => sendOnce(http, request(url)))

const sentAgainIn = <A, E>(exit: Exit.Exit<A, E>): SentAgain => {
  assert(Exit.isFailure(exit))
  const error = Cause.squash(exit.cause)
  assert.instanceOf(error, SentAgain, inspect(error))
  return error
}

for (const [transport, layer] of Object.entries(transports)) {
  describe(`sendOnce over ${transport}`, () => {
    it.effect("follows no redirect, whatever the client is set to do", () =>
      Effect.gen(function*() {
        let location = ""
        let status = 0
        const other = yield* serve(() => ({}))
        const server = yield* serve(() => ({ status, headers: { location }, body: "" }))
        const http = yield* HttpClient.HttpClient
        for (const [inner, set] of Object.entries(below)) {
          for (const [outer, wrap] of Object.entries(around)) {
            for (status of [301, 302, 303, 307, 308]) {
              for (location of [`${other.origin}/b`, "/b", `//${new URL(other.origin).host}/b`]) {
                const exit = yield* Effect.exit(
                  sendOnce(wrap(set(http)), request(`${server.origin}/token`))
                )
                const found = Exit.isSuccess(exit) ? exit.value.status : statusIn(exit)
                assert.strictEqual(found, status, `${inner} within ${outer}, to ${location}`)
              }
            }
          }
        }
        assert.isEmpty(other.received)
        assert.deepStrictEqual(new Set(server.received.map(({ path }) => path)), new Set(["/token"]))
        const sent = Object.keys(below).length * Object.keys(around).length * 15
        assert.strictEqual(server.received.length, sent)
      }).pipe(Effect.provide(layer)))

    it.effect("sends once if the client retries, and reports the outcome", () =>
      Effect.gen(function*() {
        let answer: Answer = {}
        const server = yield* serve(() => answer)
        const http = yield* HttpClient.HttpClient
        for (const [inner, set] of Object.entries(below)) {
          for (
            const retrying of [
              HttpClient.retry(HttpClient.filterStatusOk(set(http)), { times: 4 }),
              set(HttpClient.retry(HttpClient.filterStatusOk(http), { times: 4 })),
              HttpClient.transform(HttpClient.filterStatusOk(set(http)), Effect.retry({ times: 4 }))
            ]
          ) {
            for (const status of [400, 401, 429, 503]) {
              answer = { status, headers: { "retry-after": "7" } }
              const before = server.received.length
              const exit = yield* Effect.exit(sendOnce(retrying, request(`${server.origin}/token`)))
              assert.deepInclude(sentAgainIn(exit), { status, retryAfter: "7" }, inner)
              assert.strictEqual(server.received.length, before + 1, inner)
            }
          }
        }
        const refused = yield* Effect.exit(
          sendOnce(HttpClient.retry(http, { times: 4 }), request("http://127.0.0.1:1/token"))
        )
        const { error, status } = sentAgainIn(refused)
        assert.isUndefined(status)
        assert.propertyVal(error, "_tag", "HttpClientError")
      }).pipe(Effect.provide(layer)))

    it.effect("sends the request unchanged, with nothing of the caller, and leaves the caller's context unchanged", () =>
      Effect.gen(function*() {
        const server = yield* serve(() => ({ body: "{\"a\":1}" }))
        const spans: Array<string> = []
        const tracer = Tracer.make({
          span: (options) => {
            spans.push(options.name)
            return new Tracer.NativeSpan(options)
          }
        })
        const mine = Effect.gen(function*() {
          const before = yield* Effect.context<never>()
          const response = yield* send(`${server.origin}/token?a=%20b`)
          assert.deepStrictEqual(yield* response.json, { a: 1 })
          assert.strictEqual(response.request.url, `${server.origin}/token?a=%20b`)
          assert.strictEqual(yield* Effect.context<never>(), before)
        })
        yield* mine.pipe(Effect.withSpan("mine"), Effect.withTracer(tracer))
        assert.deepStrictEqual(spans, ["mine"])
        const [received] = server.received
        assert.deepInclude(received, { method: "POST", path: "/token?a=%20b", body: `client_secret=${secret}` })
        assert.notMatch(Object.keys(received?.headers ?? {}).join(), /trace|b3|baggage/)
      }).pipe(Effect.provide(layer)))
  })
}

const statusIn = (exit: Exit.Exit<unknown, unknown>): number | undefined => {
  assert(Exit.isFailure(exit))
  const error = Cause.squash(exit.cause)
  if (error instanceof SentAgain) return error.status
  return Reflect.get(Object(Reflect.get(Object(error), "response")), "status")
}
