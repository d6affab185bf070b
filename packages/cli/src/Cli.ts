import * as CliConfig from "effect/cli/CliConfig"
import type * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as DoctorCommand from "./DoctorCommand.ts"
import * as ExitCode from "./ExitCode.ts"
import { Failure } from "./Failure.ts"
import { program } from "./Program.ts"
import * as RequestCommand from "./RequestCommand.ts"
import * as SandboxCommand from "./SandboxCommand.ts"
import * as TokenCommand from "./TokenCommand.ts"

const command = (version: string) =>
  Command.make("mintmark").pipe(
    Command.withDescription([
      "Gets OAuth 2.0 access tokens for telecom APIs, and says what is wrong when there is none.",
      "",
      "It ends with 0 when all is done; else with a number for scripts: 2 command line, 3 settings, 4 credentials,",
      "5 token request, 6 not reached, 7 too many requests, 8 reply, 9 unsafe, 22 an error of the API, 23 can't write."
    ].join("\n  ")),
    Command.withSubcommands([
      TokenCommand.command,
      RequestCommand.command,
      DoctorCommand.command(version),
      SandboxCommand.command
    ]),
    Command.withExamples([
      { command: "mintmark sandbox --dotenv .env", description: "No account yet? All providers, on this machine" },
      { command: "mintmark token routee", description: "A token" },
      { command: "mintmark request routee GET /accounts/me/balance", description: "An API call with a token on it" },
      { command: "mintmark doctor routee", description: "What works, what doesn't, and what to do" },
      {
        command: "source <(mintmark --completions bash)",
        description: "Completions; also for zsh, fish and powershell"
      }
    ])
  )

/** Runs what the command line says. Every failure is shown on standard error, in a line or two, and nowhere else. */
export const run = (version: string) =>
  Command.run(command(version), { version }).pipe(
    Effect.provideService(CliConfig.CliConfig, CliConfig.make({ builtIns })),
    Effect.provideService(CliOutput.Presenter, presenter),
    Effect.catchTag("ShowHelp", misused),
    Effect.catchDefect(unforeseen),
    Effect.tapErrorTag("Failure", ({ message }) => Console.error(`mintmark: ${message}`))
  )

const builtIns = [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions]

const presenter: CliOutput.Presenter = {
  // A wrong command line is shown as every other failure, without the whole help above it.
  present: (event) => event._tag === "InvalidInvocation" ? Effect.void : CliOutput.defaultPresenter.present(event)
}

const misused = ({ commandPath, errors }: CliError.ShowHelp): Effect.Effect<void, Failure> =>
  errors[0] === undefined ? Effect.void : Effect.fail(
    new Failure({
      problem: problemOf(errors[0]),
      advice: secretFlag.test(problemOf(errors[0]))
        ? "Secrets are never taken as arguments, which other users of this machine can read: set them as --help says."
        : otherServer.test(problemOf(errors[0]))
        ? `Another OAuth server needs no package: \`${
          shownPath(commandPath)
        } oauth-server --issuer URL\`. --help shows more.`
        : `\`${shownPath(commandPath)} --help\` shows how to use it.`,
      exitCode: ExitCode.usage
    })
  )

const shownPath = ([, ...path]: ReadonlyArray<string>): string => [program, ...path].join(" ")

const otherServer = /^Invalid value for argument <provider>/

const secretFlag = /^Unrecognized flag: --?\S*(?:secret|password|token|key)/i

const formatter = CliOutput.defaultFormatter({ colors: false })

const problemOf = (error: CliError.NonShowHelpErrors): string =>
  error._tag === "UnexpectedArgument"
    ? "There is an argument too many."
    : formatter.formatCliError(error).replace(/([.:?!]?)\s*\n\s*/g, (_, end) => `${end === "" ? "." : end} `)

// Its message may hold anything, a secret included.
const unforeseen = (defect: unknown): Effect.Effect<never, Failure> =>
  Effect.fail(
    new Failure({
      problem: `Something happened that mintmark doesn't handle (${
        Predicate.isError(defect) ? defect.name : typeof defect
      }).`,
      advice: "That is a defect of mintmark: please report it, with the command that you ran.",
      exitCode: ExitCode.defect
    })
  )
