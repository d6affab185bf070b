import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as ClientAuthentication from "../../ClientAuthentication.ts"
import * as Discovery from "../../Discovery.ts"
import * as Grant from "../../Grant.ts"
import * as Provider from "../../Provider.ts"
import type * as ProviderClient from "../../ProviderClient.ts"
import { InvalidOption, TokenError } from "../../TokenError.ts"
import * as TokenReply from "../../TokenReply.ts"
import { type Described, resolve, type Resolved } from "./resolve.ts"
import { type Setting, settings, variableOf } from "./settings.ts"

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
    readonly described: Described | undefined
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
  const providerOf = (
    metadata: Pick<Discovery.Metadata, "tokenEndpoint" | "tokenEndpointAuthMethods">
  ): Effect.Effect<Provider.Provider<{}>, TokenError> =>
    Effect.map(
      isPublic
        ? Effect.succeed(ClientAuthentication.none)
        : options.clientAuthentication === undefined
        ? methodOf(id, metadata)
        : Effect.succeed(ClientAuthentication.clientSecretBasic),
      (clientAuthentication) =>
        Provider.make({
          id,
          tokenEndpoint: metadata.tokenEndpoint,
          apiUrl,
          clientAuthentication,
          grant: Grant.clientCredentials,
          reply: TokenReply.Standard
        })
    )
  const given = {
    ...options,
    parameters: {
      ...(audience === undefined ? {} : { audience }),
      ...(resource === undefined ? {} : { resource }),
      ...options.parameters
    }
  }
  if (tokenEndpoint) return { provider: yield* providerOf({ tokenEndpoint }), options: given, described: undefined }

  const read = yield* readerOf(id, options)
  const provider = yield* providerOf(yield* read(Discovery.life))
  let known = yield* Effect.fromResult(resolve(provider, given))
  // Until it is looked at again, which may take longer than the request that failed has time for.
  let isDoubted = false
  const described: Described = (failure) =>
    Effect.suspend(() => {
      isDoubted ||= failure !== undefined && mayHaveMoved(failure)
      return read(isDoubted ? Discovery.pause : Discovery.life)
    }).pipe(
      Effect.flatMap(providerOf),
      Effect.flatMap((provider) => Effect.fromResult(resolve(provider, given))),
      // What can't be used doesn't take the place of what could.
      Effect.orElseSucceed(() => known),
      Effect.map((found) => {
        isDoubted = false
        return known = isSame(found, known) ? known : found
      })
    )
  return { provider, options: given, described }
})

const isSame = (one: Resolved, other: Resolved): boolean =>
  one.tokenEndpoint === other.tokenEndpoint && one.clientAuthentication.name === other.clientAuthentication.name

/** Whether a token request fails like this where the endpoint, or what it supports, is not what it was. */
const mayHaveMoved = ({ reason }: TokenError): boolean => {
  switch (reason._tag) {
    case "CredentialsRefused":
    case "ReplyNotUnderstood":
    case "Unsafe":
      return true
    case "RequestRefused":
      return !reason.certain || [404, 405, 410].includes(reason.status)
    case "Unavailable":
      return ["connection", "interrupted", "timeout"].includes(reason.kind)
    default:
      return false
  }
}

/** The id of a server that has none of its own. */
export const defaultId = "oauth-server"

const invalidOption = (id: string, name: string, problem: string) =>
  new TokenError({
    provider: id,
    reason: new InvalidOption({ option: name, variable: variableOf(id, name), problem })
  })

const readerOf = Effect.fnUntraced(function*(id: string, { deadline, insecure, issuer }: Options) {
  if (issuer === undefined || issuer === "") {
    return yield* invalidOption(id, "issuer", "is missing or empty; set it, or tokenEndpoint")
  }
  return yield* Discovery.reader({ id, issuer, deadline, insecure })
})

const methodOf = (
  id: string,
  { tokenEndpointAuthMethods: methods = ["client_secret_basic"] }: Pick<Discovery.Metadata, "tokenEndpointAuthMethods">
): Effect.Effect<
  ClientAuthentication.ClientAuthentication<ClientAuthentication.ClientSecret>,
  TokenError
> =>
  methods.includes("client_secret_basic")
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

/** The id of the server whose variables have this prefix. */
export const idOf = (prefix: string): string => prefix.toLowerCase().replaceAll("_", "-")

/** The settings of a server, in the order in which to ask for them. Without the issuer, the token endpoint is needed. */
export const settingsOf = (id: string): ReadonlyArray<Setting> =>
  settings({ id, names: {}, defaults: {} }, {
    issuer: "text",
    tokenEndpoint: "text?",
    apiUrl: "text",
    clientId: "text",
    clientSecret: "secret",
    scopes: "scopes?",
    audience: "text?",
    resource: "text?",
    baseUrl: "text?"
  })
