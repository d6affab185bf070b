/**
 * Any standard OAuth 2.0 server as a service, without a provider value of its own: by its issuer, or by its token
 * endpoint.
 *
 * @since 0.1.0
 */
import type * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { ClientAuthentication, ClientSecret, Needs } from "./ClientAuthentication.ts"
import * as Server from "./internal/request/server.ts"
import * as Settings from "./internal/request/settings.ts"
import type * as Provider from "./Provider.ts"
import * as ProviderClient from "./ProviderClient.ts"
import type { Configurable } from "./ProviderService.ts"
import type { TokenError } from "./TokenError.ts"

/**
 * Options of a server, apart from the client's credentials: `issuer` or `tokenEndpoint` is needed.
 *
 * @since 0.1.0
 * @category models
 */
export interface ServerOptions extends Omit<ProviderClient.Options, "clientAuthentication"> {
  /** A short name in lower case, for metrics, spans and errors: `oauth-server` by default. */
  readonly id?: string | undefined
  /** The issuer: the token endpoint and its methods are read from its metadata. Not used with `tokenEndpoint`. */
  readonly issuer?: string | undefined
  /** The base URL of the API: a request to a path goes there. */
  readonly apiUrl: string
  /** The scopes to request; none by default. */
  readonly scopes?: ReadonlyArray<string> | undefined
  /** The API that the token is for, if the server requires it. */
  readonly audience?: string | undefined
  /** The APIs that the token is for (RFC 8707), if the server requires it. */
  readonly resource?: string | ReadonlyArray<string> | undefined
}

/**
 * What a client authentication method needs, as options: `clientId` and `clientSecret` by default. A secret is
 * `Redacted`, or an effect that reads it anew for each token request. What `PrivateKeyJwt` calls `audience`, the claim
 * `aud` of its assertions, is the option `assertionAudience`.
 *
 * @since 0.1.0
 * @category models
 */
export type Credentials<N extends Needs> = Provider.Account<
  { readonly [Name in keyof N as Name extends "audience" ? "assertionAudience" : Name]: N[Name] }
>

/**
 * Options of a server: where it is, and the client's credentials.
 *
 * @since 0.1.0
 * @category models
 */
export type Options<N extends Needs = ClientSecret> = ServerOptions & Credentials<N> & {
  /**
   * How the client authenticates, such as `PrivateKeyJwt.make({ algorithm: "ES256" })`, or `ClientAuthentication.none`
   * for a public client. By default with a client secret, as the server's metadata says.
   */
  readonly clientAuthentication?: ClientAuthentication<N> | undefined
}

/**
 * Options of `layerConfig`: each is a value, or a config of the application's own instead of the variable.
 *
 * @since 0.1.0
 * @category models
 */
export type ConfigOptions<N extends Needs = ClientSecret> =
  & Configurable<ServerOptions>
  & Configurable<Credentials<N>>
  & Pick<Options<N>, "clientAuthentication">

/**
 * The client of an account at a server.
 *
 * The client authenticates as the server's metadata says: `client_secret_basic` where it is supported or nothing is
 * said, else `client_secret_post`. The option `clientAuthentication` overrides it, and decides which credentials there
 * are. Tokens are requested with client credentials.
 *
 * The metadata of an issuer is read again before a token request if it is older than an hour, and at once, but once in a
 * minute at most, after a token request that fails as one to an endpoint that has moved: a 404, 405 or 410, a redirect, a
 * reply that isn't OAuth's, a server that can't be reached, a refused client. Where the endpoint or the method has
 * changed, the token request is sent again to the new one, unless it has sent a refresh token. While the metadata can't
 * be read, the last one stays in use.
 *
 * Fails with `InvalidOption` where an option is missing or can't be used, and as `Discovery.make` does.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <const N extends Needs = ClientSecret>(
  options: Options<N>
): Effect.Effect<ProviderClient.ProviderClient<{}>, TokenError, HttpClient.HttpClient | Scope.Scope> =>
  Effect.mapError(
    Effect.flatMap(
      Server.found(options),
      ({ described, options, provider }) => ProviderClient.makeClient(provider, options, described)
    ),
    Server.withVariable(options?.id)
  )

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
  readonly layer: <const N extends Needs = ClientSecret>(
    options: Options<N>
  ) => Layer.Layer<Self, TokenError, HttpClient.HttpClient>
  /**
   * The service, from configuration: with `ACME` as prefix from `ACME_ISSUER` or `ACME_TOKEN_ENDPOINT`, `ACME_API_URL`,
   * `ACME_CLIENT_ID`, `ACME_CLIENT_SECRET`, and optionally `ACME_SCOPES` (separated by spaces), `ACME_AUDIENCE`,
   * `ACME_RESOURCE` and `ACME_BASE_URL`. What is given in `options` takes precedence. With another
   * `clientAuthentication`, what that needs is read instead of the secret: `ACME_PRIVATE_KEY`, `ACME_KEY_ID`.
   */
  readonly layerConfig: <const N extends Needs = ClientSecret>(
    prefix: string,
    options?: ConfigOptions<N>
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
    static readonly layer = <const N extends Needs = ClientSecret>(options: Options<N>) =>
      Layer.effect(Base, make(options))
    static readonly layerConfig = <const N extends Needs = ClientSecret>(prefix: string, options?: ConfigOptions<N>) =>
      Layer.effect(Base, Effect.flatMap(configOf(prefix, options), make))
  }

/**
 * The service of one server.
 *
 * @since 0.1.0
 * @category services
 */
export class OAuthServer extends Service<OAuthServer>()("@mintmark/core/OAuthServer") {}

const configOf = <N extends Needs>(
  prefix: string,
  options?: ConfigOptions<N>
): Effect.Effect<Options<N>, Config.ConfigError> => {
  const id = Server.idOf(prefix)
  return Settings.config(Server.settingsOf(id, options?.clientAuthentication), { id, ...options })
}
