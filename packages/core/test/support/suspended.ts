// A process that is suspended: run as `node suspended.ts <token endpoint> <transport> <deadline>`. It requests a token,
// prints what it gets, and ends.
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as ProviderClient from "@mintmark/core/ProviderClient"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Redacted from "effect/Redacted"
import { acme } from "./plainAcme.ts"

const [, , tokenEndpoint = "", transport = "fetch", deadline = "1000"] = process.argv

const transports = {
  fetch: FetchHttpClient.layer,
  undici: NodeHttpClient.layerUndici,
  node: NodeHttpClient.layerNodeHttp
}

const program = Effect.gen(function*() {
  const { token } = yield* ProviderClient.make(acme, {
    clientId: "client",
    clientSecret: Redacted.make("secret"),
    tokenEndpoint,
    deadline: Number(deadline)
  })
  return yield* Effect.match(token, {
    onFailure: (error) => error.message,
    onSuccess: ({ value }) => Redacted.value(value)
  })
})

const client = Object.entries(transports).find(([name]) => name === transport)?.[1] ?? transports.fetch
console.log(await Effect.runPromise(Effect.scoped(Effect.provide(program, client))))
process.exit(0)
