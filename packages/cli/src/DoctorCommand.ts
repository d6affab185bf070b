import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { examine } from "./doctor/Examination.ts"
import type { Finding } from "./doctor/Finding.ts"
import { row } from "./doctor/Report.ts"
import { Failure } from "./Failure.ts"
import * as Help from "./Help.ts"
import * as Session from "./Session.ts"

const placements: ReadonlyArray<readonly [string, ClientAuthentication.ClientAuthentication]> = [
  ["basic", ClientAuthentication.clientSecretBasic],
  ["basic-raw", ClientAuthentication.clientSecretBasicRaw],
  ["body", ClientAuthentication.clientSecretPost]
]

/** `mintmark doctor`: what works and what doesn't, step by step. */
export const command = Command.make(
  "doctor",
  {
    ...Session.parameters,
    placement: Flag.ChoiceWithValue("placement", placements).pipe(
      Flag.withDescription("Put the credentials elsewhere than the provider wants them, to see whether that is taken"),
      Flag.optional
    ),
    call: Flag.String("call").pipe(
      Flag.withDescription("The path of an API call to GET at the end, such as /me"),
      Flag.filter((path) => /^\/(?!\/)/.test(path), () => "Expected: a path, such as /me"),
      Flag.optional
    ),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Print what was found as JSON"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function*({ call, json, placement, ...parameters }) {
    const { canColor } = yield* TerminalCapabilities.TerminalCapabilities
    const findings: Array<Finding> = []
    yield* examine(
      { ...parameters, placement: Option.getOrUndefined(placement), call: Option.getOrUndefined(call) },
      (finding) => {
        findings.push(finding)
        return json ? Effect.void : Console.log(row(finding, canColor))
      }
    ).pipe(Session.tellingRequests(parameters))
    const failed = findings.find(({ state }) => state === "failed")
    const exitCode = failed?.exitCode ?? 0
    if (json) {
      const shown = findings.map(({ advice, detail, state, step }) => ({ step, state, detail, advice }))
      yield* Console.log(JSON.stringify({ provider: parameters.provider, exitCode, findings: shown }, undefined, 2))
    }
    if (failed !== undefined) {
      return yield* new Failure({ problem: `${parameters.provider}: ${failed.step} failed.`, exitCode })
    }
  })
).pipe(
  Command.withDescription(
    Help.withSettings(
      "Looks at everything between your settings and the API, step by step, and says what works and what doesn't.",
      "It sends one token request, however that ends."
    )
  ),
  Command.withShortDescription("Say what works and what doesn't"),
  Command.withExamples([
    { command: "mintmark doctor routee", description: "Everything, as a table" },
    { command: "mintmark doctor routee --json", description: "The same for a program" },
    { command: "mintmark doctor voipex --call /me", description: "With an API call of your own at the end" },
    {
      command: "mintmark doctor routera --placement basic",
      description: "Would the server take the credentials elsewhere?"
    }
  ])
)
