/**
 * What a provider calls its settings, and how `layerConfig` reads them.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as Record from "effect/Record"

/**
 * What a provider calls one of its settings, so that an error can name the setting as the user knows it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Setting {
  /** The name of the option of `layer`. */
  readonly option: string
  /** The environment variable that `layerConfig` reads. */
  readonly variable: string
}

/**
 * The settings by what they are for: `clientId`, `clientSecret`, `username`, `password`, `scopes`, `baseUrl`, and each
 * part of a host name.
 *
 * @since 0.1.0
 * @category models
 */
export type Settings = Readonly<Record<string, Setting>>

/**
 * Names a provider's settings. Each variable is the prefix and the option's name in capitals: `applicationId` at
 * `ROUTEE` is `ROUTEE_APPLICATION_ID`. Every provider has `scopes` and `baseUrl` besides.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (prefix: string, options: Readonly<Record<string, string>>): Settings =>
  Record.map({ ...options, scopes: "scopes", baseUrl: "baseUrl" }, (option) => ({
    option,
    variable: `${prefix}_${option.replace(/[A-Z]/g, "_$&").toUpperCase()}`
  }))

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
 * The configuration of `layer`'s options: what is given, and else the variables. A variable that is not set leaves its
 * option out; `ProviderClient.make` says so by name where it can't do without.
 *
 * @since 0.1.0
 * @category constructors
 */
export const config = <Options extends object>(
  settings: Settings,
  given: Configurable<Options> = {}
): Config.Config<Options> => {
  const configs: Record<string, Config.Config<unknown>> = {}
  for (const [purpose, { option, variable }] of Object.entries(settings)) configs[option] = read(purpose, variable)
  for (const [option, value] of Object.entries(given)) {
    if (value !== undefined) configs[option] = Config.isConfig(value) ? value : Config.succeed(value)
  }
  return Config.map(Config.all(configs), (options) => options as Options)
}

const read = (purpose: string, variable: string): Config.Config<unknown> => {
  switch (purpose) {
    case "clientSecret":
    case "password":
      return leftOut(Config.Redacted(variable))
    case "scopes":
      return Config.map(leftOut(Config.String(variable)), (text) => text?.split(" ").filter((scope) => scope !== ""))
    default:
      return leftOut(Config.String(variable))
  }
}

const leftOut = <A>(config: Config.Config<A>): Config.Config<A | undefined> => Config.withDefault(config, undefined)
