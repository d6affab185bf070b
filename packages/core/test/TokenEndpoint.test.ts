import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { limit } from "@mintmark/core/internal/http/heldResponse"
import * as TokenEndpoint from "@mintmark/core/internal/http/TokenEndpoint"
import type { TokenError } from "@mintmark/core/TokenError"
import * as Answer from "@mintmark/sandbox/Answer"
import * as Sandbox from "@mintmark/sandbox/Sandbox"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import * as Tracer from "effect/Tracer"
import type { IncomingMessage, ServerResponse } from "node:http"
import { inspect } from "node:util"
import { Agent, interceptors } from "undici"
import * as TokenRequest from "../src/internal/request/TokenRequest.ts"
import { acme, clientCredentials, clientSecret } from "./support/acme.ts"
import { serve } from "./support/RealServer.ts"

const transports = {
  "fetch": FetchHttpClient.layer,
  "undici": NodeHttpClient.layerUndici,
  "node:http": NodeHttpClient.layerNodeHttp
}

const requestTo = (tokenEndpoint: string) => TokenRequest.make(acme({ tokenEndpoint }), clientCredentials())

const exchange = (tokenEndpoint: string, deadline = 30_000) =>
  Effect.flatMap(
    HttpClient.HttpClient,
    (http) =>
      Effect.map(
        TokenEndpoint.make({ id: "acme" }, http)(requestTo(tokenEndpoint), deadline),
        ([, response]) => response
      )
  )

const toSandbox = Effect.gen(function*() {
  const sandbox = yield* Sandbox.Sandbox
  return yield* exchange(`${sandbox.urls.generic}/token`)
})

const entry = Effect.gen(function*() {
  const [last] = (yield* (yield* Sandbox.Sandbox).journal).slice(-1)
  assert(last !== undefined)
  return last
})

const reasonOf = <A>(exit: Exit.Exit<A, TokenError>) => {
  assert(Exit.isFailure(exit))
  const error = Cause.findError(exit.cause)
  assert(Result.isSuccess(error), "it died")
  return error.success.reason
}

/** A token endpoint that points elsewhere, and what both were asked. */
const redirecting = Effect.fnUntraced(function*(status: number) {
  const asked: Array<string> = []
  const noting =
    (answer: (response: ServerResponse) => void) => () => (request: IncomingMessage, response: ServerResponse) => {
      asked.push(`${request.method} ${request.url}`)
      answer(response)
    }
  const elsewhere = yield* serve(noting((response) => response.end("{}")))
  const origin = yield* serve(
    noting((response) => response.writeHead(status, { location: `${elsewhere}/elsewhere` }).end("{}"))
  )
  return { asked, origin }
})

