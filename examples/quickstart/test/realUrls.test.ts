import { assert, it } from "@effect/vitest"
import { Routee } from "@mintmark/routee"
import { Account, Sandbox } from "@mintmark/sandbox"
import { Effect, Layer, Redacted } from "effect"
import { FetchHttpClient } from "effect/http"

const SandboxFetch = Layer.effect(FetchHttpClient.Fetch, Effect.map(Sandbox, ({ fetch }) => fetch))

const RouteeTest = Routee.layer({
  applicationId: Account.routee.clientId,
  applicationSecret: Redacted.make(Account.routee.clientSecret)
}).pipe(
  Layer.provide(FetchHttpClient.layer),
  Layer.provide(SandboxFetch),
  Layer.provideMerge(Sandbox.layer())
)

it.effect("calls Routee by its own URLs", () =>
  Effect.gen(function*() {
    const routee = yield* Routee
    const { status } = yield* routee.http.get("https://connect.routee.net/accounts/me/balance")

    assert.strictEqual(status, 200)
    const { journal } = yield* Sandbox
    assert.deepStrictEqual((yield* journal).map(({ host }) => host), ["auth.routee.net", "connect.routee.net"])
  }).pipe(Effect.provide(RouteeTest)))
