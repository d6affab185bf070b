import { assert, layer } from "@effect/vitest"
import { Routee } from "@mintmark/routee"
import { Account, Sandbox } from "@mintmark/sandbox"
import { Effect, Layer, Redacted } from "effect"
import { FetchHttpClient } from "effect/http"
import { TestClock } from "effect/testing"

const RouteeTest = Layer.unwrap(Effect.map(Sandbox, ({ urls }) =>
  Routee.layer({
    applicationId: Account.routee.clientId,
    applicationSecret: Redacted.make(Account.routee.clientSecret),
    baseUrl: urls.routee
  }))).pipe(Layer.provideMerge(Layer.merge(Sandbox.layer(), FetchHttpClient.layer)))

layer(RouteeTest)("an application", (it) => {
  it.effect("succeeds although its token was revoked, or has expired", () =>
    Effect.gen(function*() {
      const routee = yield* Routee
      const sandbox = yield* Sandbox
      const balance = Effect.map(routee.http.get("/accounts/me/balance"), ({ status }) => status)

      assert.strictEqual(yield* balance, 200)
      yield* sandbox.revoke({ provider: "routee" })
      assert.strictEqual(yield* balance, 200)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* balance, 200)

      assert.strictEqual((yield* sandbox.counts()).token, 3)
    }))
})
