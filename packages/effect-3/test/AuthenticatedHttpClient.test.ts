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

const RouteeTest = Routee.layer({ applicationId: "application", applicationSecret: Redacted.make("secret") }).pipe(
  Layer.provide(FetchHttpClient.layer),
  Layer.provide(Layer.succeed(FetchHttpClient.Fetch, answers))
)

describe("AuthenticatedHttpClient", () => {
  it("shows the token in no error that nothing has caught, and in no response", () =>
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
      for (const each of shown) assert.notInclude(inspect(each, { depth: 20, customInspect: false }), "token-1")
    }).pipe(Effect.provide(RouteeTest), Effect.runPromise))
})
