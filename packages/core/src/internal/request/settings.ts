import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Record from "effect/Record"
import * as Redacted from "effect/Redacted"
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
export const needsOf = ({ clientAuthentication, defaults, grant }: Described): Needs =>
  Record.map(
    { ...clientAuthentication.needs, ...grant.needs },
    (kind: Kind, name) => kind === "text" && Object.hasOwn(defaults, name) ? "text?" : kind
  )

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

/** What is set of some settings, by the names of the provider's own, or else its defaults: by OAuth's names. */
export const valuesOf = <A>(
  provider: Pick<Described, "defaults" | "names">,
  names: Readonly<Record<string, unknown>>,
  options: object
): { readonly [name: string]: A } =>
  Record.map(names, (_, name) => Reflect.get(options, optionOf(provider, name)) ?? provider.defaults[name])

/** The environment variable: id and option in capitals, with underscores. */
export const variableOf = (provider: Pick<Described, "id" | "names">, name: string): string =>
  `${provider.id.replaceAll("-", "_")}_${optionOf(provider, name).replace(/[A-Z]/g, "_$&")}`.toUpperCase()

/** How a version of Effect reads configuration. */
export interface Reader<C> {
  /** What is read from the text of a variable, which is `undefined` where the variable is not set. */
  readonly read: (variable: string, parse: (text: string | undefined) => unknown) => C
  readonly redact: (text: string) => unknown
  readonly isConfig: (value: unknown) => value is C
  readonly succeed: (value: unknown) => C
}

/**
 * The configuration of each of `layer`'s options: what is given takes precedence over the variables. A variable that is
 * not set, or empty, leaves its option out; the client says so by name where the option is required.
 */
export const configsOf = <C>(
  settings: ReadonlyArray<Setting>,
  given: object | undefined,
  reader: Reader<C>
): Readonly<Record<string, C>> => {
  const configs = settings.map(({ kind, option, variable }) => [
    option,
    reader.read(variable, (text) => {
      if (text === undefined || text === "") return undefined
      if (kind === "scopes") return text.split(" ").filter((scope) => scope !== "")
      return kind.startsWith("text") ? text : reader.redact(text)
    })
  ])
  return {
    ...Object.fromEntries(configs),
    // What is given as `undefined` is missing: a variable in its place would be another account's.
    ...Record.map({ ...given }, (value: unknown) => reader.isConfig(value) ? value : reader.succeed(value))
  }
}

/** A variable is a text as it is: `Config.String` would decode it by a Schema, which is 2 kB of a bundle. */
const effect4: Reader<Effect.Effect<unknown, Config.ConfigError>> = {
  read: (variable, parse) =>
    Effect.flatMap(ConfigProvider.ConfigProvider, (provider) =>
      Effect.mapBoth(provider.load([variable]), {
        onFailure: (error) => new Config.ConfigError(error),
        onSuccess: (node) => parse(node?.value)
      })),
  redact: Redacted.make,
  isConfig: Config.isConfig,
  succeed: Effect.succeed
}

/** Reads the configuration of `layer`'s options. */
export const config = <Options extends object>(
  settings: ReadonlyArray<Setting>,
  given?: object
): Effect.Effect<Options, Config.ConfigError> =>
  Effect.map(Effect.all(configsOf(settings, given, effect4)), (options) => options as Options)
