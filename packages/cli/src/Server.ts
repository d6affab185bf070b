import type * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import { resolve } from "@mintmark/core/internal/request/resolve"
import { found, type Options } from "@mintmark/core/internal/request/server"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import type { TokenError } from "@mintmark/core/TokenError"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Result from "effect/Result"
import type * as Providers from "./Providers.ts"
import * as Settings from "./Settings.ts"

/** The provider value that a client is made of, with the options that it takes. */
export interface Found {
  readonly provider: Providers.AnyProvider
  readonly options: ProviderClient.Options & { readonly scopes?: ReadonlyArray<string> | undefined }
}

/** What a client is made of: at a server without a provider value, what its metadata says. */
export const find = (
  service: Providers.Service,
  settings: Settings.Settings,
  more: Pick<Options, "clientAuthentication" | "deadline">
): Effect.Effect<Found, TokenError, HttpClient.HttpClient> =>
  service.isServer
    ? found({ ...optionsOf(service, settings), ...more })
    : Effect.succeed({ provider: service.provider, options: { ...Settings.options(service, settings), ...more } })

/** What a client would be made of if the issuer were the token endpoint: all that is known before there is metadata. */
export const before = (
  service: Providers.Service,
  settings: Settings.Settings,
  clientAuthentication?: ClientAuthentication.ClientAuthentication
): Found => {
  const options = { ...Settings.options(service, settings), clientAuthentication }
  if (!service.isServer) return { provider: service.provider, options }
  const { apiUrl, issuer, tokenEndpoint = issuer } = optionsOf(service, settings)
  return { provider: service.provider, options: { ...options, apiUrl, tokenEndpoint } }
}

/** The provider with its URLs complete; as it is by itself where the options can't be used. */
export const resolved = ({ options, provider }: Found): Providers.AnyProvider =>
  Result.getOrElse(resolve(provider, options), () => provider)

const optionsOf = (service: Providers.Service, settings: Settings.Settings): Options => {
  const text = (name: string) => Settings.text(settings, name)
  return {
    id: service.id,
    issuer: text("issuer"),
    tokenEndpoint: text("tokenEndpoint"),
    // Where no request is sent to the API, its URL doesn't matter.
    apiUrl: text("apiUrl") ?? text("tokenEndpoint") ?? text("issuer") ?? "",
    clientId: text("clientId") ?? "",
    clientSecret: settings.get("clientSecret")?.value,
    scopes: Settings.scopes(settings),
    audience: text("audience"),
    resource: text("resource"),
    baseUrl: text("baseUrl")
  }
}
