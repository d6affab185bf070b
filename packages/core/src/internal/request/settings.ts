import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Record from "effect/Record"
import * as Redacted from "effect/Redacted"
import type { Kind, Needs } from "../../ClientAuthentication.ts"
import type { Provider } from "../../Provider.ts"
import { readAll } from "../asEffect.ts"

/** One setting of a provider, as an application knows it. */
export interface Setting {
  /** What it is for, by OAuth's name: `clientId`. */
  readonly name: string
  /** The name of the option: `applicationId`. */
  readonly option: string
  /** The environment variable that `layerConfig` reads: `ROUTEE_APPLICATION_ID`. */
  readonly variable: string
  /** What it must be. A `?` marks one that may be missing. */
  readonly kind: Kind | "scopes" | "scopes?"
}

/** What of a provider names its settings. */
type Named = Pick<Provider, "id" | "names" | "defaults">

/** What of a provider decides about its settings. */
export type Described =
  & Named
  & Pick<Provider, "urlParts" | "clientAuthentication" | "grant" | "scopes" | "scopesRequired">

/** Settings, by OAuth's names and what they must be. */
export const settings = (
  { defaults, id, names }: Named,
  kinds: Readonly<Record<string, Setting["kind"]>>
): ReadonlyArray<Setting> =>
  Object.entries(kinds).map(([name, kind]) => {
    const option = names[name] ?? name
    const isOptional = kind === "text" && Object.hasOwn(defaults, name)
    return { name, option, variable: variableOf(id, option), kind: isOptional ? "text?" : kind }
  })

/** The settings of credentials that can't be missing, as an error names them; `undefined` where there is none. */
export const namesOf = (provider: Named, needs: Needs): string | undefined =>
  settings(provider, needs).filter(({ kind }) => !kind.endsWith("?")).map(shownAs).join(" and ") || undefined

/** A setting as an error names it. */
export const shownAs = ({ option, variable }: Setting): string => `${option} (${variable})`

/** The environment variable of an option: id and option in capitals, with underscores. */
export const variableOf = (id: string, option: string): string =>
  `${id}_${option.replace(/[A-Z]/g, "_$&")}`.toUpperCase().replaceAll("-", "_")

/** The credentials that the provider's method and grant need, by OAuth's names. */
export const needsOf = ({ clientAuthentication, grant }: Pick<Described, "clientAuthentication" | "grant">): Needs => ({
  // A caller without types may give another value, which is refused by its name.
  ...clientAuthentication?.needs,
  ...grant?.needs
})

/** The settings that an account has: credentials and scopes. */
export const accountOf = (provider: Described): ReadonlyArray<Setting> =>
  settings(provider, {
    ...needsOf(provider),
    scopes: provider.scopesRequired && provider.scopes.length === 0 ? "scopes" : "scopes?"
  })

/** The parts of the provider's URLs. */
export const partsOf = (provider: Described): ReadonlyArray<Setting> =>
  settings(provider, Record.map(provider.urlParts, () => "text"))

/** All settings of a provider, in the order in which to ask for them. */
export const settingsOf = (provider: Described): ReadonlyArray<Setting> => [
  ...partsOf(provider),
  ...accountOf(provider),
  ...settings(provider, { baseUrl: "text?" })
]

/** What is given for settings, or else is the provider's default: by OAuth's names, each read once. */
export const valuesOf = <A>(
  { defaults }: Named,
  settings: ReadonlyArray<Setting>,
  options: object
): { readonly [name: string]: A } =>
  Object.fromEntries(settings.map(({ name, option }) => [name, Reflect.get(options, option) ?? defaults[name]]))

/**
 * The configuration of each of `layer`'s options: what is given takes precedence over the variables. A variable that is
 * not set, or empty, leaves its option out; the client says so by name where the option is required.
 *
 * A version of Effect has its own `Config`: `read` makes one of a variable, whose text is `undefined` where it is not
 * set, and `given` one of a value, or of what is one.
 */
export const configsOf = <C>(
  settings: ReadonlyArray<Setting>,
  options: object | undefined,
  read: (variable: string, parse: (text: string | undefined) => unknown) => C,
  given: (value: unknown) => C
): Readonly<Record<string, C>> => ({
  ...Object.fromEntries(settings.map(({ kind, option, variable }) => [
    option,
    read(variable, (text) => {
      if (text === undefined || text === "") return undefined
      if (kind.startsWith("scopes")) return text.split(" ").filter((scope) => scope !== "")
      return kind.startsWith("text") ? text : Redacted.make(text)
    })
  ])),
  // What is given as `undefined` is missing: a variable in its place would be another account's.
  ...Record.map({ ...options }, given)
})

/** Reads the configuration of `layer`'s options. */
export const config = <Options extends object>(
  settings: ReadonlyArray<Setting>,
  options?: object
): Effect.Effect<Options, Config.ConfigError> =>
  Effect.map(readAll(configsOf(settings, options, read, given)), (options) => options as Options)

/** A variable is a text as it is: `Config.String` would decode it by a Schema, which is 2 kB of a bundle. */
const read = (variable: string, parse: (text: string | undefined) => unknown) =>
  Effect.flatMap(ConfigProvider.ConfigProvider, (provider) => provider.load([variable])).pipe(
    Effect.mapError((error) => new Config.ConfigError(error)),
    Effect.map((node) => parse(node?.value))
  )

const given = (value: unknown): Effect.Effect<unknown, Config.ConfigError> =>
  Config.isConfig(value) ? value : Effect.succeed(value)
