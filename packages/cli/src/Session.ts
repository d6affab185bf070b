import * as ProviderClient from "@mintmark/core/ProviderClient"
import type { TokenError } from "@mintmark/core/TokenError"
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Option from "effect/Option"
import * as Cache from "./Cache.ts"
import { fromEvidence } from "./Conclusion.ts"
import * as Evidence from "./Evidence.ts"
import * as Exchange from "./Exchange.ts"
import * as Providers from "./Providers.ts"
import * as Settings from "./Settings.ts"

/** What every command that requests a token takes. */
export const parameters = {
  provider: Argument.Literals("provider", Providers.ids).pipe(
    Argument.withDescription(`Whose token: ${Providers.ids.join(", ")}`)
  ),
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

/** The values of `parameters`. */
export interface Parameters {
  readonly provider: Providers.Id
  readonly scope: ReadonlyArray<string>
  readonly envFile: Option.Option<string>
  readonly timeout: number
  readonly verbose: boolean
}

/** The settings by these parameters. */
export const settings = Effect.fnUntraced(function*(parameters: Parameters) {
  const found = yield* Settings.find(parameters.provider, {
    envFile: Option.getOrUndefined(parameters.envFile),
    scopes: parameters.scope
  })
  if (parameters.verbose) {
    yield* Console.error(`Settings ${Settings.sources(parameters.provider, found)}`)
  }
  return yield* Settings.complete(parameters.provider, found)
})

/** A provider's client that lasts as long as the scope, and what its errors come to. */
export const open = Effect.fnUntraced(function*(parameters: Parameters & { readonly noCache: boolean }) {
  const id = parameters.provider
  const envFile = Option.getOrUndefined(parameters.envFile)
  const found = yield* settings(parameters)
  const provider = Evidence.resolved(id, found)
  const cacheKey = parameters.noCache ? undefined : yield* Settings.cacheKey(id, found, Cache.keyVariable, envFile)
  const watched = Exchange.watch(yield* HttpClient.HttpClient, provider.tokenEndpoint)
  const toFailure = (error: TokenError) =>
    Effect.gen(function*() {
      const exchange = yield* watched.seen
      // What is refused with nothing sent was refused to an earlier run.
      const evidence = { id, provider, settings: found, error, exchange, isRemembered: exchange === undefined }
      return yield* fromEvidence(yield* Evidence.complete(evidence, envFile))
    })
  const client = yield* ProviderClient.make(Providers.entry(id).provider, {
    ...Settings.options(id, found),
    deadline: Duration.seconds(parameters.timeout)
  }).pipe(
    tellingRequests(parameters),
    Effect.provideService(HttpClient.HttpClient, watched.client),
    Effect.catchTag("TokenError", toFailure),
    Effect.provide(Cache.layer(cacheKey))
  )
  return { client, provider, toFailure }
})

/** Prints each request, with --verbose. */
export const tellingRequests =
  ({ verbose }: Parameters) =>
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
