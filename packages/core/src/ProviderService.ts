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
import type * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type { Provider } from "./Provider.ts"
import * as ProviderClient from "./ProviderClient.ts"
import * as Settings from "./Settings.ts"
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
  /** What the provider calls its settings. */
  readonly settings: Settings.Settings
  /** The service's value, for a tag of one's own: a second account, say. Fails as `layer` does. */
  readonly make: (options: Options) => Effect.Effect<Client, TokenError, HttpClient.HttpClient | Scope.Scope>
  /** The service, from options. Fails with `InvalidOption`, before any request, where one can't be used. */
  readonly layer: (options: Options) => Layer.Layer<Self, TokenError, HttpClient.HttpClient>
  /**
   * The service, from configuration. What is given, as values or as configs of the application's own, goes before the
   * provider's variables. Fails with `InvalidOption` where an option is missing or can't be used, and with
   * `ConfigError` where the configuration can't be read.
   */
  readonly layerConfig: (
    options?: Settings.Configurable<Options>
  ) => Layer.Layer<Self, TokenError | Config.ConfigError, HttpClient.HttpClient>
}

/**
 * What makes a service of a provider.
 *
 * @since 0.1.0
 * @category models
 */
export interface Description<in Options, out Reply, out Scopes extends ReadonlyArray<string>> {
  /** What the provider calls its settings. */
  readonly settings: Settings.Settings
  /** The provider, as the options would have it. */
  readonly provider: (options: Options) => Result.Result<Provider<Reply>, TokenError>
  /** The account, by its names in OAuth. */
  readonly account: (options: Options) => ProviderClient.Account<Scopes>
}

/**
 * Makes the class that a provider's service extends: `Options` is what `layer` takes, `Scopes` the lists of scopes that
 * can be asked for, none unless told otherwise.
 *
 * @since 0.1.0
 * @category constructors
 */
export const Service =
  <Self, Options extends ProviderClient.Options, Scopes extends ReadonlyArray<string> = never>() =>
  <const Id extends string, Reply>(
    id: Id,
    { account, provider, settings }: Description<Options, Reply, Scopes>
  ): ProviderService<Self, Id, ProviderClient.ProviderClient<Reply, Scopes>, Options> => {
    const make = (options: Options) => ProviderClient.make(provider(options), account(options), options)
    return class Base extends Context.Service<Self, ProviderClient.ProviderClient<Reply, Scopes>>()(id) {
      static readonly settings = settings
      static readonly make = make
      static readonly layer = (options: Options) => Layer.effect(Base, make(options))
      static readonly layerConfig = (options?: Settings.Configurable<Options>) =>
        Layer.effect(Base, Effect.flatMap(Settings.config(settings, options), make))
    }
  }
