/**
 * What each provider is to an application: a service, made from options or from configuration.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import type * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { TokenError } from "./TokenError.ts"

/**
 * The class of a provider's service: its tag, and what makes it.
 *
 * It takes the application's `HttpClient` and `Clock` when it is made, and keeps them. When its scope ends, so do the
 * token requests in flight, and each waiting caller gets `Unavailable`.
 *
 * @since 0.1.0
 * @category models
 */
export type ProviderService<Self, Id extends string, Client, Options> =
  & Context.TagClass<Self, Id, Client>
  & Constructors<Self, Client, Options>

/**
 * What makes a provider's service.
 *
 * @since 0.1.0
 * @category models
 */
export interface Constructors<in out Self, out Client, in Options> {
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
  ) => Layer.Layer<Self, TokenError | ConfigError.ConfigError, HttpClient.HttpClient>
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
