import * as Config from "effect/Config"
import type { Kind, Needs } from "../../ClientAuthentication.ts"
import type { Provider } from "../../Provider.ts"

/** One setting of a provider, as an application knows it. */
export interface Setting {
  /** What it is for, by OAuth's name: `clientId`. */
  readonly name: string
  /** The name of the option: `applicationId`. */
  readonly option: string
  /** The environment variable that `layerConfig` reads: `ROUTEE_APPLICATION_ID`. */
  readonly variable: string
  readonly kind: Kind | "scopes"
}

/** What of a provider decides about its settings. */
export type Described = Pick<
  Provider,
  "id" | "names" | "defaults" | "urlParts" | "clientAuthentication" | "grant" | "scopesRequired"
>

/** The credentials that an account at the provider needs, by OAuth's names. */
export const needsOf = ({ clientAuthentication, defaults, grant }: Described): Needs => {
  const needs: Record<string, Kind> = {}
  for (const [name, kind] of Object.entries({ ...clientAuthentication.needs, ...grant.needs })) {
    needs[name] = kind === "text" && Object.hasOwn(defaults, name) ? "text?" : kind
  }
  return needs
}

/** All settings of a provider, in the order in which to ask for them. */
export const settingsOf = (provider: Described): ReadonlyArray<Setting> => {
  const { defaults, urlParts } = provider
  const parts = Object.keys(urlParts).map((name) => [name, Object.hasOwn(defaults, name) ? "text?" : "text"] as const)
  return [
    ...parts,
    ...Object.entries(needsOf(provider)),
    ["scopes", "scopes"] as const,
    ["baseUrl", "text?"] as const
  ].map(([name, kind]) => ({ name, option: optionOf(provider, name), variable: variableOf(provider, name), kind }))
}

/** The name of the option. */
export const optionOf = ({ names }: Pick<Described, "names">, name: string): string => names[name] ?? name

/** The environment variable: id and option in capitals, with underscores. */
export const variableOf = (provider: Pick<Described, "id" | "names">, name: string): string =>
  `${provider.id.replaceAll("-", "_")}_${optionOf(provider, name).replace(/[A-Z]/g, "_$&")}`.toUpperCase()

/** Whether `layerConfig` reads a setting from the environment. */
export const hasVariable = (provider: Described, name: string): boolean =>
  settingsOf(provider).some((setting) => setting.name === name)

/**
 * The configuration of `layer`'s options: what is given takes precedence over the variables. A variable that is not set
 * leaves its option out; `ProviderClient.make` says so by name where the option is required.
 */
export const config = <Options extends object>(
  provider: Described,
  given?: object
): Config.Config<Options> => {
  const configs: Record<string, Config.Config<unknown>> = {}
  for (const { kind, option, variable } of settingsOf(provider)) configs[option] = read(kind, variable)
  return overridden(configs, given)
}

/**
 * The configuration of options: what is given takes precedence. What is given as `undefined` is missing: a variable in
 * its place would be another account's.
 */
export const overridden = <Options extends object>(
  known: Readonly<Record<string, Config.Config<unknown>>>,
  given: object = {}
): Config.Config<Options> => {
  const configs = { ...known }
  for (const [option, value] of Object.entries(given)) {
    configs[option] = Config.isConfig(value) ? value : Config.succeed(value)
  }
  return Config.map(Config.all(configs), (options) => options as Options)
}

const read = (kind: Setting["kind"], variable: string): Config.Config<unknown> => {
  switch (kind) {
    case "text":
    case "text?":
      return ifSet(Config.String(variable))
    case "scopes":
      return Config.map(ifSet(Config.String(variable)), (text) => text?.split(" ").filter((scope) => scope !== ""))
    default:
      return ifSet(Config.Redacted(variable))
  }
}

const ifSet = <A>(config: Config.Config<A>): Config.Config<A | undefined> => Config.withDefault(config, undefined)