for (const [name, transport] of Object.entries(transports)) {
  describe(`TokenEndpoint over ${name}`, () => {
    it.effect("sends a form, accepts JSON, and carries nothing of the caller", () =>
      Effect.gen(function*() {
        yield* toSandbox.pipe(Effect.withSpan("the caller's own"))
        const { accept, contentType, headers, method, placement, traced } = yield* entry
        assert.deepInclude({ method, accept, placement, traced }, {
          method: "POST",
          accept: "application/json",
          placement: "basic",
          traced: false
        })
        assert.match(contentType ?? "", /^application\/x-www-form-urlencoded\b/)
        for (const header of headers) assert.notMatch(header, /trace|b3|baggage|cookie|referer|origin/)
      }).pipe(Effect.provide([Sandbox.Sandbox.layer(), transport])))

    it.effect("starts no span of the HTTP client, which would show headers", () =>
      Effect.gen(function*() {
        const spans: Array<string> = []
        const tracer = Tracer.make({
          span: (options) => {
            spans.push(options.name)
            return new Tracer.NativeSpan(options)
          }
        })
        yield* toSandbox.pipe(Effect.withTracer(tracer))
        assert.deepStrictEqual(spans, [])
      }).pipe(Effect.provide([Sandbox.Sandbox.layer(), transport])))

    it.effect("fails at its deadline, which includes the body, and releases the connection", () =>
      Effect.gen(function*() {
        const sandbox = yield* Sandbox.Sandbox
        for (const answer of [Answer.hang("before-headers"), Answer.hang("mid-body")]) {
          yield* sandbox.clear
          yield* sandbox.script({ kind: "token" }, [answer])
          const fiber = yield* Effect.forkChild(Effect.exit(toSandbox))
          yield* sandbox.arrived({ kind: "token" }, 1)
          yield* TestClock.adjust("29 seconds")
          assert.isUndefined(fiber.pollUnsafe())
          yield* TestClock.adjust("1 second")
          const reason = reasonOf(yield* Fiber.join(fiber))
          assert(reason._tag === "Unavailable")
          assert.strictEqual(reason.kind, "timeout")
          yield* Effect.repeat(entry, { until: ({ state }) => state === "cut" })
        }
      }).pipe(Effect.provide([Sandbox.Sandbox.layer(), transport])))

    it.effect("keeps the endpoint's own query", () =>
      Effect.gen(function*() {
        const seen: Array<string | undefined> = []
        const origin = yield* serve(() => (request, response) => {
          seen.push(request.url)
          response.end("{}")
        })
        const path = "/token?tenant=a%20b&sign=%2B+~*!&flag&empty=&list[]=1&path=/x?y"
        assert.strictEqual((yield* exchange(`${origin}${path}`)).status, 200)
        assert.deepStrictEqual(seen, [path])
      }).pipe(Effect.provide(transport)))

    it.effect("sends nothing to another server if the application's client follows redirects", () =>
      Effect.gen(function*() {
        const following = HttpClient.followRedirects(yield* HttpClient.HttpClient)
        for (const status of [301, 302, 303, 307, 308]) {
          const { asked, origin } = yield* redirecting(status)
          const response = yield* exchange(`${origin}/token`).pipe(
            Effect.provideService(HttpClient.HttpClient, following),
            Effect.provideService(Tracer.DisablePropagation, true)
          )
          assert.strictEqual(response.status, status)
          assert.deepStrictEqual(asked, ["POST /token"])
        }
      }).pipe(Effect.provide(transport)))

    it.effect("sends one request if the application's client retries, and returns the status of the reply", () =>
      Effect.gen(function*() {
        const sandbox = yield* Sandbox.Sandbox
        const retrying = HttpClient.retry(HttpClient.filterStatusOk(yield* HttpClient.HttpClient), { times: 4 })
        for (const answer of [Answer.status(401), Answer.status(503, { retryAfter: 60 }), Answer.redirect(307, "/a")]) {
          yield* sandbox.clear
          yield* sandbox.script({ kind: "token" }, [answer], { repeat: "always" })
          const { body, retryAfter, status } = yield* Effect.provideService(
            toSandbox,
            HttpClient.HttpClient,
            retrying
          )
          assert.isTrue([401, 503, 307].includes(status))
          assert.isUndefined(body)
          assert.strictEqual(retryAfter, status === 503 ? "60" : undefined)
          assert.deepInclude(yield* sandbox.counts(), { token: 1, other: 0 })
        }
      }).pipe(Effect.provide([Sandbox.Sandbox.layer(), transport])))

    it.effect("reads at most 1 MiB, and releases the connection", () =>
      Effect.gen(function*() {
        const closed = yield* Deferred.make<number>()
        const origin = yield* serve(() => (_, response) => {
          const chunk = new Uint8Array(65_536)
          let written = 0
          const writeOn = () => {
            while (written < 64 * limit) {
              written += chunk.length
              if (!response.write(chunk)) return
            }
            response.end()
          }
          response.on("drain", writeOn)
          response.on("close", () => Deferred.doneUnsafe(closed, Exit.succeed(written)))
          writeOn()
        })
        assert.isUndefined((yield* exchange(origin)).body)
        // What fits between the two is written too.
        assert.isBelow(yield* Deferred.await(closed), 32 * limit)
      }).pipe(Effect.provide(transport)))

    it.effect("reads a body of 1 MiB, and fails for a longer one", () =>
      Effect.gen(function*() {
        const sandbox = yield* Sandbox.Sandbox
        yield* sandbox.script({ kind: "token" }, [
          Answer.body("x".repeat(limit)),
          Answer.body("x".repeat(limit + 1))
        ])
        assert.strictEqual((yield* toSandbox).body?.length, limit)
        assert.isUndefined((yield* toSandbox).body)
      }).pipe(Effect.provide([Sandbox.Sandbox.layer(), transport])))
  })
}

