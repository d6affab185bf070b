// Calls an API for 100 tenants, three times each, and shows which tenant fails. The sandbox simulates Routera.
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Sandbox } from "@mintmark/sandbox"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Tenants } from "./Tenants.ts"
import { UnknownTenant, Vault } from "./Vault.ts"

const tenants = Array.from({ length: 100 }, (_, index) => `tenant-${index}`)
const secretOf = (tenant: string) => `secret of ${tenant}`
const forgetful = "tenant-13"

const Me = Schema.Struct({ account: Schema.String })

const whoAmI = Effect.fn("whoAmI")(function*(tenant: string) {
  const pool = yield* Tenants
  const reply = yield* pool.http(tenant).get("/me")
  const { account } = yield* HttpClientResponse.schemaBodyJson(Me)(reply)
  return account
})

const program = Effect.gen(function*() {
  const pool = yield* Tenants
  const sandbox = yield* Sandbox
  const tokenRequests = Effect.map(sandbox.counts(), ({ token }) => token)
  const callAll = Effect.forEach(
    Array.from({ length: 3 }, () => tenants).flat().filter((tenant) => tenant !== forgetful),
    (tenant) => Effect.map(whoAmI(tenant), (account) => account === tenant),
    { concurrency: 100 }
  )

  const own = (yield* callAll).filter((isOwn) => isOwn).length
  yield* Console.log(`${own} calls, each in its own tenant's name: ${yield* tokenRequests} token requests.`)

  const { reason } = yield* Effect.flip(pool.get(forgetful))
  yield* Console.log(`${forgetful} has a wrong secret: ${reason._tag}. No other tenant noticed.`)

  const before = yield* tokenRequests
  yield* sandbox.revoke({ account: "tenant-7" })
  yield* callAll
  yield* Console.log(`One tenant's token was revoked: ${(yield* tokenRequests) - before} token request more.`)
})

const VaultTest = Layer.succeed(Vault, {
  secretOf: (tenant) =>
    tenants.includes(tenant)
      ? Effect.succeed(Redacted.make(tenant === forgetful ? "another" : secretOf(tenant)))
      : Effect.fail(new UnknownTenant({ tenant }))
})

const SandboxLive = Sandbox.layer({
  accounts: tenants.map((tenant) => ({ provider: "routera", clientId: tenant, clientSecret: secretOf(tenant) }))
})

const TenantsLive = Layer.unwrap(Effect.map(Sandbox, ({ urls }) => Tenants.layer({ baseUrl: urls.routera }))).pipe(
  Layer.provide([VaultTest, FetchHttpClient.layer]),
  Layer.provideMerge(SandboxLive)
)

program.pipe(Effect.provide(TenantsLive), NodeRuntime.runMain)
