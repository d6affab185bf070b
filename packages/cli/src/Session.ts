import { makeClient } from "@mintmark/core/internal/makeClient"
import type { TokenError } from "@mintmark/core/TokenError"
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Cache from "./Cache.ts"
import { fromEvidence } from "./Conclusion.ts"
import * as Evidence from "./Evidence.ts"
import * as Exchange from "./Exchange.ts"
import * as ExitCode from "./ExitCode.ts"
import { Failure } from "./Failure.ts"
import * as Providers from "./Providers.ts"
import * as Server from "./Server.ts"
import * as Settings from "./Settings.ts"

const names = [...Providers.ids, Providers.serverId] as const

const provider = Argument.Literals("provider", names).pipe(
  Argument.withDescription(`Whose token: ${names.join(", ")}`)
)

const flags = {
  issuer: Flag.String("issuer").pipe(
    Flag.withDescription("The issuer of an OAuth server that is none of these; its metadata tells the token endpoint"),
    Flag.optional
  ),
  tokenEndpoint: Flag.String("token-endpoint").pipe(
    Flag.withDescription("The token endpoint of such a server, instead of its issuer"),
    Flag.optional
  ),
  apiUrl: Flag.String("api-url").pipe(
    Flag.withDescription("The base URL of such a server's API"),
    Flag.optional
  ),
  prefix: Flag.String("prefix").pipe(
    Flag.withDescription(
      "What such a server's variables begin with: ACME reads ACME_CLIENT_ID; OAUTH_SERVER by default"
    ),
    Flag.filter(
      (prefix) => /^[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*$/.test(prefix),
      () => "Expected: a name, such as ACME"
    ),
    Flag.optional
  )
}

/** What every command that requests a token takes. */
export const parameters = {
  ...flags,
  scope: Flag.String("scope").pipe(
    Flag.withAlias("s"),
    Flag.withDescription("A scope to request, instead of those in the settings; may be repeated"),
    Flag.atLeast(0)
  ),
  envFile: Flag.File("dotenv").pipe(
    Flag.withDescription("A file to read settings from, besides the environment; .env if there is one"),
    Flag.optional
  ),
  timeout: Flag.Finite("timeout").pipe(
    Flag.withDescription("How many seconds to wait for a token at most; 30 by default"),
    Flag.filter((seconds) => seconds > 0, () => "Expected: more than 0"),
    Flag.withDefault(30)
  ),
  verbose: Flag.Boolean("verbose").pipe(
    Flag.withDescription("Print on standard error what is read and what is sent, without secrets"),
    Flag.withDefault(false)
  )
} as const

/** What every command that may use a token of an earlier run also takes. */
export const cacheParameters = {
  noCache: Flag.Boolean("no-cache").pipe(
    Flag.withoutNegation,
    Flag.withDescription(`Cache no token, and use none that is cached, although ${Cache.keyVariable} is set`),
    Flag.withDefault(false)
  )
} as const

/** The argument of a command for which a flag may name the server instead. */
export const optionalProvider = { provider: Argument.optional(provider) } as const

/** The argument of a command with further arguments behind it. */
export const requiredProvider = { provider: Argument.map(provider, Option.some) } as const

type Flags = { readonly [Name in keyof typeof flags]: Option.Option<string> }

/** What a command line says of whose token is requested, and how. */
interface Line extends Flags {
  readonly provider: Option.Option<Providers.Id | typeof Providers.serverId>
  readonly scope: ReadonlyArray<string>
  readonly envFile: Option.Option<string>
  readonly timeout: number
  readonly verbose: boolean
}

/** The values of `parameters`. */
export interface Parameters {
  readonly service: Providers.Service
  readonly flags: ReadonlyMap<string, string>
  readonly envFile: string | undefined
  readonly timeout: number
  readonly verbose: boolean
}

/** Reads what a command line says. */
export const read = (
  { envFile, scope, timeout, verbose, ...line }: Line,
  { needsApi = false }: { readonly needsApi?: boolean } = {}
): Effect.Effect<Parameters, Failure, Path.Path> =>
  Effect.zipWith(serviceOf(line, needsApi), Path.Path, (service, path) => {
    const file = Option.getOrUndefined(envFile)
    const more = [
      ...(file === undefined ? [] : ["--dotenv", path.relative("", file)]),
      ...scope.flatMap((scope) => ["--scope", scope])
    ]
    return {
      service: { ...service, argument: [service.argument, ...more.map(Settings.quoted)].join(" ") },
      flags: new Map([
        ...(["issuer", "tokenEndpoint", "apiUrl"] as const).flatMap((name) =>
          Option.match(line[name], { onNone: () => [], onSome: (text) => [[name, text] as const] })
        ),
        ...(scope.length > 0 ? [["scopes", scope.join(" ")] as const] : [])
      ]),
      envFile: file,
      timeout,
      verbose
    }
  })

const serviceOf = (
  { provider, ...line }: Pick<Line, "provider" | keyof Flags>,
  needsApi: boolean
): Effect.Effect<Providers.Service, Failure> => {
  const given = Object.entries(line).flatMap(([name, value]) =>
    Option.isSome(value) ? [{ flag: Settings.flagOf(name), text: value.value }] : []
  )
  const misused = (problem: string, advice: string) =>
    Effect.fail(new Failure({ problem, advice, exitCode: ExitCode.usage }))
  const id = Option.getOrUndefined(provider)
  if (id === undefined && given.length === 0) {
    return misused(
      "No provider is named.",
      `Name one (${Providers.ids.join(", ")}), or any other server with --issuer or --token-endpoint.`
    )
  }
  if (id !== undefined && id !== Providers.serverId) {
    return given[0] === undefined
      ? Effect.succeed(Providers.entry(id))
      : misused(`${given[0].flag} is for a server that is none of the providers.`, `Omit it, or ${id}.`)
  }
  if (Option.isSome(line.issuer) && Option.isSome(line.tokenEndpoint)) {
    return misused("--issuer and --token-endpoint exclude each other.", "Choose one of them.")
  }
  const argument = [Providers.serverId, ...given.map(({ flag, text }) => `${flag} ${Settings.quoted(text)}`)].join(" ")
  return Effect.succeed(Providers.server(Option.getOrUndefined(line.prefix), argument, { needsApi }))
}

/** The settings by these parameters. */
export const settings = Effect.fnUntraced(function*({ envFile, flags, service, verbose }: Parameters) {
  const found = yield* Settings.find(service, { envFile, flags })
  if (verbose) yield* Console.error(`Settings ${Settings.sources(service, found)}`)
  return yield* Settings.complete(service, found, envFile)
})

/** A provider's client that lasts as long as the scope, what its errors come to, and what to say once there is a token. */
export const open = Effect.fnUntraced(function*(parameters: Parameters & { readonly noCache: boolean }) {
  const { envFile, noCache, service } = parameters
  const given = yield* settings(parameters)
  const cacheKey = noCache ? undefined : yield* Settings.cacheKey(service, given, Cache.keyVariable, envFile)
  const http = yield* HttpClient.HttpClient
  const ending = Effect.fnUntraced(function*(evidence: Evidence.Evidence) {
    return yield* fromEvidence(yield* Evidence.complete(evidence, envFile))
  })

  const metadata = Exchange.watch(http, Exchange.isMetadata)
  const found = yield* Server.find(service, given, { deadline: Duration.seconds(parameters.timeout) }).pipe(
    tellingRequests(parameters),
    Effect.provideService(HttpClient.HttpClient, metadata.client),
    Effect.catchTag("TokenError", (error) =>
      Effect.flatMap(metadata.seen, (exchange) => {
        const provider = Server.resolved(Server.before(service, given))
        return ending({ service, provider, settings: given, error, exchange, isMetadata: true })
      }))
  )

  const provider = Server.resolved(found)
  const watched = Exchange.watch(http, (url) => url === provider.tokenEndpoint)
  const toFailure = (error: TokenError) =>
    Effect.flatMap(watched.seen, (exchange) =>
      // What is refused with nothing sent was refused to an earlier run.
      ending({ service, provider, settings: given, error, exchange, isRemembered: exchange === undefined }))
  const client = yield* makeClient(found.provider, found.options).pipe(
    tellingRequests(parameters),
    Effect.provideService(HttpClient.HttpClient, watched.client),
    Effect.catchTag("TokenError", toFailure),
    Effect.provide(Cache.layer(cacheKey))
  )
  const region = Settings.unknownRegion(service, given)
  const warn = region === undefined ? Effect.void : Console.error(`mintmark: ${region}.`)
  return { client, provider, toFailure, warn }
})

/** Prints each request, with --verbose. */
export const tellingRequests =
  ({ verbose }: Pick<Parameters, "verbose">) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | HttpClient.HttpClient> =>
    verbose ? Effect.updateService(self, HttpClient.HttpClient, tellRequests) : self

// Neither headers nor bodies nor queries: each may hold a secret.
const tellRequests = (http: HttpClient.HttpClient): HttpClient.HttpClient =>
  HttpClient.transform(http, (response, request) =>
    Effect.flatMap(Clock.currentTimeMillis, (startedAt) => {
      const told = (outcome: string) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) =>
          Console.error(`${request.method} ${request.url.split("?")[0]}: ${outcome} after ${now - startedAt} ms`))
      return response.pipe(
        Effect.tap(({ status }) =>
          told(`${status}`)
        ),
        Effect.tapError(({ reason }) => told(reason._tag))
      )
    }))
