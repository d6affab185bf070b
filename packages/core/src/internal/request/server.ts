import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as ClientAuthentication from "../../ClientAuthentication.ts"
import * as Discovery from "../../Discovery.ts"
import * as Grant from "../../Grant.ts"
import * as Provider from "../../Provider.ts"
import type * as ProviderClient from "../../ProviderClient.ts"
import { InvalidOption, TokenError } from "../../TokenError.ts"
import * as TokenReply from "../../TokenReply.ts"
import { type Setting, variableOf } from "./settings.ts"

/*
 * A server without a provider value of its own, as `OAuthServer` and the command line know it.
 */

/** Those of the options of `OAuthServer` that the provider value is made of, or that are only in the request. */
interface Options extends ProviderClient.Options {
  readonly id?: string | undefined
  readonly issuer?: string | undefined
  readonly apiUrl: string
  readonly clientSecret?: Provider.Secret | undefined
  readonly audience?: string | undefined
  readonly resource?: string | ReadonlyArray<string> | undefined
}

/** The provider value that a server amounts to, with the options of its client. */
export const found = Effect.fnUntraced(function*<Given extends Options>(options: Given): Effect.fn.Return<
  {
    readonly provider: Provider.Provider<{}>
    readonly options: Given
  },
  TokenError,
  HttpClient.HttpClient
> {
  const { apiUrl, audience, clientSecret, id = defaultId, resource, tokenEndpoint } = options
  const isPublic = options.clientAuthentication === ClientAuthentication.none
  if (!apiUrl) return yield* invalidOption(id, "apiUrl", "is missing or empty")
  if (clientSecret === undefined && !isPublic) {
    return yield* invalidOption(
      id,
      "clientSecret",
      "is missing or empty; a public client has the option clientAuthentication: ClientAuthentication.none"
    )
  }
  const metadata = tokenEndpoint ? undefined : yield* metadataOf(id, options)
  const provider: Provider.Provider<{}> = Provider.make({
    id,
    tokenEndpoint: tokenEndpoint || (metadata?.tokenEndpoint ?? ""),
    apiUrl,
    clientAuthentication: isPublic
      ? ClientAuthentication.none
      : options.clientAuthentication === undefined
      ? yield* methodOf(id, metadata)
      : ClientAuthentication.clientSecretBasic,
    grant: Grant.clientCredentials,
    reply: TokenReply.Standard
  })
  return {
    provider,
    options: {
      ...options,
      parameters: {
        ...(audience === undefined ? {} : { audience }),
        ...(resource === undefined ? {} : { resource }),
        ...options.parameters
      }
    }
  }
})

/** The id of a server that has none of its own. */
export const defaultId = "oauth-server"

const invalidOption = (id: string, name: string, problem: string) =>
  new TokenError({
    provider: id,
    reason: new InvalidOption({ option: name, variable: variableOf({ id, names: {} }, name), problem })
  })

const metadataOf = Effect.fnUntraced(function*(id: string, { deadline, insecure, issuer }: Options) {
  if (issuer === undefined || issuer === "") {
    return yield* invalidOption(id, "issuer", "is missing or empty; set it, or tokenEndpoint")
  }
  return yield* yield* Discovery.make({ id, issuer, deadline, insecure })
})

const methodOf = (
  id: string,
  metadata: Discovery.Metadata | undefined
): Effect.Effect<
  ClientAuthentication.ClientAuthentication<ClientAuthentication.ClientSecret>,
  TokenError
> => {
  const methods = metadata?.tokenEndpointAuthMethods ?? ["client_secret_basic"]
  return methods.includes("client_secret_basic")
    ? Effect.succeed(ClientAuthentication.clientSecretBasic)
    : methods.includes("client_secret_post")
    ? Effect.succeed(ClientAuthentication.clientSecretPost)
    : Effect.fail(
      invalidOption(
        id,
        "clientSecret",
        "can't be used: the server's metadata lists no authentication method with a client secret"
      )
    )
}

/** The id of the server whose variables have this prefix. */
export const idOf = (prefix: string): string => prefix.toLowerCase().replaceAll("_", "-")

/** The settings of a server, in the order in which to ask for them. */
export const settingsOf = (id: string): ReadonlyArray<Setting> =>
  Object.entries(kinds).map(([name, kind]) => ({
    name,
    option: name,
    variable: variableOf({ id, names: {} }, name),
    kind
  }))

// Without the issuer, the token endpoint is needed.
const kinds = {
  issuer: "text",
  tokenEndpoint: "text?",
  apiUrl: "text",
  clientId: "text",
  clientSecret: "secret",
  scopes: "scopes",
  audience: "text?",
  resource: "text?",
  baseUrl: "text?"
} as const
