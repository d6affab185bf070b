import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import { Routee } from "@mintmark/effect-3"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { inspect } from "node:util"
import { assert, describe, it } from "vitest"

const answers = async (input: string | URL | Request): Promise<Response> => {
  const { pathname } = new URL(input instanceof Request ? input.url : input)
  if (pathname === "/oauth/token") {
    return Response.json({ access_token: "token-1", token_type: "Bearer", expires_in: 3600 })
  }
  if (pathname === "/broken") throw new TypeError("fetch failed")
  return new Response("{", { status: pathname === "/500" ? 500 : 200 })
}

const routeeWith = (fetch: typeof globalThis.fetch) =>
  Routee.layer({ applicationId: "application", applicationSecret: Redacted.make("secret") }).pipe(
    Layer.provide(FetchHttpClient.layer),
    Layer.provide(Layer.succeed(FetchHttpClient.Fetch, fetch))
  )

describe("AuthenticatedHttpClient", () => {
  it("shows the token in no uncaught error and in no response", () =>
    Effect.gen(function*() {
      const { http } = yield* Routee
      const shown = [
        yield* http.get("/a"),
        yield* Effect.flip(Effect.flatMap(http.get("/a"), ({ json }) => json)),
        yield* Effect.flip(HttpClient.filterStatusOk(http).get("/500")),
        yield* Effect.flip(http.get("/broken"))
      ]
      assert.lengthOf(shown, 4)
      // Node shows what has crashed it without asking it how.
      for (const showHidden of [false, true]) {
        for (const each of shown) {
          assert.notInclude(inspect(each, { depth: 20, customInspect: false, showHidden }), "token-1")
        }
      }
    }).pipe(Effect.provide(routeeWith(answers)), Effect.runPromise))

  it("attaches the current token to a request that is sent a second time", () => {
    let issued = 0
    const received: Array<string | null> = []
    const server: typeof globalThis.fetch = async (input, init) => {
      const request = new Request(input, init)
      if (new URL(request.url).pathname === "/oauth/token") {
        return Response.json({ access_token: `token-${++issued}`, token_type: "Bearer", expires_in: 3600 })
      }
      received.push(request.headers.get("authorization"))
      return new Response()
    }
    return Effect.gen(function*() {
      const { http, renew } = yield* Routee
      const { request } = yield* http.get("/a")
      assert.strictEqual(request.headers["authorization"], "Bearer token-1")
      yield* renew
      yield* http.execute(request)
      assert.deepStrictEqual(received, ["Bearer token-1", "Bearer token-2"])
    }).pipe(Effect.provide(routeeWith(server)), Effect.runPromise)
  })
})
