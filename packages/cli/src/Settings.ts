import { problemOf } from "@mintmark/core/internal/http/url"
import type { Setting } from "@mintmark/core/internal/request/settings"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import * as Prompt from "effect/cli/Prompt"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type * as Path from "effect/Path"
import * as Redacted from "effect/Redacted"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Terminal from "effect/Terminal"
import { spaces } from "./doctor/Secret.ts"
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
  /** The file to read besides the environment; by default `.env`, if there is one. */
  readonly envFile: string | undefined
  /** What the command line sets, by OAuth's names: it takes the place of what is set elsewhere. */
  readonly flags: ReadonlyMap<string, string>
}

/** Reads a provider's settings: flags, then the environment, then the file. Nothing is asked for. */
export const find = Effect.fnUntraced(function*(
  service: Providers.Service,
  options: Sought
): Effect.fn.Return<Settings, Failure, FileSystem.FileSystem> {
  const sources = yield* readSources(options.envFile)
  const found = new Map<string, Given>()
  for (const [source, provider] of sources) {
    for (const { name, variable } of service.settings) {
      const value = yield* lookUp(provider, variable)
      if (value !== undefined) found.set(name, { value, source })
    }
  }
  for (const [name, text] of options.flags) found.set(name, { value: Redacted.make(text), source: "flag" })
  // It may be the endpoint of another server.
  if (options.flags.has("issuer")) found.delete("tokenEndpoint")
  yield* keepTogether(service, found, options)
  yield* check(service, found, options)
  return found
})

// What is shown when something is asked for is checked before: a text from a file could write to the terminal.
const check = (
  service: Providers.Service,
  found: Settings,
  { envFile }: Sought
): Effect.Effect<void, Failure> => {
  const wrong = (name: string, problem: string | undefined) =>
    problem === undefined ? [] : [
      new Failure({
        problem: `${service.id}: ${nameOf(service, found, name)} ${problem}.`,
        advice: correction(found, name, Providers.variable(service, name), envFile),
        exitCode: ExitCode.settings
      })
    ]
  // No server issues such a value, and a refusal may lock the account. A password is its user's choice.
  const spaced = (name: string) => {
    const [space] = spaces(text(found, name) ?? "")
    return wrong(name, space)
  }
  const baseUrl = text(found, "baseUrl")
  const domain = text(found, "domain")
  const part = service.provider.urlParts["domain"]
  const url = (name: string) => {
    const url = text(found, name)
    return wrong(name, url && problemOf(url, false))
  }
  const [failure] = [
    ...url("issuer"),
    ...url("tokenEndpoint"),
    ...url("apiUrl"),
    ...wrong("baseUrl", baseUrl && problemOf(baseUrl.replaceAll("{host}", "host"), false)),
    ...wrong("domain", domain && part?.pattern.test(domain) === false ? `must be ${part.description}` : undefined),
    ...["clientId", "username", "clientSecret"].flatMap(spaced)
  ]
  return failure === undefined ? Effect.void : Effect.fail(failure)
}

/** Asks for what is missing, where there is a terminal, and fails where there is none. */
export const complete = Effect.fnUntraced(function*(
  service: Providers.Service,
  found: Settings,
  envFile: string | undefined
): Effect.fn.Return<
  Settings,
  Failure | Terminal.QuitError,
  Stdio.Stdio | Terminal.Terminal | FileSystem.FileSystem | Path.Path
> {
  const missing = service.required.filter(({ name }) =>
    !found.has(name) && !(name === "issuer" && found.has("tokenEndpoint"))
  )
  if (missing.length === 0) return found
  if (!(yield* canAsk)) {
    const names = missing.map(({ name, variable }) => hasFlag(name) ? `${variable} (${flagOf(name)})` : variable)
    return yield* new Failure({
      problem: `${service.id}: ${names.join(" and ")} ${names.length === 1 ? "is" : "are"} not set.`,
      advice: `Set what is missing in the environment or in ${fileOf(envFile)}, or run this in a terminal to be asked.`,
      exitCode: ExitCode.settings
    })
  }
  const all = new Map(found)
  const place = places.map((name) => text(found, name)).find((text) => text !== undefined)
  for (const setting of missing) {
    const message = `${setting.variable}${place === undefined ? "" : `, for ${place}`}:`
    all.set(setting.name, { value: yield* ask(service, setting, message), source: "prompt" })
  }
  return all
}, (asking) =>
  asking.pipe(
    // Ctrl+C leaves the cursor behind what was asked.
    Effect.tapErrorTag("QuitError", () => Console.error("")),
    Effect.provideServiceEffect(Terminal.Terminal, Effect.suspend(() => aside))
  ))

