import { assert, describe, it } from "@effect/vitest"
import { Routee, TokenError } from "@mintmark/routee"
import { Account, Answer, Sandbox } from "@mintmark/sandbox"
import * as TestRunner from "effect/cluster/TestRunner"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as HttpEffect from "effect/http/HttpEffect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as RpcSerialization from "effect/rpc/RpcSerialization"
import * as RpcServer from "effect/rpc/RpcServer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { once } from "node:events"
import type { AddressInfo } from "node:net"
import { Customer, CustomerLive } from "../src/cluster.ts"
import { daemon } from "../src/daemon.ts"
import { app as express } from "../src/express.ts"
import { app as fastify } from "../src/fastify.ts"
import { client, ClientLive, Numbers } from "../src/rpc.ts"
import { download, upload } from "../src/streams.ts"

const { clientId, clientSecret } = Account.routee

const RouteeAt = (baseUrl: string) =>
  Routee.layer({ applicationId: clientId, applicationSecret: Redacted.make(clientSecret), baseUrl }).pipe(
    Layer.provide(FetchHttpClient.layer)
  )

const get = async (url: string) => {
  const response = await fetch(url)
  const body = await response.text()
  return { status: response.status, retryAfter: response.headers.get("retry-after"), body }
}

/** Two good requests on one token, and one while the authorization server asks for patience. */
const tried = (url: string) =>
  Effect.gen(function*() {
    const sandbox = yield* Sandbox
    for (let call = 1; call <= 2; call++) {
      assert.deepStrictEqual(yield* Effect.promise(() => get(url)), {
        status: 200,
        retryAfter: null,
        body: "{\"balance\":42.5}"
      })
    }
    assert.deepInclude(yield* sandbox.counts(), { token: 1, api: 2 })
    yield* sandbox.revoke()
    yield* sandbox.script({ kind: "token" }, [Answer.status(429, { retryAfter: 60 })])
    const { retryAfter, status } = yield* Effect.promise(() => get(url))
    assert.strictEqual(status, 503)
    assert.isAtLeast(Number(retryAfter), 50)
  })

