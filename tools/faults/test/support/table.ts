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
    ? `${reason._tag} (unclear)`
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

/** All of it as a page. `replies` is the part of it that the tests of core write. */
export const page = (rows: ReadonlyArray<Row>, replies: string): string =>
  [
    "# The outcome of each reply and each fault",
    "",
    "How each token request ends: for each reply, and for each fault of the network, the server or the process. Tests write",
    "this page, and fail if they observe something else.",
    "",
    "## What a reply means",
    "",
    "An *error code* is the `error` of the body, which is read from JSON or a form, in UTF-8, UTF-16 or ISO-8859-1, and also",
    "where the rest of the body is invalid. Upper and lower case mean the same. A reply without an error code is *unclear*:",
    "HTML, an empty body, `problem+json`, an `error` that is not a text. It may come from a gateway. A provider can declare",
    "errors of its own.",
    "",
    "*Next request after* says how long no request is sent after the first, second and third failure in a row. After the",
    "last value comes the same one again. `renew` sends a request at once. If `Retry-After` asks for a longer wait, that",
    "counts, up to an hour. *Applies to* says which requests are not sent in that time, and *in every process* whether this",
    "includes those of other processes that share a store.",
    "Once a token source is closed, with the scope that it was made in, no request is sent at all.",
    "",
    replies,
    "",
    "## The outcome of each fault",
    "",
    "Each fault is tested twice: once with the client's own credentials and no token yet, once with a refresh token while the",
    "old token is still valid. In the second case a caller gets the old token, even if the renewal fails.",
    "",
    "*Again* is whether the request was sent, or tried, more than once within the one call. *Seen* is how many token requests",
    "reached the server. *Memory* is how much more heap and buffers the process used at most than it used before, for faults",
    "that are about memory. Where the HTTP client makes a difference, the line names it; `fetch`, undici and `node:http` were",
    "tried.",
    "",
    "| fault | with | client credentials | again | seen | refresh token | again | seen | memory |",
    "|---|---|---|---|---|---|---|---|---|",
    ...rows.flatMap(linesOf),
    "",
    "## Where each is tested",
    "",
    "Everything that goes wrong, what happens then, and the tests of it. A test that isn't there any more fails this page.",
    ...tables(),
    ""
  ].join("\n")
