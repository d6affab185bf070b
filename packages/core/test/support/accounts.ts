import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Provider from "@mintmark/core/Provider"
import * as ProviderClient from "@mintmark/core/ProviderClient"
import type { TokenError } from "@mintmark/core/TokenError"
import { Account } from "@mintmark/sandbox"
import * as Context from "effect/Context"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** What an application may send its requests with. */
export const transports = [
  { transport: "fetch", client: FetchHttpClient.layer },
  { transport: "undici", client: NodeHttpClient.layerUndici }
] as const

/** A provider whose token endpoint is `/token`, and whose API is the rest of that server. */
export const acme = (baseUrl: string): Result.Result<Provider.Provider, TokenError> =>
  Provider.make({
    id: "acme",
    tokenEndpoint: "https://auth.acme.test/token",
    apiUrl: "https://api.acme.test",
    clientAuthentication: "client_secret_basic_raw",
    grant: "client_credentials",
    reply: Schema.Struct({})
  }, { baseUrl })

/** Routee as the sandbox plays it: a new token on 401 and on 403. */
export const routee = (baseUrl: string): Result.Result<Provider.Provider, TokenError> =>
  Provider.make({
    id: "routee",
    tokenEndpoint: "https://auth.acme.test/oauth/token",
    apiUrl: "https://api.acme.test",
    clientAuthentication: "client_secret_basic_raw",
    grant: "client_credentials",
    reply: Schema.Struct({}),
    renewOn: [401, 403]
  }, { baseUrl })

const { clientId, clientSecret } = Account.routee

/** The sandbox's account at Routee; other servers take any. */
export const account = (provider: Result.Result<Provider.Provider, TokenError>, options?: ProviderClient.Options) =>
  ProviderClient.make(provider, { clientId, clientSecret: Redacted.make(clientSecret) }, options)

/** The account as a service, for what starts from a Layer. */
export class Acme extends Context.Service<Acme, ProviderClient.ProviderClient<unknown>>()("test/Acme") {
  static readonly layer = (provider: Result.Result<Provider.Provider, TokenError>, options?: ProviderClient.Options) =>
    Layer.effect(Acme, account(provider, options))
}