describe("Routee", () => {
  it.live("in Express", () =>
    Effect.gen(function*() {
      const { urls } = yield* Sandbox
      const runtime = ManagedRuntime.make(RouteeAt(urls.routee))
      const server = express(runtime).listen(0)
      yield* Effect.promise(() => once(server, "listening"))
      const { port } = server.address() as AddressInfo
      yield* tried(`http://127.0.0.1:${port}/balance`)
      server.closeAllConnections()
      server.close()
      yield* Effect.promise(() => runtime.dispose())
    }).pipe(Effect.provide(Sandbox.layer())))

  it.live("in Fastify", () =>
    Effect.gen(function*() {
      const { urls } = yield* Sandbox
      const server = fastify(ManagedRuntime.make(RouteeAt(urls.routee)))
      const url = yield* Effect.promise(() => server.listen({ port: 0, host: "127.0.0.1" }))
      yield* tried(`${url}/balance`)
      server.server.closeAllConnections()
      yield* Effect.promise(() => server.close())
    }).pipe(Effect.provide(Sandbox.layer())))

  it.live("in a route handler, configured by the environment", () =>
    Effect.gen(function*() {
      const { urls } = yield* Sandbox
      Object.assign(process.env, {
        ROUTEE_APPLICATION_ID: clientId,
        ROUTEE_APPLICATION_SECRET: clientSecret,
        ROUTEE_BASE_URL: urls.routee
      })
      const { GET } = yield* Effect.promise(() => import("../src/handler.ts"))
      for (let call = 1; call <= 2; call++) {
        const response = yield* Effect.promise(() => GET(new Request("http://localhost/balance")))
        assert.deepStrictEqual(yield* Effect.promise(() => response.json()), { balance: 42.5 })
      }
      assert.deepInclude(yield* (yield* Sandbox).counts(), { token: 1, api: 2 })
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("in an RPC client", () =>
    Effect.gen(function*() {
      const seen: Array<string | undefined> = []
      const app = yield* RpcServer.toHttpEffect(Numbers).pipe(
        Effect.provide([
          Numbers.toLayer({ Double: ({ value }) => Effect.succeed(2 * value) }),
          RpcSerialization.layerNdjson
        ])
      )
      const handle = HttpEffect.toWebHandler(app)
      const http = HttpClient.make((request, url) =>
        Effect.promise(() => {
          seen.push(request.headers["authorization"])
          const body = request.body._tag === "Uint8Array" ? Uint8Array.from(request.body.body) : null
          return handle(new Request(url, { method: request.method, headers: request.headers, body }))
        }).pipe(Effect.map((response) => HttpClientResponse.fromWeb(request, response)))
      )
      const doubled = Effect.flatMap(client, (numbers) => numbers.Double({ value: 21 })).pipe(
        Effect.scoped,
        Effect.provide(Layer.provide(ClientLive, Routee.layerTest({ http })))
      )
      assert.strictEqual(yield* doubled, 42)
      assert.deepStrictEqual(seen, ["Bearer test-token"])
    }))

  it.live("in the entities of a cluster, with one token for each runner; their callers get its error unchanged", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      const RunnerTest = CustomerLive.pipe(
        Layer.provideMerge(TestRunner.layer),
        Layer.provide(RouteeAt(sandbox.urls.routee))
      )
      yield* Effect.gen(function*() {
        const customer = yield* Customer.client
        const remind = (id: string) => customer(id).Remind({ body: "Your appointment is tomorrow." })
        const ids = ["306900000001", "306900000002", "306900000003"]
        assert.deepStrictEqual(yield* Effect.forEach(ids, remind, { concurrency: "unbounded" }), [1, 1, 1])
        assert.strictEqual(yield* remind("306900000001"), 2)
        assert.deepInclude(yield* sandbox.counts(), { token: 1, api: 4 })

        yield* sandbox.revoke()
        yield* sandbox.script({ kind: "token" }, [Answer.status(429, { retryAfter: 60 })])
        const error = yield* Effect.flip(remind("306900000002"))
        assert(error instanceof TokenError)
        assert.strictEqual(error.reason._tag, "Throttled")
        assert.isTrue(error.isRetryable)
        assert.isAbove(error.retryAt ?? 0, Date.now())
      }).pipe(Effect.provide(RunnerTest))
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("with an upload and a download as streams; the upload is sent once", () => {
    const sent: Array<string> = []
    const http = HttpClient.make((request) =>
      Effect.gen(function*() {
        if (request.body._tag === "Stream") {
          sent.push(yield* Stream.mkString(Stream.decodeText(request.body.stream)).pipe(Effect.orDie))
          return HttpClientResponse.fromWeb(request, new Response(null, { status: sent.length === 1 ? 401 : 201 }))
        }
        return HttpClientResponse.fromWeb(request, new Response("a,b\n1,2\n"))
      })
    )
    const file = Stream.encodeText(Stream.make("one", "two"))
    return Effect.gen(function*() {
      const refused = yield* Effect.flip(upload("/files", file))
      assert(refused._tag === "HttpClientError" && refused.reason._tag === "StatusCodeError")
      assert.strictEqual((yield* upload("/files", file)).status, 201)
      assert.deepStrictEqual(sent, ["onetwo", "onetwo"])
      assert.strictEqual(yield* Stream.mkString(Stream.decodeText(download("/report"))), "a,b\n1,2\n")
    }).pipe(Effect.provide(Routee.layerTest({ http })))
  })

  it.effect("in a daemon, which continues after a failure", () => {
    let reads = 0
    const http = HttpClient.make((request) =>
      Effect.sync(() =>
        HttpClientResponse.fromWeb(request, ++reads === 2 ? new Response("no JSON") : Response.json({}))
      )
    )
    return Effect.gen(function*() {
      const running = yield* Effect.forkChild(Layer.launch(Layer.provide(daemon, Routee.layerTest({ http }))))
      yield* TestClock.adjust("10 seconds")
      yield* TestClock.adjust("5 minutes")
      yield* Fiber.interrupt(running)
      assert.isAtLeast(reads, 4)
    })
  })
})
