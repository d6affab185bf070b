import * as Account from "@mintmark/sandbox/Account"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as ExitCode from "./ExitCode.ts"
import { Failure } from "./Failure.ts"
import * as Providers from "./Providers.ts"

/** `mintmark sandbox`: all providers on this machine, until it is interrupted. */
export const command = Command.make("sandbox", {
  port: Flag.Int("port").pipe(
    Flag.withAlias("p"),
    Flag.withDescription("The port to listen on; 0 takes a free one"),
    Flag.filter((port) => port >= 0 && port <= 65535, () => "Expected: 0 to 65535"),
    Flag.withDefault(0)
  )
}, ({ port }) =>
  Effect.gen(function*() {
    // No other command needs it, and it takes a while to load.
    const { make } = yield* Effect.promise(() => import("@mintmark/sandbox/Sandbox"))
    const sandbox = yield* make({ port })
    yield* Console.log(Providers.ids.map((id) => environment(id, sandbox.urls)).join("\n\n"))
    yield* Console.error(
      `The sandbox listens on ${sandbox.origin} until Ctrl+C ends it. A browser finds its page there.`
    )
    return yield* Effect.never
  }).pipe(
    Effect.scoped,
    Effect.catchTag("ServeError", () =>
      Effect.fail(
        new Failure({
          problem: `The sandbox can't listen on port ${port}.`,
          advice: "Something else may listen there: --port 0 takes a free port.",
          exitCode: ExitCode.usage
        })
      ))
  )).pipe(
    Command.withDescription(
      "Starts all providers' authorization servers and some of their APIs on this machine, and prints what to set so\n" +
        "  that the other commands use them. Its accounts are made up, and nothing leaves this machine."
    ),
    Command.withShortDescription("Start all providers on this machine"),
    Command.withExamples([
      { command: "mintmark sandbox > .env", description: "Other commands in this folder then use the sandbox" },
      { command: "mintmark sandbox --port 4000", description: "Listen on the same port each time" }
    ])
  )

/** The lines of an environment, for a shell or a `.env` file, that lead a provider's settings to the sandbox. */
export const environment = (id: Providers.Id, urls: Readonly<Record<string, string>>): string => {
  const { account, region, scopes } = Providers.entry(id).sandbox
  const values: Readonly<Record<string, string | undefined>> = {
    ...(account.provider === "voipex"
      ? { username: account.username, password: account.password }
      : { clientId: account.clientId, clientSecret: account.clientSecret }),
    region,
    scopes,
    baseUrl: urls[account.provider]
  }
  return [
    `# ${id}: ${Account.nameOf(account)}`,
    ...Providers.settings(id).flatMap(({ name, variable }) => {
      const value = values[name]
      return value === undefined ? [] : [`export ${variable}=${quote(value)}`]
    })
  ].join("\n")
}

// Shells and .env files read single quotes alike.
const quote = (value: string): string => `'${value}'`
