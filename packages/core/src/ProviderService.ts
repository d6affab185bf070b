/**
 * What each provider package is to an application: a service, made from options or from configuration.
 *
 * @since 0.1.0
 */
import type * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { Needs } from "./ClientAuthentication.ts"
import * as Settings from "./internal/request/settings.ts"
import type { Account, Provider } from "./Provider.ts"
import * as ProviderClient from "./ProviderClient.ts"
import type { TokenError } from "./TokenError.ts"

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
}

/**
 * Options of `layerConfig`: each is a value, or a config of the application's own in the place of the variable.
 *
 * @since 0.1.0
 * @category models
 */
export type Configurable<Options> = {
  readonly [Name in keyof Options]?: Options[Name] | Config.Config<Options[Name]> | undefined
}

/**
 * The options that a provider's service takes at least.
 *
 * @since 0.1.0
 * @category models
 */
export type Required<A extends Needs, P extends Needs> =
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
export const Service =
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
        Layer.effect(Base, Effect.flatMap(Settings.config<Options>(provider, options), make))
    }
  }
