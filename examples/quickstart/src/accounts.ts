import { Routee } from "@mintmark/routee"
import { Config, Console, Context, Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"

// A second account is a service of your own, made from the same package.
class Marketing extends Context.Service<Marketing, Routee["Service"]>()("my-app/Marketing") {
  static readonly layer = Layer.effect(this, Routee).pipe(
    Layer.provide(Routee.layerConfig({
      applicationId: Config.String("MARKETING_APPLICATION_ID"),
      applicationSecret: Config.Redacted("MARKETING_APPLICATION_SECRET")
    }))
  )
}

const program = Effect.gen(function*() {
  const routee = yield* Routee
  const marketing = yield* Marketing
  // Another set of scopes of the same account has a token of its own.
  const reports = yield* routee.withScopes(["report"])

  const tokens = yield* Effect.all([routee.token, marketing.token, reports.token], { concurrency: "unbounded" })
  yield* Console.log(tokens.map(({ scopes }) => scopes.join(" ")).join("\n"))
})

const AccountsLive = Layer.provide(Layer.merge(Routee.layerConfig(), Marketing.layer), FetchHttpClient.layer)

program.pipe(Effect.provide(AccountsLive), Effect.runPromise)
