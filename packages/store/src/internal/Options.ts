import { millisOf, notASpan } from "@mintmark/core/internal/timeSpan"
import type { Configurable } from "@mintmark/core/ProviderService"
import { InvalidOption, TokenError } from "@mintmark/core/TokenError"
import * as Config from "effect/Config"
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"

/** The environment variable of the encryption keys. */
export const keysVariable = "MINTMARK_STORE_KEYS"

// What is missing is an error of the store's, as it is one of a provider's.
const configuredKeys: Config.Config<ReadonlyArray<Redacted.Redacted>> = Config.map(
  Config.withDefault(Config.Redacted(keysVariable), Redacted.make("")),
  (value) => {
    const text = Redacted.value(value).trim()
    return text === "" ? [] : text.split(",").map((key) => Redacted.make(key))
  }
)

/** The configuration of the keys: what is given takes precedence over the variable, also where it is `undefined`. */
export const keys = (
  given: Configurable<{ readonly keys: ReadonlyArray<Redacted.Redacted> }>
): Config.Config<ReadonlyArray<Redacted.Redacted>> => "keys" in given ? option(given.keys ?? []) : configuredKeys

/** The configuration of an option that has no variable. */
export const option = <A>(given: A | Config.Config<A>): Config.Config<A> =>
  isConfig(given) ? given : Config.succeed(given)

const isConfig = <A>(given: A | Config.Config<A>): given is Config.Config<A> => Config.isConfig(given)

/** The error of an option of a store. */
export const invalidOption = (option: string, problem: string, variable?: string): TokenError =>
  new TokenError({ provider: "token store", reason: new InvalidOption({ option, variable, problem }) })

/** Which package has each service that a store needs, and what to install. */
const packages = {
  KeyValueStore:
    "provide KeyValueStore.layerFileSystem with NodeServices.layer of @effect/platform-node (npm install @effect/platform-node)",
  Redis: "provide NodeRedis.layerConfig of @effect/platform-node (npm install @effect/platform-node redis)",
  SqlClient: "provide PgClient.layerConfig of @effect/sql-pg (npm install @effect/sql-pg)"
}

/** A service that the store needs. The types demand it; a program without types gets an error that helps. */
export const service = <Self, Shape>(
  name: keyof typeof packages,
  tag: Context.Key<Self, Shape>
): Effect.Effect<Shape, TokenError> =>
  Effect.flatMap(
    Effect.serviceOption(tag),
    Option.match({
      onNone: () => Effect.fail(invalidOption(name, `is missing: ${packages[name]}`)),
      onSome: Effect.succeed
    })
  )

/** An option that is a positive, finite duration. */
export const duration = (option: string, input: Duration.Input): Effect.Effect<Duration.Duration, TokenError> => {
  const millis = millisOf(input)
  return millis === undefined
    ? Effect.fail(invalidOption(option, notASpan))
    : Effect.succeed(Duration.millis(millis))
}
