import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as TokenEndpoint from "@mintmark/core/internal/http/TokenEndpoint"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { IncomingMessage } from "node:http"
import * as Net from "node:net"
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib"
import * as Undici from "undici"
import * as ReplyReader from "../src/internal/engine/ReplyReader.ts"
import * as TokenRequest from "../src/internal/request/TokenRequest.ts"
import { acme, clientCredentials } from "./support/acme.ts"
import { dispatchedFetch } from "./support/dispatchedFetch.ts"
import { serve } from "./support/RealServer.ts"

const transports = {
  "fetch": FetchHttpClient.layer,
  "undici": NodeHttpClient.layerUndici,
  "node:http": NodeHttpClient.layerNodeHttp
}

/** The outcome of one token request: the token, or the reason of the error. */
const outcome = (tokenEndpoint: string, method: "GET" | "POST" = "POST") =>
  Effect.gen(function*() {
    const provider = acme({ tokenEndpoint, request: { method } })
    const exchange = TokenEndpoint.make(provider, yield* HttpClient.HttpClient)
    const [request, response] = yield* exchange(
      TokenRequest.make(provider, clientCredentials()),
      5_000
    )
    return yield* Effect.fromResult(ReplyReader.make(provider)(request, response))
  }).pipe(
    Effect.match({
      onSuccess: ({ value }) => Redacted.value(value),
      onFailure: ({ reason }) => "kind" in reason ? `${reason._tag} (${reason.kind})` : reason._tag
    })
  )

const token = JSON.stringify({ access_token: "t0ken", token_type: "Bearer", expires_in: 3600 })

/** A server that answers with these bytes, whatever it is asked. */
const answering = (bytes: string) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly port: number; readonly server: Net.Server }>((resume) => {
      const server = Net.createServer((socket) => {
        socket.on("error", () => socket.destroy())
        socket.once("data", () => socket.end(bytes))
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        assert(typeof address === "object" && address !== null)
        resume(Effect.succeed({ port: address.port, server }))
      })
    }),
    ({ server }) => Effect.sync(() => server.close())
  ).pipe(Effect.map(({ port }) => port))

