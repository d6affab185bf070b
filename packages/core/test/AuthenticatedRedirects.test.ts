import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { type Options as SandboxOptions, Sandbox } from "@mintmark/sandbox"
import * as Answer from "@mintmark/sandbox/Answer"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import { account, acme, routee } from "./support/accounts.ts"
import { followers, following, manual, undiciFollowing } from "./support/followers.ts"
import { serve, serveApi, tokenOf } from "./support/TestServer.ts"

const statuses = [301, 302, 303, 307, 308] as const

for (const { client, name } of followers) {
  describe(`A redirect that ${name} follows`, () => {
    it.effect("does not send the token to another origin", () =>
      Effect.gen(function*() {
        const otherServer = yield* serve(() => ({}))
        let location = ""
        let status = 0
        const server = yield* serveApi(() => ({ status, headers: { location } }))
        const { http } = yield* account(acme(server.origin))
        for (const target of [otherServer.origin, otherServer.otherOrigin, `//${new URL(otherServer.origin).host}`]) {
          for (status of statuses) {
            for (const method of ["get", "post"] as const) {
              location = `${target}/b`
              const before = otherServer.received.length
              const response = yield* http[method]("/a")
              assert.strictEqual(response.status, 200)
              assert.strictEqual(otherServer.received.length, before + 1)
            }
          }
        }
        // The same machine, by another name, is another origin.
        location = `${server.otherOrigin}/token`
        yield* http.get("/a")
        for (const { headers } of [...otherServer.received, ...server.received.slice(-1)]) {
          assert.notProperty(headers, "authorization")
          assert.notInclude(JSON.stringify(headers), "token-1")
        }
      }).pipe(Effect.provide(client)))

    it.effect("does not reject the token for a 401 of another origin", () =>
      Effect.gen(function*() {
        const otherServer = yield* serve(() => ({ status: 401 }))
        const server = yield* serveApi(() => ({ status: 307, headers: { location: `${otherServer.origin}/b` } }))
        const { http, peek, token } = yield* account(acme(server.origin))
        const current = yield* token
        assert.strictEqual((yield* http.get("/a")).status, 401)
        // Undici's interceptor doesn't say that it has been elsewhere.
        if (name !== "undici with its redirect interceptor") {
          assert.strictEqual(peek(), current)
          assert.strictEqual(server.tokens(), 1)
        }
        for (const received of otherServer.received) assert.isUndefined(tokenOf(received))
      }).pipe(Effect.provide(client)))

    it.effect("sends the token within the origin, and renews it there", () =>
      Effect.gen(function*() {
        const server = yield* serveApi((received) =>
          received.path === "/a"
            ? { status: 307, headers: { location: "/b" } }
            : tokenOf(received) === "token-1"
            ? { status: 401 }
            : {}
        )
        const { http } = yield* account(acme(server.origin))
        assert.strictEqual((yield* http.get("/a")).status, 200)
        assert.deepStrictEqual(
          server.api().map((received) => [received.path, tokenOf(received)]),
          [["/a", "token-1"], ["/b", "token-1"], ["/a", "token-2"], ["/b", "token-2"]]
        )
      }).pipe(Effect.provide(client)))
  })
}

const trusting = { connect: { rejectUnauthorized: false } }

describe("A redirect from http to https", () => {
  const followers = [
    { client: undiciFollowing(trusting), name: "undici with its redirect interceptor" },
    { client: following(NodeHttpClient.layerUndiciOptions(trusting)), name: "undici within followRedirects" }
  ]
  for (const { client, name } of followers) {
    it.effect(`does not carry the token with ${name}`, () =>
      Effect.gen(function*() {
        const otherServer = yield* sandbox({ tls: "self-signed" })
        const server = yield* serveApi(() => ({
          status: 307,
          headers: { location: otherServer.at("https://api.routera.io/me") }
        }))
        const { http } = yield* account(acme(server.origin))
        assert.strictEqual((yield* http.get("/a")).status, 401)
        assert.isNotEmpty(yield* otherServer.journal)
        for (const { headers } of yield* otherServer.journal) assert.notInclude(headers, "authorization")
      }).pipe(Effect.provide(client)))
  }
})

describe("A redirect that nothing follows", () => {
  for (
    const { client, name } of [{ client: manual, name: "fetch" }, {
      client: NodeHttpClient.layerUndici,
      name: "undici"
    }]
  ) {
    it.effect(`is returned unchanged over ${name}`, () =>
      Effect.gen(function*() {
        const [one, other] = [yield* sandbox(), yield* sandbox()]
        const { http } = yield* account(routee(one.urls.routee))
        for (const status of statuses) {
          yield* one.script({ kind: "api" }, [Answer.redirect(status, other.at("https://connect.routee.net/"))])
          assert.strictEqual((yield* http.get("/accounts/me/balance")).status, status)
        }
        assert.deepInclude(yield* other.counts(), { token: 0, api: 0, other: 0 })
      }).pipe(Effect.provide(client)))
  }
})

describe("followRedirects around the authenticated client", () => {
  for (
    const { client, name } of [{ client: manual, name: "fetch" }, {
      client: NodeHttpClient.layerUndici,
      name: "undici"
    }]
  ) {
    it.effect(`fails on a redirect to another origin, over ${name}`, () =>
      Effect.gen(function*() {
        const otherServer = yield* serve(() => ({}))
        let status = 0
        const server = yield* serveApi(() => ({ status, headers: { location: `${otherServer.origin}/b` } }))
        const { http } = yield* account(acme(server.origin))
        for (status of statuses) {
          const error = yield* Effect.flip(HttpClient.followRedirects(http).get("/a"))
          assert.strictEqual(error.reason._tag, "Unsafe")
          assert.include(error.message, otherServer.origin)
        }
        assert.strictEqual(otherServer.received.length, 0)
      }).pipe(Effect.provide(client)))

    it.effect(`sends the token to another origin that the application allows, over ${name}`, () =>
      Effect.gen(function*() {
        const other = yield* serve(() => ({}))
        const server = yield* serveApi(() => ({ status: 302, headers: { location: `${other.origin}/b` } }))
        const { http } = yield* account(acme(server.origin), { apiOrigins: [other.origin] })
        assert.strictEqual((yield* HttpClient.followRedirects(http).get("/a")).status, 200)
        assert.deepStrictEqual(other.received.map(tokenOf), ["token-1"])
      }).pipe(Effect.provide(client)))

    it.effect(`sends the token within the origin, over ${name}`, () =>
      Effect.gen(function*() {
        const server = yield* serveApi(({ path }) => path === "/a" ? { status: 302, headers: { location: "/b" } } : {})
        const { http } = yield* account(acme(server.origin))
        assert.strictEqual((yield* HttpClient.followRedirects(http).get("/a")).status, 200)
        assert.deepStrictEqual(server.api().map(tokenOf), ["token-1", "token-1"])
      }).pipe(Effect.provide(client)))
  }
})

/** Each is an origin of its own. */
const sandbox = (options?: SandboxOptions) =>
  Effect.map(Layer.build(Layer.fresh(Sandbox.layer(options))), Context.get(Sandbox))
