import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as ProviderClient from "@mintmark/core/ProviderClient"
import * as TokenReply from "@mintmark/core/TokenReply"
import { Account } from "@mintmark/sandbox"
import * as Context from "effect/Context"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

/** What an application may send its requests with. */
export const transports = [
  { transport: "fetch", client: FetchHttpClient.layer },
  { transport: "undici", client: NodeHttpClient.layerUndici }
] as const

const acme_ = Provider.make({
  id: "acme",
  tokenEndpoint: "https://auth.acme.test/token",
  apiUrl: "https://api.acme.test",
  clientAuthentication: ClientAuthentication.clientSecretBasicRaw,
  grant: Grant.clientCredentials,
  reply: TokenReply.Standard
})

/** A provider at a base URL. */
interface At {
  readonly provider: typeof acme_
  readonly baseUrl: string
}

/** A provider whose token endpoint is `/token`, and whose API is the rest of that server. */
export const acme = (baseUrl: string): At => ({ provider: acme_, baseUrl })

/** Routee as the sandbox plays it: a new token on 401 and on 403. */
export const routee = (baseUrl: string): At => ({
  provider: {
    ...acme_,
    id: "routee",
    tokenEndpoint: "https://auth.routee.net/oauth/token",
    apiUrl: "https://connect.routee.net",
    renewOn: [401, 403]
  },
  baseUrl
})

const { clientId, clientSecret } = Account.routee

/** The sandbox's account at Routee; other servers take any. */
export const account = ({ baseUrl, provider }: At, options?: ProviderClient.Options) =>
  ProviderClient.make(provider, { baseUrl, ...options, clientId, clientSecret: Redacted.make(clientSecret) })

/** The account as a service, for what starts from a Layer. */
export class Acme extends Context.Service<Acme, ProviderClient.ProviderClient<unknown>>()("test/Acme") {
  static readonly layer = (at: At, options?: ProviderClient.Options) => Layer.effect(Acme, account(at, options))
}
