// The real providers, those whose credentials are in the environment. Their logs can't be read, so the program keeps
// one of what it sends.
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import type { LogEntry } from "./figures.ts"
import { type Provider, providers } from "./providers.ts"
import { recording } from "./recording.ts"
import type { Stage } from "./stage.ts"

export const live: Effect.Effect<Stage, string> = Effect.suspend(() => {
  const chosen = providers.filter(hasCredentials)
  const leftOut = providers.filter((provider) => !chosen.includes(provider))
  if (chosen.length === 0) {
    return Effect.fail(`No provider's credentials are set. Set the variables of one or more:\n${list(leftOut)}`)
  }
  const uncalled = chosen.filter(({ request }) => request.live === undefined)
  const log: Array<LogEntry> = []
  return Effect.succeed({
    introduction: [
      `Tokens come from ${names(chosen)}.`,
      ...(leftOut.length === 0 ? [] : [`Left out, since their credentials are not set:\n${list(leftOut)}`]),
      ...(uncalled.length === 0 ? [] : [`No API is called at ${names(uncalled)}: no harmless request of it is known.`])
    ].join("\n"),
    providers: chosen,
    config: ConfigProvider.fromEnv(),
    http: (application, { name }) => recording(application, name, log),
    request: ({ request }) => request.live,
    log: Effect.succeed(log),
    witness: "this program's own log"
  })
})

// Where one of them is set, even to nothing, the provider's row names those that are missing.
const hasCredentials = ({ credentials }: Provider): boolean =>
  credentials.some((variable) => process.env[variable] !== undefined)

const names = (some: ReadonlyArray<Provider>): string => some.map(({ name }) => name).join(", ")

const list = (some: ReadonlyArray<Provider>): string =>
  some.map(({ credentials, name, required = [] }) => `  ${name}: ${[...credentials, ...required].join(", ")}`).join(
    "\n"
  )
