import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import type { AccessToken } from "@mintmark/core/AccessToken"
import * as Authorization from "@mintmark/core/Authorization"
import * as Fetch from "@mintmark/core/Fetch"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import type { TokenError } from "@mintmark/core/TokenError"
import type { TokenSource } from "@mintmark/core/TokenSource"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import { inspect } from "node:util"
import * as Attach from "../src/internal/http/attach.ts"
import { resolve } from "../src/internal/request/resolve.ts"
import { account, Acme, acme } from "./support/accounts.ts"
import { type Received, serve, serveApi } from "./support/TestServer.ts"

const at = (baseUrl: string, authorization: Authorization.Authorization) => {
  const { provider } = acme(baseUrl)
  return { baseUrl, provider: { ...provider, authorization } }
}

const kinds = [
  { name: "a bearer token", authorization: Authorization.bearer, header: "authorization", value: "Bearer token-" },
  {
    name: "another scheme",
    authorization: Authorization.scheme("Token"),
    header: "authorization",
    value: "Token token-"
  },
  {
    name: "a header of the provider's own",
    authorization: Authorization.header("X-Amz-Access-Token"),
    header: "x-amz-access-token",
    value: "token-"
  }
]

for (const { authorization, header, name, value } of kinds) {
  describe(`A token that is sent as ${name}`, () => {
    const valueIn = ({ headers }: Received) => headers[header]
    const untilRenewed = (received: Received) => ({ status: valueIn(received) === `${value}1` ? 401 : 200, body: "{" })

    for (
      const [transport, client] of [
        ["fetch", FetchHttpClient.layer],
        ["undici", NodeHttpClient.layerUndici],
        ["node:http", NodeHttpClient.layerNodeHttp]
      ] as const
    ) {
      it.effect(`is attached and renewed, and shown nowhere, over ${transport}`, () =>
        Effect.gen(function*() {
          const server = yield* serveApi(untilRenewed)
          const { http } = yield* account(at(server.origin, authorization))
          const spans: Array<Tracer.Span> = []
          const tracer = Tracer.make({
            span(options) {
              const span = new Tracer.NativeSpan(options)
              spans.push(span)
              return span
            }
          })
          const traced = Effect.gen(function*() {
            return [
              yield* http.get("/a"),
              yield* Effect.flip(Effect.flatMap(http.get("/a"), ({ json }) => json)),
              yield* Effect.flip(HttpClient.filterStatus(http, (status) => status > 400).get("/a")),
              yield* Effect.flip(http.get("/a", { body: HttpBody.stream(Stream.fail("broken")) }))
            ]
          })
          const shown = yield* traced.pipe(
            Effect.provideService(HttpClient.TracerHeaderFilter, () => true),
            Effect.withTracer(tracer)
          )
          assert.deepStrictEqual(server.api().slice(0, 3).map(valueIn), [`${value}1`, `${value}2`, `${value}2`])
          if (header !== "authorization") {
            for (const { headers } of server.api()) assert.notProperty(headers, "authorization")
          }
          for (const each of shown) {
            assert.notMatch(inspect(each, { depth: 20, customInspect: false }), /token-\d/)
            assert.notMatch(inspect(each, { depth: 20 }), /token-\d/)
          }
          assert.isNotEmpty(spans)
          for (const { attributes } of spans) assert.notMatch(inspect([...attributes]), /token-\d/)
        }).pipe(Effect.provide(client)))
    }

    it.effect("is not attached if the request has that header", () =>
      Effect.gen(function*() {
        const server = yield* serveApi(() => ({}))
        const { http } = yield* account(at(server.origin, authorization))
        yield* http.get("/a", { headers: { [header]: "mine" } })
        assert.deepStrictEqual(server.received.map(valueIn), ["mine"])
        yield* http.get("/a", { headers: { [header]: undefined } })
        assert.strictEqual(server.api()[1]?.headers[header], `${value}1`)
      }).pipe(Effect.provide(FetchHttpClient.layer)))

    it.live("is sent with the requests of Fetch", () =>
      Effect.gen(function*() {
        const server = yield* serveApi(untilRenewed)
        const { close, fetch } = Fetch.make(Acme.layer(at(server.origin, authorization)), Acme)
        yield* Effect.promise(async () => {
          assert.strictEqual((await fetch("/a")).status, 200)
          await fetch("/a", { headers: { [header.toUpperCase()]: "mine" } })
          await close()
        })
        assert.deepStrictEqual(server.api().map(valueIn), [`${value}1`, `${value}2`, "mine"])
      }))
  })
}

