import type { TokenError } from "@mintmark/core/TokenError"
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import { type Fault, large } from "./Fault.ts"
import { tables } from "./rows.ts"
import type { Ending, Outcome } from "./run.ts"

/** What a process may hold at most during an exchange, above what it held before, in bytes: 16 MiB. */
export const memoryBound = 16 * 1024 * 1024

/** What came of a fault, by variant and transport. */
export interface Row {
  readonly fault: Fault
  readonly outcomes: ReadonlyArray<{ readonly variant: string; readonly transport: string; readonly outcome: Outcome }>
}

const reasonOf = (error: TokenError): string => {
  const { reason } = error
  return "kind" in reason
    ? `${reason._tag} (${reason.kind})`
    : "certain" in reason && !reason.certain
    ? `perhaps ${reason._tag}`
    : reason._tag
}

const told = ({ exit }: Ending): string => {
  if (Exit.isSuccess(exit)) return "a token"
  const error = Cause.findError(exit.cause)
  return Result.isSuccess(error) ? reasonOf(error.success) : "a defect"
}

const cells = (ending: Ending | undefined): ReadonlyArray<string> =>
  ending === undefined ? ["–", "–", "–"] : [told(ending), ending.attempts > 1 ? "yes" : "no", String(ending.requests)]

/** One line for each way that a fault ends, with the variants and transports that end so. */
const linesOf = ({ fault, outcomes }: Row): ReadonlyArray<string> => {
  const endings = new Map<string, Array<{ variant: string; transport: string }>>()
  for (const { outcome, transport, variant } of outcomes) {
    const line = [...cells(outcome.first), ...cells(outcome.renewal)].join(" | ")
    endings.set(line, [...endings.get(line) ?? [], { variant, transport }])
  }
  const transports = new Set(outcomes.map(({ transport }) => transport))
  return [...endings].map(([line, those]) => {
    const labels = [...new Set(those.map(({ variant }) => variant))].map((variant) => {
      const ways = those.filter((each) => each.variant === variant).map(({ transport }) => transport)
      return [variant, ways.length === transports.size ? "" : `over ${ways.join(" and ")}`]
        .filter((part) => part !== "").join(" ")
    }).filter((label) => label !== "")
    const memory = large.some(({ name }) => name === fault.name) ? `< ${memoryBound / 1024 / 1024} MiB` : ""
    return `| ${[fault.name, labels.join("; "), line, memory].join(" | ")} |`.replaceAll("  |", " |")
  })
}

/** All of it as a page. */
export const page = (rows: ReadonlyArray<Row>): string =>
  [
    "# The outcome of each fault",
    "",
    "Written by the tests of `tools/faults`, which fail if this page is not what they observe. Each fault is tested twice:",
    "once with the client's own credentials and no token yet, once with a refresh token while the old token is still valid.",
    "In the second case a caller gets the old token, even if the renewal fails.",
    "",
    "*Again* is whether the request was sent, or tried, more than once within the one call. *Seen* is how many token requests",
    "reached the server. *Memory* is how much more heap and buffers the process used at most than it",
    "used before, for faults that are about memory. Where the HTTP client makes a difference, the line names it; `fetch`, undici",
    "and `node:http` were tried. *Perhaps* is an unclear reply, which may come from a gateway.",
    "",
    "| fault | with | client credentials | again | seen | refresh token | again | seen | memory |",
    "|---|---|---|---|---|---|---|---|---|",
    ...rows.flatMap(linesOf),
    "",
    "## Where each is tested",
    "",
    "Everything else that goes wrong, and the tests that meet it. A test that isn't there any more fails this page.",
    ...tables(),
    ""
  ].join("\n")
