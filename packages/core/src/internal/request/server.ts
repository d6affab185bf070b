import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as ClientAuthentication from "../../ClientAuthentication.ts"
import * as Discovery from "../../Discovery.ts"
import * as Grant from "../../Grant.ts"
import * as Provider from "../../Provider.ts"
import type * as ProviderClient from "../../ProviderClient.ts"
import { InvalidOption, TokenError } from "../../TokenError.ts"
import * as TokenReply from "../../TokenReply.ts"
import { isRecord } from "../plain.ts"
import { type Described, resolve, type Resolved } from "./resolve.ts"
import { type Setting, settings, settingsOf as settingsOfProvider, variableOf } from "./settings.ts"

/*
 * A server without a provider value of its own, as `OAuthServer` and the command line know it.
 */

/** Those of the options of `OAuthServer` that the provider value is made of, or that are only in the request. */
export interface Options extends ProviderClient.Options {
  readonly id?: string | undefined
  readonly issuer?: string | undefined
  readonly apiUrl: string
  readonly clientId?: string | undefined
  readonly clientSecret?: Provider.Secret | undefined
  readonly scopes?: ReadonlyArray<string> | undefined
  readonly audience?: string | undefined
  readonly resource?: string | ReadonlyArray<string> | undefined
}

/** The provider value that a server amounts to, with the options of its client. */
export const found = Effect.fnUntraced(function*<Given extends Options>(passed: Given): Effect.fn.Return<
  {
    readonly provider: Provider.Provider<{}>
    readonly options: Given
    readonly described: Described | undefined
  },
  TokenError,
  HttpClient.HttpClient
> {
  // What is no object has no options.
  const options: Given = Object(passed)
  const { apiUrl, audience, clientAuthentication: own, id = defaultId, resource, tokenEndpoint } = options
  const providerOf = (tokenEndpoint: string, clientAuthentication: ClientAuthentication.ClientAuthentication) =>
    Provider.make({
      id,
      tokenEndpoint,
      apiUrl,
      // What is no method is refused as an option, like any other.
      clientAuthentication: typeof clientAuthentication.authenticate === "function"
        ? clientAuthentication
        : ClientAuthentication.clientSecretBasic,
      grant: Grant.clientCredentials,
      names,
      reply: TokenReply.Standard
    })
  const describedBy = (metadata: Discovery.Metadata): Effect.Effect<Provider.Provider<{}>, TokenError> =>
    Effect.map(
      own === undefined ? methodOf(id, metadata) : Effect.succeed(own),
      (method) => providerOf(metadata.tokenEndpoint, method)
    )
  const given = {
    ...options,
    parameters: isRecord(options.parameters ?? {})
      ? {
        ...(audience === undefined ? {} : { audience }),
        ...(resource === undefined ? {} : { resource }),
        ...options.parameters
      }
      : options.parameters
  }
  if (!apiUrl) return yield* invalidOption(id, "apiUrl", "is missing or empty")
  if (options.clientSecret === undefined && own === undefined) {
    return yield* invalidOption(
      id,
      "clientSecret",
      "is missing or empty; a client without one has the option clientAuthentication, such as PrivateKeyJwt.make({ algorithm: \"ES256\" }) or, for a public client, ClientAuthentication.none"
    )
  }
  const method = own ?? ClientAuthentication.clientSecretBasic
  if (tokenEndpoint) return { provider: providerOf(tokenEndpoint, method), options: given, described: undefined }

  const read = yield* readerOf(id, options)
  // All that is wrong with the options is found before the metadata is looked for.
  yield* Effect.fromResult(resolve(providerOf(String(options.issuer), method), given, settingsOfProvider))
  const first = yield* describedBy(yield* read(Discovery.life))
  let known = yield* Effect.fromResult(resolve(first, given))
  // Until it is looked at again, which may take longer than the request that failed has time for.
  let isDoubted = false
  const described: Described = (failure) =>
    Effect.suspend(() => {
      isDoubted ||= failure !== undefined && mayHaveMoved(failure)
      return read(isDoubted ? Discovery.pause : Discovery.life)
    }).pipe(
      Effect.flatMap(describedBy),
      Effect.flatMap((provider) => Effect.fromResult(resolve(provider, given))),
      // What can't be used doesn't take the place of what could.
      Effect.orElseSucceed(() => known),
      Effect.map((found) => {
        isDoubted = false
        return known = isSame(found, known) ? known : found
      })
    )
  return { provider: first, options: given, described }
})

// The API that a token is for, and the claim `aud` of a signed assertion, are two settings.
const names = { audience: "assertionAudience" }

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
> => {
  if (methods.includes("client_secret_basic")) return Effect.succeed(ClientAuthentication.clientSecretBasic)
  if (methods.includes("client_secret_post")) return Effect.succeed(ClientAuthentication.clientSecretPost)
  const others = Object.entries(otherMethods).filter(([name]) => methods.includes(name))
  const advice = others.map(([name, value]) => `; for ${name}, set clientAuthentication: ${value}`).join("")
  return Effect.fail(
    invalidOption(
      id,
      "clientSecret",
      `can't be used: the server's metadata lists no authentication method with a client secret${advice}`
    )
  )
}

/** What an application has to choose by itself, by the registered names. */
const otherMethods = {
  private_key_jwt: "PrivateKeyJwt.make({ algorithm })",
  tls_client_auth: "ClientAuthentication.none, with the certificate in the HTTP client",
  self_signed_tls_client_auth: "ClientAuthentication.none, with the certificate in the HTTP client",
  none: "ClientAuthentication.none"
}

/** The id of the server whose variables have this prefix. */
export const idOf = (prefix: string): string => prefix.toLowerCase().replaceAll("_", "-")

/**
 * The settings of a server, in the order in which to ask for them: those of a client with a secret, or with what another
 * method needs. Without the issuer, the token endpoint is needed.
 */
export const settingsOf = (
  id: string,
  { needs }: Pick<ClientAuthentication.ClientAuthentication, "needs"> = ClientAuthentication.clientSecretBasic
): ReadonlyArray<Setting> => {
  const of = (names: Readonly<Record<string, string>>, kinds: Readonly<Record<string, Setting["kind"]>>) =>
    settings({ id, names, defaults: {} }, kinds)
  return [
    ...of({}, { issuer: "text", tokenEndpoint: "text?", apiUrl: "text" }),
    ...of(names, needs),
    ...of({}, { scopes: "scopes?", audience: "text?", resource: "text?", baseUrl: "text?" })
  ]
}

/** An error of an option, with the variable that `layerConfig` reads it from. */
export const withVariable = (id: string = defaultId) => (error: TokenError): TokenError => {
  const { reason } = error
  return reason._tag === "InvalidOption" && reason.variable === undefined
      && settingsOf(id).some(({ option }) => option === reason.option)
    ? invalidOption(id, reason.option, reason.problem)
    : error
}
