import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { examine } from "./doctor/Examination.ts"
import type { Finding } from "./doctor/Finding.ts"
import { ending, row } from "./doctor/Report.ts"
import { write } from "./doctor/ReportFile.ts"
import { Failure } from "./Failure.ts"
import * as Help from "./Help.ts"
import * as Session from "./Session.ts"

const placements: ReadonlyArray<readonly [string, ClientAuthentication.ClientAuthentication]> = [
  ["basic", ClientAuthentication.clientSecretBasic],
  ["basic-raw", ClientAuthentication.clientSecretBasicRaw],
  ["body", ClientAuthentication.clientSecretPost]
]

/** `mintmark doctor`: what works and what doesn't, step by step, and what to do. */
export const command = (version: string) =>
  Command.make(
    "doctor",
    {
      ...Session.optionalProvider,
      ...Session.parameters,
      placement: Flag.ChoiceWithValue("placement", placements).pipe(
        Flag.withDescription(
          "Send the credentials elsewhere than the provider expects them, to see whether it accepts that"
        ),
        Flag.optional
      ),
      call: Flag.String("call").pipe(
        Flag.withDescription("The path of an API request to GET at the end, such as /me"),
        Flag.filter((path) => /^\/(?!\/)/.test(path), () => "Expected: a path, such as /me"),
        Flag.optional
      ),
      json: Flag.Boolean("json").pipe(
        Flag.withDescription("Print what was found as JSON"),
        Flag.withDefault(false)
      ),
      report: Flag.String("report").pipe(
        Flag.withDescription("Write a file to attach to an issue: versions, settings by name, findings, no secret"),
        Flag.optional
      )
    },
    Effect.fnUntraced(function*({ call, json, placement, report, ...line }) {
      const parameters = yield* Session.read(line)
      const { id } = parameters.service
      const { canColor } = yield* TerminalCapabilities.TerminalCapabilities
      const findings: Array<Finding> = []
      const { conclusion, evidence } = yield* examine(
        { ...parameters, placement: Option.getOrUndefined(placement), call: Option.getOrUndefined(call) },
        (finding) => {
          findings.push(finding)
          return json ? Effect.void : Console.log(row(finding, canColor))
        }
      ).pipe(Session.tellingRequests(parameters))
      const { cause, exitCode = 0, next } = conclusion
      const result = { provider: id, exitCode, findings, conclusion: { cause, next } }
      yield* Console.log(json ? JSON.stringify(result, undefined, 2) : ending(conclusion, canColor))
      if (Option.isSome(report)) {
        yield* write(report.value, { version, findings, conclusion, evidence })
        yield* Console.error(`The report is in ${report.value}. Read it before you attach it to an issue.`)
      }
      if (exitCode !== 0) {
        const failed = findings.find(({ state }) => state === "failed")
        return yield* new Failure({
          problem: `${id}: ${failed === undefined ? "it" : failed.step} failed.`,
          exitCode
        })
      }
    })
  ).pipe(
    Command.withDescription(
      Help.withSettings(
        "Looks at everything between your settings and the API, step by step, and says what to do.",
        "It sends one token request, however that ends."
      )
    ),
    Command.withShortDescription("Say what works, what doesn't, and what to do"),
    Command.withExamples([
      { command: "mintmark doctor routee", description: "Everything, as a table" },
      { command: "mintmark doctor routee --json", description: "The same for a program" },
      { command: "mintmark doctor voipex --call /me", description: "With an API request of your own at the end" },
      {
        command: "mintmark doctor routera --placement basic",
        description: "Would the server accept the credentials elsewhere?"
      },
      { command: "mintmark doctor --issuer https://login.acme.example", description: "Any OAuth server" },
      { command: "mintmark doctor routee --report report.md", description: "A file to attach to an issue" }
    ])
  )
