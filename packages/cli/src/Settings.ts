import type * as ProviderClient from "@mintmark/core/ProviderClient"
import * as Prompt from "effect/cli/Prompt"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type * as Path from "effect/Path"
import * as Redacted from "effect/Redacted"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Terminal from "effect/Terminal"
import * as ExitCode from "./ExitCode.ts"
import { Failure } from "./Failure.ts"
import * as Providers from "./Providers.ts"

/** Where a setting was found. */
export type Source = "environment" | "file" | "prompt" | "flag"

/** A setting that is set. All are `Redacted`, so that none can be shown by mistake. */
export interface Given {
  readonly value: Redacted.Redacted
  readonly source: Source
}

/** What was found of a provider's settings, by OAuth's names. */
export type Settings = ReadonlyMap<string, Given>

/** How to look for settings. */
export interface Sought {
  /** The file to read besides the environment; `.env`, if there is one, unless told otherwise. */
  readonly envFile: string | undefined
  /** Scopes that take the place of those in the settings. */
  readonly scopes: ReadonlyArray<string>
}

/** Reads a provider's settings: flags, then the environment, then the file. Nothing is asked for. */
export const find = Effect.fnUntraced(function*(
  id: Providers.Id,
  options: Sought
): Effect.fn.Return<Settings, Failure, FileSystem.FileSystem> {
  const sources = yield* readSources(options.envFile)
  const found = new Map<string, Given>()
  for (const [source, provider] of sources) {
    for (const { name, variable } of Providers.settings(id)) {
      const value = yield* lookUp(provider, variable)
      if (value !== undefined) found.set(name, { value, source })
    }
  }
  if (options.scopes.length > 0) {
    found.set("scopes", { value: Redacted.make(options.scopes.join(" ")), source: "flag" })
  }
  yield* keepTogether(id, found, options)
  return found
})

/** Asks for what is missing, where there is somebody to ask, and fails where there isn't. */
export const complete = Effect.fnUntraced(function*(
  id: Providers.Id,
  found: Settings
): Effect.fn.Return<
  Settings,
  Failure | Terminal.QuitError,
  Stdio.Stdio | Terminal.Terminal | FileSystem.FileSystem | Path.Path
> {
  const missing = Providers.required(id).filter(({ name }) => !found.has(name))
  if (missing.length === 0) return found
  const variables = missing.map(({ variable }) => variable)
  if (!(yield* canAsk)) {
    return yield* new Failure({
      problem: `${id}: ${variables.join(" and ")} ${variables.length === 1 ? "is" : "are"} not set.`,
      advice: "Set what is missing in the environment or in a file named .env, or run this in a terminal to be asked.",
      exitCode: ExitCode.settings
    })
  }
  const all = new Map(found)
  const place = text(found, "baseUrl") ?? text(found, "domain")
  for (const { kind, name, variable } of missing) {
    const message = `${variable}${place === undefined ? "" : `, for ${place}`}:`
    const value = Providers.isSecret(kind)
      ? yield* Prompt.Hidden({ message })
      : Redacted.make(yield* Prompt.String({ message }))
    all.set(name, { value, source: "prompt" })
  }
  return all
}, Effect.provideServiceEffect(Terminal.Terminal, Effect.suspend(() => aside)))

/** The options of the provider's client: its account and the parts of its URLs, by the provider's names. */
export interface Options extends ProviderClient.Options {
  readonly scopes?: ReadonlyArray<string> | undefined
  readonly [account: string]: unknown
}

/** The options that the settings make. */
export const options = (id: Providers.Id, settings: Settings): Options =>
  Object.fromEntries(
    Providers.settings(id).map(({ kind, name, option }) => [
      option,
      kind === "scopes" ? scopes(settings) : Providers.isSecret(kind) ? settings.get(name)?.value : text(settings, name)
    ])
  )