describe("TokenEndpoint", () => {
  it.effect("sends nothing to another server if the application's undici follows redirects", () =>
    Effect.gen(function*() {
      for (const status of [301, 302, 303, 307, 308]) {
        const { asked, origin } = yield* redirecting(status)
        assert.strictEqual((yield* exchange(`${origin}/token`)).status, status)
        assert.deepStrictEqual(asked, ["POST /token"])
      }
    }).pipe(
      Effect.provide(NodeHttpClient.layerUndiciNoDispatcher.pipe(
        Layer.provide(Layer.effect(
          NodeHttpClient.Dispatcher,
          Effect.acquireRelease(
            Effect.sync(() => new Agent().compose(interceptors.redirect({ maxRedirections: 5 }))),
            (dispatcher) => Effect.promise(() => dispatcher.close())
          )
        ))
      ))
    ))

  const compressed = [
    ["", { "content-length": "65536", "content-encoding": "gzip" }, "basic"],
    [", also where a browser hides that it is compressed", { "content-length": "65536" }, "cors"]
  ] as const
  for (const [where, headers, type] of compressed) {
    it.effect(`does not confuse the compressed length with the decompressed one${where}`, () =>
      Effect.gen(function*() {
        let pulled = 0
        const http = HttpClient.make((request) =>
          Effect.sync(() => {
            const body = new ReadableStream<Uint8Array>({
              pull: (controller) => {
                pulled += 65_536
                controller.enqueue(new Uint8Array(65_536))
                if (pulled >= 8 * limit) controller.close()
              }
            })
            const response = Object.defineProperties(new Response(body, { headers }), {
              url: { value: request.url },
              type: { value: type }
            })
            return HttpClientResponse.fromWeb(request, response)
          })
        )
        const { body } = yield* exchange("https://auth.acme.test/token").pipe(
          Effect.provideService(HttpClient.HttpClient, http)
        )
        assert.isUndefined(body)
        assert.isBelow(pulled, 2 * limit)
      }))
  }

  it.effect("keeps the application's RequestInit, except for following redirects", () =>
    Effect.gen(function*() {
      const seen: Array<RequestInit | undefined> = []
      yield* exchange("https://auth.acme.test/token").pipe(
        Effect.provide(FetchHttpClient.layer),
        Effect.provideService(FetchHttpClient.Fetch, async (_, init) => {
          seen.push(init)
          return new Response("{}")
        }),
        Effect.provideService(FetchHttpClient.RequestInit, { redirect: "follow", keepalive: true })
      )
      assert.deepInclude(seen[0], { redirect: "manual", keepalive: true })
    }))

  it.effect("reads a reply that the application's client has turned into an error", () =>
    Effect.gen(function*() {
      const refusing = HttpClient.filterStatusOk(
        HttpClient.make((request) =>
          Effect.succeed(HttpClientResponse.fromWeb(request, new Response("refused", { status: 401 })))
        )
      )
      const { body, status } = yield* exchange("https://auth.acme.test/token").pipe(
        Effect.provideService(HttpClient.HttpClient, refusing)
      )
      assert.deepStrictEqual([status, new TextDecoder().decode(body)], [401, "refused"])
    }))

  it.effect("treats an interrupted client as a broken connection", () =>
    Effect.gen(function*() {
      const exit = yield* Effect.exit(
        exchange("https://auth.acme.test/token").pipe(
          Effect.provideService(HttpClient.HttpClient, HttpClient.make(() => Effect.interrupt))
        )
      )
      const reason = reasonOf(exit)
      assert(reason._tag === "Unavailable")
      assert.strictEqual(reason.kind, "interrupted")
    }))

  it.effect("refuses the reply of a client that follows redirects by itself", () =>
    Effect.gen(function*() {
      const following = HttpClient.make((request) =>
        Effect.succeed(
          HttpClientResponse.fromWeb(
            request,
            Object.defineProperty(new Response("{}"), "url", { value: "https://elsewhere.example/token" })
          )
        )
      )
      const exit = yield* Effect.exit(
        exchange("https://auth.acme.test/token").pipe(Effect.provideService(HttpClient.HttpClient, following))
      )
      const reason = reasonOf(exit)
      assert(reason._tag === "Unsafe")
      assert.strictEqual(reason.kind, "redirect")
    }))

  it.effect("keeps the kind of a client's failure and none of its text, whether it fails or dies", () =>
    Effect.gen(function*() {
      const quoting = Object.assign(new TypeError(`Headers.append: "Basic ${clientSecret}" is invalid`), {
        code: `E${clientSecret}`
      })
      const clients = [
        HttpClient.make((request) =>
          Effect.fail(
            new HttpClientError.HttpClientError({
              reason: new HttpClientError.TransportError({ request, cause: quoting, description: clientSecret })
            })
          )
        ),
        HttpClient.make(() => Effect.die(quoting))
      ]
      for (const client of clients) {
        const exit = yield* Effect.exit(
          exchange("https://auth.acme.test/token").pipe(Effect.provideService(HttpClient.HttpClient, client))
        )
        const reason = reasonOf(exit)
        assert(reason._tag === "Unavailable")
        assert.strictEqual(reason.kind, "interrupted")
        const shown = [inspect(exit, { depth: Infinity, showHidden: true, getters: true }), JSON.stringify(exit)].join()
        assert.notInclude(shown, clientSecret)
      }
    }))

  it("shows no secret when inspected", () => {
    const request = Effect.runSync(requestTo("https://auth.acme.test/token"))
    const { body } = Redacted.value(request.http)
    assert.include(body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : "", "grant_type")
    assert.notInclude(inspect(request, { depth: Infinity, showHidden: true, getters: true }), clientSecret)
  })
})