describe("Authorization", () => {
  it.effect.each([
    Authorization.header(""),
    Authorization.header("x y"),
    Authorization.header("x\r\ny"),
    Authorization.header("Host"),
    Authorization.header("content-length"),
    Authorization.header("Cookie"),
    Authorization.scheme(""),
    Authorization.scheme("Bearer "),
    Authorization.scheme("Token\r\nx:"),
    { header: "Authorization", scheme: undefined }
  ])("is not accepted if no request could carry it: %o", (authorization) =>
    Effect.gen(function*() {
      const { reason } = yield* Effect.flip(account(at("https://api.acme.test", authorization)))
      assert(reason._tag === "InvalidOption")
      assert.strictEqual(reason.option, "authorization")
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it("returns the value of the header", () => {
    const token: AccessToken = {
      value: Redacted.make("abc"),
      requestedAt: 0,
      expiresAt: 1,
      scopes: [],
      refreshToken: undefined,
      reply: {}
    }
    assert.strictEqual(Authorization.valueOf(Authorization.bearer, token), "Bearer abc")
    assert.strictEqual(Authorization.valueOf(Authorization.scheme("Token"), token), "Token abc")
    assert.strictEqual(Authorization.valueOf(Authorization.header("x-a"), token), "abc")
  })
})

describe("attach", () => {
  it.effect("puts the token on another client's requests, and keeps that client's errors", () =>
    Effect.gen(function*() {
      const server = yield* serveApi(({ headers }) => ({
        status: headers.authorization === "Bearer token-1" ? 401 : 200
      }))
      const { attach } = yield* account(acme(server.origin))
      const own: HttpClient.HttpClient.With<"too many"> = HttpClient.makeWith<"too many", never, "too many", never>(
        () => Effect.fail("too many"),
        Effect.succeed
      )
      const failed: "too many" | TokenError = yield* Effect.flip(attach(own).get("/a"))
      assert.strictEqual(failed, "too many")
      const undici = Context.get(yield* Layer.build(NodeHttpClient.layerUndici), HttpClient.HttpClient)
      assert.strictEqual((yield* attach(undici).get("/a")).status, 200)
      assert.strictEqual(server.tokens(), 2)
    }).pipe(Effect.provide(FetchHttpClient.layer)))
})

describe("An API URL from the token reply", () => {
  const source = (apiUrl: string): TokenSource => {
    const token: AccessToken = {
      value: Redacted.make("token-1"),
      requestedAt: 0,
      expiresAt: 1,
      scopes: [],
      refreshToken: undefined,
      reply: {},
      apiUrl
    }
    return {
      get: Effect.succeed(token),
      peek: () => token,
      renew: Effect.succeed(token),
      reject: () => Effect.undefined,
      events: Stream.empty
    }
  }

  it.effect("is the base URL of relative paths, within the allowed origins", () =>
    Effect.gen(function*() {
      const mine = yield* serve(() => ({}))
      const other = yield* serve(() => ({}))
      const { provider } = acme("")
      const options: ProviderClient.Options = { apiOrigins: [mine.origin] }
      const attachmentOf = Attach.make(Result.getOrThrow(resolve(provider, options)))
      const http = yield* HttpClient.HttpClient
      const holder = {}
      const client = (apiUrl: string) => Attach.attach(attachmentOf(source(apiUrl), () => holder))(http)
      assert.strictEqual((yield* client(`${mine.origin}/v2`).get("/a")).status, 200)
      assert.deepStrictEqual(mine.received.map(({ path }) => path), ["/v2/a"])
      const error = yield* Effect.flip(client(other.origin).get("/a"))
      assert(error._tag === "TokenError" && error.reason._tag === "Unsafe")
      assert.include(error.message, other.origin)
      assert.isEmpty(other.received)
    }).pipe(Effect.provide(FetchHttpClient.layer)))
})