const ask = ({ regions }: Providers.Service, { kind, name }: Setting, message: string) => {
  // An empty answer is none: it is asked again.
  const validate = (text: string) => text.trim() === "" ? Effect.fail("it can't be empty") : Effect.succeed(text)
  const typed = Effect.map(Prompt.run(Prompt.String({ message, validate })), (text) => Redacted.make(text))
  if (name === "region" && regions !== undefined) {
    const choices = [
      ...regions.map((region) => ({ title: region, value: region })),
      { title: "another", value: undefined }
    ]
    return Effect.flatMap(
      Prompt.run(Prompt.Select<string | undefined>({ message, choices })),
      (region) => region === undefined ? typed : Effect.succeed(Redacted.make(region))
    )
  }
  return Providers.isSecret(kind)
    ? Prompt.run(Prompt.Hidden({ message, validate }))
    : typed
}

/** The options of the provider's client: its account and the parts of its URLs, by the provider's names. */
export interface Options extends ProviderClient.Options {
  readonly scopes?: ReadonlyArray<string> | undefined
  readonly [account: string]: unknown
}

/** The options that the settings make. */
export const options = (service: Providers.Service, settings: Settings): Options =>
  Object.fromEntries(
    service.settings.map(({ kind, name, option }) => [
      option,
      name === "scopes" ? scopes(settings) : Providers.isSecret(kind) ? settings.get(name)?.value : text(settings, name)
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

/** What to do about a setting that is missing or can't be used: it depends on where it was found. */
export const correction = (
  settings: Settings,
  name: string,
  variable: string,
  envFile: string | undefined
): string => {
  switch (settings.get(name)?.source) {
    case "environment":
      return `Correct ${variable} in the environment.`
    case "file":
      return `Correct ${variable} in ${envFile ?? ".env"}.`
    case "prompt":
      return "Run the command again, and type another value."
    case "flag":
      return name === "scopes" ? "Name another scope with --scope." : `Correct ${flagOf(name)}.`
    case undefined:
      return `Set ${variable} in the environment, or in ${fileOf(envFile)}.`
  }
}

const fileOf = (envFile: string | undefined): string =>
  envFile === undefined ? "a file named .env" : `${envFile}, which is read instead of .env`

const hasFlag = (name: string): boolean => name === "issuer" || name === "apiUrl"

/** The flag of a setting, by OAuth's name. */
export const flagOf = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

/** A text as an argument on a shell's command line. */
export const quoted = (text: string): string =>
  /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/** What a setting is called where it was found: its flag or its variable. */
export const nameOf = (service: Providers.Service, settings: Settings, name: string): string =>
  settings.get(name)?.source === "flag" ? flagOf(name) : Providers.variable(service, name)

/** What there is to say of a region that is none of the provider's known ones. It may be a new one. */
export const unknownRegion = (service: Providers.Service, settings: Settings): string | undefined => {
  const { regions } = service
  const region = text(settings, "region")
  return regions === undefined || region === undefined || regions.includes(region.toLowerCase())
    ? undefined
    : `${Providers.variable(service, "region")} is ${JSON.stringify(region)}; the known regions are ${
      regions.join(", ")
    }`
}

/** The settings that decide to which server credentials are sent, in the order of precedence. */
export const places = ["baseUrl", "domain", "tokenEndpoint", "issuer"] as const

/** A variable of another provider that is set to the same id or secret. */
export const namesake = Effect.fnUntraced(function*(
  service: Providers.Service,
  settings: Settings,
  envFile: string | undefined
): Effect.fn.Return<string | undefined, Failure, FileSystem.FileSystem> {
  const own = ["clientId", "username", "clientSecret", "password"].flatMap((name) => text(settings, name) ?? [])
  const sources = yield* readSources(envFile)
  for (const other of Providers.ids.filter((other) => other !== service.id)) {
    for (const { kind, variable } of Providers.entry(other).settings) {
      if (kind === "scopes" || kind.endsWith("?") || /_(?:REGION|DOMAIN|VERSION)$/.test(variable)) continue
      for (const [, provider] of sources) {
        const value = yield* lookUp(provider, variable)
        if (value !== undefined && own.includes(Redacted.value(value))) return variable
      }
    }
  }
  return undefined
})

/** Where the settings were found, without what they are set to. */
export const sources = (service: Providers.Service, found: Settings): string => {
  const from = (source: Source) =>
    service.settings.flatMap(({ name, variable }) => found.get(name)?.source === source ? [variable] : [])
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
  flag: "from the command line"
}

/**
 * The key that encrypts kept tokens. A folder's own `.env` must not choose it for credentials that come from elsewhere:
 * whoever wrote the file could read their tokens.
 */
export const cacheKey = Effect.fnUntraced(function*(
  service: Providers.Service,
  found: Settings,
  variable: string,
  envFile: string | undefined
): Effect.fn.Return<Redacted.Redacted | undefined, Failure, FileSystem.FileSystem> {
  let key: Given | undefined
  for (const [source, provider] of yield* readSources(envFile)) {
    const value = yield* lookUp(provider, variable)
    if (value !== undefined) key = { value, source }
  }
  const elsewhere = secretFromElsewhere(service, found)
  if (key?.source !== "file" || envFile !== undefined || elsewhere === undefined) return key?.value
  return yield* new Failure({
    problem:
      `.env sets ${variable}, but ${elsewhere} comes from elsewhere: its tokens are not encrypted with that key.`,
    advice: "Set both in one place, or say that you trust the file with --dotenv .env.",
    exitCode: ExitCode.unsafe
  })
})

/** The variable of a secret that doesn't come from the file. */
const secretFromElsewhere = (service: Providers.Service, found: Settings): string | undefined =>
  service.settings
    .find(({ kind, name }) => Providers.isSecret(kind) && found.has(name) && found.get(name)?.source !== "file")
    ?.variable

// What comes later goes before.
const readSources = (envFile: string | undefined) =>
  Effect.zipWith(
    readFile(envFile),
    ConfigProvider.ConfigProvider,
    (file, environment) => [["file", file], ["environment", environment]] as const
  )

// A shell's `>` may write UTF-16: Windows PowerShell does, with a byte order mark.
const textOf = (bytes: Uint8Array): string => {
  const [first, second] = bytes
  const isLittle = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0)
  const isBig = (first === 0xfe && second === 0xff) || (first === 0 && second !== 0)
  return new TextDecoder(isLittle ? "utf-16le" : isBig ? "utf-16be" : "utf-8").decode(bytes)
}

const readFile = (path: string | undefined) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.readFile(path ?? ".env")).pipe(
    Effect.map((bytes) => ConfigProvider.fromDotEnvContents(textOf(bytes))),
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
const keepTogether = (service: Providers.Service, found: Settings, { envFile }: Sought) => {
  const elsewhere = secretFromElsewhere(service, found)
  const place = [...places, "apiUrl"].find((name) => found.get(name)?.source === "file")
  if (envFile !== undefined || elsewhere === undefined || place === undefined) return Effect.void
  return Effect.fail(
    new Failure({
      problem: `.env sets ${
        Providers.variable(service, place)
      }, but ${elsewhere} comes from elsewhere: it isn't sent there.`,
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
