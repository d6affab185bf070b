import * as Account from "@mintmark/sandbox/Account"
import { lineOf } from "@mintmark/sandbox/JournalEntry"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as ExitCode from "./ExitCode.ts"
import { Failure } from "./Failure.ts"
import { program } from "./Program.ts"
import * as Providers from "./Providers.ts"
import { quoted } from "./Settings.ts"

/** `mintmark sandbox`: all providers on this machine, until it is interrupted. */
export const command = Command.make("sandbox", {
  port: Flag.Int("port").pipe(
    Flag.withAlias("p"),
    Flag.withDescription("The port to listen on; 0 takes a free one"),
    Flag.filter((port) => port >= 0 && port <= 65535, () => "Expected: 0 to 65535"),
    Flag.withDefault(0)
  ),
  dotenv: Flag.String("dotenv").pipe(
    Flag.withDescription(
      "A file to write the variables to, instead of standard output: .env, for the other commands"
    ),
    Flag.optional
  )
}, ({ dotenv, port }) =>
  Effect.gen(function*() {
    // No other command needs it, and it takes a while to load.
    const { make } = yield* Effect.promise(() => import("@mintmark/sandbox/Sandbox"))
    const sandbox = yield* make({ port })
    const lines = (before: string) => Providers.ids.map((id) => environment(id, sandbox.urls, before)).join("\n\n")
    if (Option.isSome(dotenv)) yield* write(dotenv.value, lines(""))
    else yield* Console.log(lines("export "))
    yield* Console.error(
      `The sandbox listens on ${sandbox.origin} until Ctrl+C ends it. Its page is there, too, for a browser.`
    )
    if (Option.isSome(dotenv)) {
      const from = dotenv.value === ".env" ? "" : ` --dotenv ${quoted(dotenv.value)}`
      yield* Console.error(`${dotenv.value} has what the other commands need: try \`${program} token routee${from}\`.`)
    }
    return yield* Stream.runForEach(sandbox.entries, (entry) => Console.error(lineOf(entry)))
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
        "  that the other commands use them, or writes it to a file. Its accounts are made up, and nothing leaves this machine."
    ),
    Command.withShortDescription("Start all providers on this machine"),
    Command.withExamples([
      { command: "mintmark sandbox --dotenv .env", description: "Other commands in this folder then use the sandbox" },
      { command: "mintmark sandbox --port 4000", description: "Listen on the same port each time" }
    ])
  )

const heading = "# Written by mintmark sandbox. It may be deleted."

/**
 * Writes the file, in UTF-8, which a shell's `>` does not do everywhere. A file that something else has written is left
 * alone: it may be the only copy of real credentials.
 */
const write = Effect.fnUntraced(function*(path: string, variables: string) {
  const fs = yield* FileSystem.FileSystem
  const known = yield* Effect.orElseSucceed(fs.readFileString(path), () => undefined)
  if (known !== undefined && known.trim() !== "" && !known.startsWith(heading)) {
    return yield* new Failure({
      problem: `${path} exists, and \`mintmark sandbox\` has not written it.`,
      advice: "Name another file, and read it with --dotenv: its variables would be lost.",
      exitCode: ExitCode.usage
    })
  }
  yield* Effect.mapError(
    fs.writeFileString(path, `${heading}\n${variables}\n`, { mode: 0o600 }),
    (error) => new Failure({ problem: `${path} can't be written (${error.reason._tag}).`, exitCode: ExitCode.output })
  )
})

/**
 * The lines by which a provider's settings point to the sandbox. Lines to paste into a shell begin with `export `, or
 * the shell keeps them to itself. Those of a file don't: Node before 20.12 and Docker don't read it, and a shell that
 * sources the file needs `set -a`.
 */
export const environment = (id: Providers.Id, urls: Readonly<Record<string, string>>, before = ""): string => {
  const { sandbox: { account, region, scopes }, settings } = Providers.entry(id)
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
    ...settings.flatMap(({ name, variable }) => {
      const value = values[name]
      return value === undefined ? [] : [`${before}${variable}=${quote(value)}`]
    })
  ].join("\n")
}

// Shells and .env files read single quotes alike.
const quote = (value: string): string => `'${value}'`