/** The scopes that are set. */
export const scopes = (settings: Settings): ReadonlyArray<string> | undefined =>
  text(settings, "scopes")?.split(/\s+/).filter((scope) => scope !== "")

/** What a setting is set to. It may be a secret. */
export const text = (settings: Settings, setting: string): string | undefined => {
  const value = settings.get(setting)?.value
  return value === undefined ? undefined : Redacted.value(value)
}

/** Where the settings were found, without what they are set to. */
export const sources = (id: Providers.Id, found: Settings): string => {
  const from = (source: Source) =>
    Providers.settings(id).flatMap(({ name, variable }) => found.get(name)?.source === source ? [variable] : [])
  return Object.entries(sourceNames)
    .map(([source, name]) => [name, from(source as Source)] as const)
    .filter(([, variables]) => variables.length > 0)
    .map(([name, variables]) => `${name}: ${variables.join(" ")}`)
    .join("; ")
}

const sourceNames: Readonly<Record<Source, string>> = {
  environment: "from the environment",
  file: "from the file",
  prompt: "typed in",
  flag: "from --scope"
}

/** A variable that belongs to no provider. */
export const variable = Effect.fnUntraced(function*(name: string, envFile: string | undefined) {
  let found: Redacted.Redacted | undefined
  for (const [, provider] of yield* readSources(envFile)) found = (yield* lookUp(provider, name)) ?? found
  return found
})

// What comes later goes before.
const readSources = (envFile: string | undefined) =>
  Effect.zipWith(
    readFile(envFile),
    ConfigProvider.ConfigProvider,
    (file, environment) => [["file", file], ["environment", environment]] as const
  )

const readFile = (path: string | undefined) =>
  ConfigProvider.fromDotEnv({ path: path ?? ".env" }).pipe(
    Effect.catchTag("PlatformError", (error) =>
      path === undefined && error.reason._tag === "NotFound"
        ? Effect.succeed(ConfigProvider.fromEnvRecord({}))
        : Effect.fail(
          new Failure({
            problem: `The file ${path ?? ".env"} can't be read (${error.reason._tag}).`,
            advice: "It holds a line NAME='value' for each setting.",
            exitCode: ExitCode.settings
          })
        ))
  )

const lookUp = (provider: ConfigProvider.ConfigProvider, variable: string) =>
  Config.option(Config.Redacted(variable)).parse(provider).pipe(
    Effect.map(Option.getOrUndefined),
    Effect.orElseSucceed(() => undefined)
  )

// A folder's own .env must not lead credentials that come from elsewhere to a server of its choice. Regions and versions
// stay below the provider's own domain.
const keepTogether = (id: Providers.Id, found: Settings, { envFile }: Sought) => {
  const from = (source: Source) => (setting: string) => found.get(setting)?.source === source
  const elsewhere = Providers.settings(id)
    .find(({ kind, name }) => Providers.isSecret(kind) && found.has(name) && !from("file")(name))
  const place = ["baseUrl", "domain"].find(from("file"))
  if (envFile !== undefined || elsewhere === undefined || place === undefined) return Effect.void
  return Effect.fail(
    new Failure({
      problem: `.env sets ${
        Providers.variable(id, place)
      }, but ${elsewhere.variable} comes from elsewhere: it isn't sent there.`,
      advice: `Set both in one place, or say that you trust the file with --dotenv .env.`,
      exitCode: ExitCode.unsafe
    })
  )
}

// Standard output is for the token: `$(mintmark token …)` must be able to ask, too.
const aside = Effect.zipWith(
  Terminal.Terminal,
  Stdio.Stdio,
  (terminal, stdio) => Terminal.make({ ...terminal, display: (text) => Stream.run(Stream.make(text), stdio.stderr()) })
)

const canAsk = Stdio.Stdio.use(({ stderrIsTerminal, stdinIsTerminal }) =>
  Effect.zipWith(stdinIsTerminal, stderrIsTerminal, (stdin, stderr) => stdin && stderr)
)
