/**
 * Any standard OAuth 2.0 server as a service, without a provider value of its own: by its issuer, or by its token
 * endpoint.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as ClientAuthentication from "./ClientAuthentication.ts"
import * as Discovery from "./Discovery.ts"
import * as Grant from "./Grant.ts"
import * as Settings from "./internal/request/settings.ts"
import * as Provider from "./Provider.ts"
import * as ProviderClient from "./ProviderClient.ts"
import type { Configurable } from "./ProviderService.ts"
import { InvalidOption, TokenError } from "./TokenError.ts"
import * as TokenReply from "./TokenReply.ts"

/**
 * Options of a server: `issuer` or `tokenEndpoint`, and the client's credentials.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends ProviderClient.Options {
  /** A short name in lower case, for metrics, spans and errors: `oauth-server` by default. */
  readonly id?: string | undefined
  /** The issuer: the token endpoint and its methods are read from its metadata. Not used with `tokenEndpoint`. */
  readonly issuer?: string | undefined
  /** The base URL of the API: a request to a path goes there. */
  readonly apiUrl: string
  /** The client's id. */
  readonly clientId: string
  /**
   * The client's secret, or an effect that reads it anew for each token request. A public client has none, and says so:
   * `clientAuthentication: ClientAuthentication.none`.
   */
  readonly clientSecret?: Provider.Secret | undefined
  /** The scopes to request; none by default. */
  readonly scopes?: ReadonlyArray<string> | undefined
  /** The API that the token is for, if the server requires it. */
  readonly audience?: string | undefined
  /** The APIs that the token is for (RFC 8707), if the server requires it. */
  readonly resource?: string | ReadonlyArray<string> | undefined
}

/**
 * The client of an account at a server.
 *
 * The client authenticates as the server's metadata says: `client_secret_basic` where it is supported or nothing is
 * said, else `client_secret_post`. The option `clientAuthentication` overrides it. Tokens are requested with client
 * credentials.
 *
 * Fails with `InvalidOption` where an option is missing or can't be used, and as `Discovery.make` does.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = Effect.fnUntraced(function*(
  options: Options
): Effect.fn.Return<ProviderClient.ProviderClient<{}>, TokenError, HttpClient.HttpClient | Scope.Scope> {
  const { apiUrl, audience, clientSecret, id = "oauth-server", resource, tokenEndpoint } = options
  const isPublic = options.clientAuthentication === ClientAuthentication.none
  if (!apiUrl) return yield* invalidOption(id, "apiUrl", "is missing or empty")
  if (clientSecret === undefined && !isPublic) {
    return yield* invalidOption(
      id,
      "clientSecret",
      "is missing or empty; a public client has the option clientAuthentication: ClientAuthentication.none"
    )
  }
  const metadata = tokenEndpoint === undefined ? yield* metadataOf(id, options) : undefined
  const parameters = {
    ...(audience === undefined ? {} : { audience }),
    ...(resource === undefined ? {} : { resource }),
    ...options.parameters
  }
  const facts = {
    id,
    tokenEndpoint: tokenEndpoint ?? metadata?.tokenEndpoint ?? "",
    apiUrl,
    grant: Grant.clientCredentials,
    reply: TokenReply.Standard
  }
  if (clientSecret === undefined || isPublic) {
    return yield* ProviderClient.make(
      Provider.make({ ...facts, clientAuthentication: ClientAuthentication.none }),
      { ...options, parameters }
    )
  }
  const clientAuthentication = yield* methodOf(id, metadata)
  return yield* ProviderClient.make(Provider.make({ ...facts, clientAuthentication }), {
    ...options,
    clientSecret,
    parameters
  })
})

const invalidOption = (id: string, name: string, problem: string) =>
  new TokenError({
    provider: id,
    reason: new InvalidOption({ option: name, variable: Settings.variableOf({ id, names: {} }, name), problem })
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

/**
 * The class of a server's service.
 *
 * @since 0.1.0
 * @category models
 */
export interface OAuthServerService<in out Self, in out Id extends string>
  extends Context.ServiceClass<Self, Id, ProviderClient.ProviderClient<{}>>
{
  /** The service, from options. */
  readonly layer: (options: Options) => Layer.Layer<Self, TokenError, HttpClient.HttpClient>
  /**
   * The service, from configuration: with `ACME` as prefix from `ACME_ISSUER` or `ACME_TOKEN_ENDPOINT`, `ACME_API_URL`,
   * `ACME_CLIENT_ID`, `ACME_CLIENT_SECRET`, and optionally `ACME_SCOPES` (separated by spaces), `ACME_AUDIENCE`,
   * `ACME_RESOURCE` and `ACME_BASE_URL`. What is given in `options` takes precedence.
   */
  readonly layerConfig: (
    prefix: string,
    options?: Configurable<Options>
  ) => Layer.Layer<Self, TokenError | Config.ConfigError, HttpClient.HttpClient>
}

/**
 * Makes the class of a service of one's own, for more than one server:
 *
 * ```ts
 * import * as OAuthServer from "@mintmark/core/OAuthServer"
 *
 * class Acme extends OAuthServer.Service<Acme>()("app/Acme") {}
 * class Umbrella extends OAuthServer.Service<Umbrella>()("app/Umbrella") {}
 *
 * const layer = Acme.layerConfig("ACME")
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const Service = <Self>() => <const Id extends string>(id: Id): OAuthServerService<Self, Id> =>
  class Base extends Context.Service<Self, ProviderClient.ProviderClient<{}>>()(id) {
    static readonly layer = (options: Options) => Layer.effect(Base, make(options))
    static readonly layerConfig = (prefix: string, options?: Configurable<Options>) =>
      Layer.effect(Base, Effect.flatMap(configOf(prefix, options), make))
  }

/**
 * The service of one server.
 *
 * @since 0.1.0
 * @category services
 */
export class OAuthServer extends Service<OAuthServer>()("@mintmark/core/OAuthServer") {}

const configOf = (prefix: string, options: object | undefined): Config.Config<Options> => {
  const id = prefix.toLowerCase().replaceAll("_", "-")
  const variable = (name: string) => Settings.variableOf({ id, names: {} }, name)
  const text = (name: string) => Config.withDefault(Config.String(variable(name)), undefined)
  const secret = Config.withDefault(Config.Redacted(variable("clientSecret")), undefined)
  return Settings.overridden<Options>({
    id: Config.succeed(id),
    issuer: text("issuer"),
    tokenEndpoint: text("tokenEndpoint"),
    apiUrl: text("apiUrl"),
    clientId: text("clientId"),
    clientSecret: secret,
    scopes: Config.map(text("scopes"), (value) => value?.split(" ").filter((scope) => scope !== "")),
    audience: text("audience"),
    resource: text("resource"),
    baseUrl: text("baseUrl")
  }, options)
}