for (const [name, layer] of Object.entries(transports)) {
  describe(`TokenEndpoint over ${name}`, () => {
    it.effect("requests no compression", () =>
      Effect.gen(function*() {
        const codings: Array<string | undefined> = []
        const origin = yield* serve(() => (request, response) => {
          codings.push(request.headers["accept-encoding"])
          response.end(token)
        })
        assert.strictEqual(yield* outcome(`${origin}/token`), "t0ken")
        assert.deepStrictEqual(codings, ["identity"])
      }).pipe(Effect.provide(layer)))

    const codings: ReadonlyArray<readonly [string, (text: string) => Buffer, string?]> = [
      ["gzip", gzipSync],
      ["x-gzip", gzipSync],
      ["deflate", deflateSync],
      ["deflate", deflateRawSync, " without its header"],
      ["br", brotliCompressSync]
    ]
    for (const [coding, compress, how = ""] of codings) {
      it.effect(`reads a reply that is compressed although that was not requested: ${coding}${how}`, () =>
        Effect.gen(function*() {
          const origin = yield* serve(() => (request: IncomingMessage, response) => {
            const isError = request.url === "/error"
            const text = isError ? JSON.stringify({ error: "invalid_client" }) : token
            response.writeHead(isError ? 400 : 200, { "content-encoding": coding }).end(compress(text))
          })
          assert.strictEqual(yield* outcome(`${origin}/token`), "t0ken")
          assert.strictEqual(yield* outcome(`${origin}/error`), "CredentialsRefused")
        }).pipe(Effect.provide(layer)))
    }

    it.effect("fails with ReplyNotUnderstood for a reply that can't be decompressed, or is too large afterwards", () =>
      Effect.gen(function*() {
        const bodies: Readonly<Record<string, readonly [string, Buffer]>> = {
          "/cut": ["gzip", gzipSync(token).subarray(0, 30)],
          "/large": ["gzip", gzipSync(token.padEnd(2_000_000))],
          "/unknown": ["snappy", Buffer.from("\x01\x02")]
        }
        const origin = yield* serve(() => (request: IncomingMessage, response) => {
          const [coding = "", body] = bodies[request.url ?? ""] ?? []
          response.writeHead(200, { "content-encoding": coding }).end(body)
        })
        for (const path of Object.keys(bodies)) {
          assert.include(["ReplyNotUnderstood", "Unavailable (interrupted)"], yield* outcome(`${origin}${path}`), path)
        }
        assert.strictEqual(yield* outcome(`${origin}/large`), "ReplyNotUnderstood")
      }).pipe(Effect.provide(layer)))

    it.effect("fails with Unsafe for https to a port of plain http", () =>
      Effect.gen(function*() {
        const port = yield* answering("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        assert.strictEqual(yield* outcome(`https://127.0.0.1:${port}/token`), "Unsafe (certificate)")
      }).pipe(Effect.provide(layer)))

    it.effect("fails with ReplyNotUnderstood for a 101 that was not requested", () =>
      Effect.gen(function*() {
        for (const upgrade of ["Connection: upgrade\r\nUpgrade: x\r\n", ""]) {
          const port = yield* answering(`HTTP/1.1 101 Switching Protocols\r\n${upgrade}\r\n`)
          assert.strictEqual(yield* outcome(`http://127.0.0.1:${port}/token`), "ReplyNotUnderstood")
        }
      }).pipe(Effect.provide(layer)))

    it.effect("skips a 100 and a 102 that were not requested, or fails with ReplyNotUnderstood", () =>
      Effect.gen(function*() {
        const reply = `HTTP/1.1 200 OK\r\nContent-Length: ${token.length}\r\nConnection: close\r\n\r\n${token}`
        const hundred = yield* answering(`HTTP/1.1 100 Continue\r\n\r\n${reply}`)
        assert.strictEqual(
          yield* outcome(`http://127.0.0.1:${hundred}/token`),
          name === "node:http" ? "t0ken" : "ReplyNotUnderstood"
        )
        const processing = yield* answering(`HTTP/1.1 102 Processing\r\n\r\n${reply}`)
        assert.strictEqual(yield* outcome(`http://127.0.0.1:${processing}/token`), "t0ken")
      }).pipe(Effect.provide(layer)))

    it.effect("fails with Unavailable for a 407, whatever its body is", () =>
      Effect.gen(function*() {
        const bodies = ["", `{"error":"invalid_client"}`, "<html>Proxy Authentication Required</html>"]
        const origin = yield* serve(() => (request, response) => {
          request.resume()
          response.writeHead(407, { "proxy-authenticate": "Basic realm=proxy" }).end(
            bodies[Number(request.url?.slice(1))]
          )
        })
        for (const body of bodies.keys()) {
          assert.strictEqual(yield* outcome(`${origin}/${body}`), "Unavailable (connection)")
        }
      }).pipe(Effect.provide(layer)))

    it.effect("fails with Unavailable for a closed port, with one address or two", () =>
      Effect.gen(function*() {
        const port = yield* Effect.scoped(answering(""))
        for (const host of ["127.0.0.1", "localhost"]) {
          assert.strictEqual(yield* outcome(`http://${host}:${port}/token`), "Unavailable (connection)")
        }
      }).pipe(Effect.provide(layer)))
  })
}

describe("TokenEndpoint through a proxy", () => {
  const through = (proxy: Undici.ProxyAgent) => ({
    "undici": Layer.provide(
      NodeHttpClient.layerUndiciNoDispatcher,
      Layer.succeed(NodeHttpClient.Dispatcher, proxy)
    ),
    "undici's fetch": dispatchedFetch(proxy)
  })

  it.effect.each([403, 407, 502])(
    "has sent nothing if the proxy refuses the tunnel: %i",
    (status) =>
      Effect.gen(function*() {
        const port = yield* answering(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`)
        const proxy = new Undici.ProxyAgent(`http://127.0.0.1:${port}`)
        for (const layer of Object.values(through(proxy))) {
          assert.strictEqual(
            yield* Effect.provide(outcome("https://auth.acme.test/token"), layer),
            "Unavailable (connection)"
          )
        }
      })
  )
})

describe("TokenEndpoint over fetch", () => {
  it.effect("gets another token by GET each time, whatever the server allows to cache and the client caches", () =>
    Effect.gen(function*() {
      let tokens = 0
      const seen: Array<string | undefined> = []
      const origin = yield* serve(() => (request, response) => {
        seen.push(request.headers["cache-control"])
        const body = { access_token: `t${++tokens}`, token_type: "Bearer", expires_in: 60 }
        response.writeHead(200, { "content-type": "application/json", "cache-control": "public, max-age=3600" })
        response.end(JSON.stringify(body))
      })
      const caching = NodeHttpClient.layerUndiciNoDispatcher.pipe(
        Layer.provide(
          Layer.succeed(NodeHttpClient.Dispatcher, new Undici.Agent().compose(Undici.interceptors.cache()))
        )
      )
      const clients = [caching, FetchHttpClient.layer, NodeHttpClient.layerNodeHttp]
      for (const layer of clients) {
        const twice = Effect.all([outcome(`${origin}/token`, "GET"), outcome(`${origin}/token`, "GET")])
        const [first, second] = yield* Effect.provide(twice, layer)
        assert.notStrictEqual(first, second)
      }
      assert.strictEqual(tokens, 6)
      for (const header of seen) assert.match(header ?? "", /no-(store|cache)/)
    }))

  it.effect("lets no HTTP cache store the reply, whatever the application's RequestInit is", () =>
    Effect.gen(function*() {
      const seen: Array<RequestInit | undefined> = []
      const noting = Layer.succeed(FetchHttpClient.Fetch, (_, init) => {
        seen.push(init)
        return Promise.resolve(Response.json({}))
      })
      yield* outcome("https://auth.acme.test/token").pipe(
        Effect.provide(Layer.provide(FetchHttpClient.layer, noting)),
        Effect.provideService(FetchHttpClient.RequestInit, { cache: "force-cache", credentials: "omit" })
      )
      assert.deepStrictEqual(seen.map((init) => [init?.cache, init?.redirect, init?.credentials]), [
        ["no-store", "manual", "omit"]
      ])
    }))
})
