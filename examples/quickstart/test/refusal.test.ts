import { assert, it } from "@effect/vitest"
import { Routera } from "@mintmark/routera"
import { Account, Answer, Sandbox } from "@mintmark/sandbox"
import { Effect, Layer, Redacted } from "effect"
import { FetchHttpClient } from "effect/http"

const RouteraTest = Layer.unwrap(Effect.map(Sandbox, ({ urls }) =>
  Routera.layer({
    clientId: Account.routera.clientId,
    clientSecret: Redacted.make(Account.routera.clientSecret),
    baseUrl: urls.routera
  }))).pipe(Layer.provideMerge(Layer.merge(Sandbox.layer(), FetchHttpClient.layer)))

it.effect("after a 401, one token is requested and the request is sent once more", () =>
  Effect.gen(function*() {
    const sandbox = yield* Sandbox
    const routera = yield* Routera
    yield* sandbox.script({ provider: "routera", kind: "api" }, [Answer.status(401)])

    const { status } = yield* routera.http.get("/me")

    assert.strictEqual(status, 200)
    assert.deepInclude(yield* sandbox.counts(), { token: 2, api: 2 })
  }).pipe(Effect.provide(RouteraTest)))
