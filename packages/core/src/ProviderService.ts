/**
 * What each provider package is to an application: a service, made from options or from configuration. With it, what
 * such a package exports besides its provider: all types that its signatures name, so that a user who has installed that
 * package alone can write declarations, and the functions that such a user commonly needs.
 *
 * @since 0.1.0
 */
import type * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { toHttpClient } from "./AuthenticatedHttpClient.ts"
import type { Needs } from "./ClientAuthentication.ts"
import * as Settings from "./internal/request/settings.ts"
import { testClient } from "./internal/testClient.ts"
import type { Account, Provider } from "./Provider.ts"
import * as ProviderClient from "./ProviderClient.ts"
import type { TokenError } from "./TokenError.ts"
import * as TokenSource from "./TokenSource.ts"

export { type AccessToken, authorization, type RefreshToken } from "./AccessToken.ts"
export { type AuthenticatedHttpClient, toHttpClient } from "./AuthenticatedHttpClient.ts"
export type { Authorization } from "./Authorization.ts"
export type { ClientAuthentication, Kind, Needs, Parameter, Parameters } from "./ClientAuthentication.ts"
export { type Fetch, make as makeFetch } from "./Fetch.ts"
export type { Grant, Renewal } from "./Grant.ts"
export type { HostPart } from "./HostPart.ts"
export type { Account, DeclaredError, Endpoints, Overrides, Provider, RequestFormat, Secret } from "./Provider.ts"
export type { ProviderClient } from "./ProviderClient.ts"
export {
  CredentialsRefused,
  GrantRefused,
  InvalidOption,
  type Reason,
  ReplyNotUnderstood,
  RequestRefused,
  retrySchedule,
  Throttled,
  TokenError,
  TokenErrorSchema,
  Unavailable,
  Unsafe
} from "./TokenError.ts"
export type { Outcome, TokenEvent } from "./TokenEvent.ts"
export type { TokenPool } from "./TokenPool.ts"
export { type Rejection, TokenSource } from "./TokenSource.ts"

/**
 * The class of a provider's service.
 *
 * @since 0.1.0
 * @category models
 */
export interface ProviderService<in out Self, in out Id extends string, in out Client, in Options>
  extends Context.ServiceClass<Self, Id, Client>
{
  /** The provider's value. */
  readonly provider: Provider
  /** The service's value, for a tag of one's own: a second account, say. Fails as `layer` does. */
  readonly make: (options: Options) => Effect.Effect<Client, TokenError, HttpClient.HttpClient | Scope.Scope>
  /** The service, from options. Fails with `InvalidOption`, before any request, where one can't be used. */
  readonly layer: (options: Options) => Layer.Layer<Self, TokenError, HttpClient.HttpClient>
  /**
   * The service, from configuration. What is given, as values or as configs of the application's own, takes precedence
   * over the provider's variables. Fails with `InvalidOption` where an option is missing or can't be used, and with
   * `ConfigError` where the configuration can't be read.
   */
  readonly layerConfig: (
    options?: Configurable<Options>
  ) => Layer.Layer<Self, TokenError | Config.ConfigError, HttpClient.HttpClient>
  /** The service as a `TokenSource`, for code that doesn't depend on which provider its token is from. */
  readonly tokenSource: Layer.Layer<TokenSource.TokenSource, never, Self>
  /**
   * An `HttpClient` with the service's token, for code that takes an `HttpClient`: `HttpApiClient.make`, an RPC client,
   * a generated client. See `AuthenticatedHttpClient.toHttpClient`.
   */
  readonly httpLayer: Layer.Layer<HttpClient.HttpClient, never, Self>
  /**
   * The service for tests, without an authorization server: with a token of the test's own, and requests that go to an
   * `HttpClient` of the test's own. All else is as in `layer`.
   */
  readonly layerTest: (options?: TestOptions) => Layer.Layer<Self>
}

/**
 * What stands for a provider in a test.
 *
 * @since 0.1.0
 * @category models
 */
export interface TestOptions {
  /** The access token: `test-token` by default. */
  readonly token?: string | Redacted.Redacted | undefined
  /** Further fields of the token endpoint's reply, such as `{ expires_in: 60 }`. It expires in an hour by default. */
  readonly reply?: Readonly<Record<string, unknown>> | undefined
  /** What gets the requests to the API, with the token and with their whole URL. Without it, each of them fails. */
  readonly http?: HttpClient.HttpClient | undefined
}

/**
 * Options of `layerConfig`: each is a value, or a config of the application's own instead of the variable.
 *
 * @since 0.1.0
 * @category models
 */
export type Configurable<Options> = {
  readonly [Name in keyof Options]?: Options[Name] | Config.Config<Options[Name]> | undefined
}

/** The options that a provider's service takes at least. */
type Required<A extends Needs, P extends Needs> =
  & Account<A>
  & Account<P>
  & ProviderClient.Options

/** Nothing more, if the options have all that the provider needs; else a property that tells what they lack. */
type Complete<Options, A extends Needs, P extends Needs> = Options extends Required<A, P> ? unknown
  : { readonly "the options lack": Exclude<keyof Required<A, P>, keyof Options> }

/**
 * Makes the class that a provider's service extends. `Options` is what `layer` takes: all that the provider's value
 * needs, by the provider's names. `Scopes` is the lists of scopes that can be requested, none by default.
 *
 * @since 0.1.0
 * @category constructors
 */
export const ProviderService =
  <Self, Options extends ProviderClient.Options, Scopes extends ReadonlyArray<string> = never>() =>
  <const Id extends string, Reply, A extends Needs, P extends Needs>(
    id: Id,
    provider: Provider<Reply, A, P> & Complete<Options, A, P>
  ): ProviderService<Self, Id, ProviderClient.ProviderClient<Reply, Scopes>, Options> => {
    const make = (options: Options) => ProviderClient.makeClient<Reply, Scopes>(provider, options)
    return class Base extends Context.Service<Self, ProviderClient.ProviderClient<Reply, Scopes>>()(id) {
      static readonly provider = provider
      static readonly make = make
      static readonly layer = (options: Options) => Layer.effect(Base, make(options))
      static readonly layerConfig = (options?: Configurable<Options>) =>
        Layer.effect(Base, Effect.flatMap(Settings.config<Options>(Settings.settingsOf(provider), options), make))
      static readonly tokenSource = Layer.effect(
        TokenSource.TokenSource,
        Effect.map(Base, ({ token, ...client }) => ({ ...client, get: token }))
      )
      static readonly httpLayer = Layer.effect(
        HttpClient.HttpClient,
        Effect.map(Base, ({ http }) => toHttpClient(http))
      )
      static readonly layerTest = (options: TestOptions = {}) => Layer.effect(Base, testClient(provider, options))
    }
  }
