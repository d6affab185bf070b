import * as TokenError from "@mintmark/core/TokenError"
import type * as ReplyMeaning from "../../src/internal/engine/ReplyMeaning.ts"
import { empty, everyone, nameOf, reasonOf, reply } from "./replies.ts"

/*
 * `ReplyMeaning` as the table of docs/outcomes.md: what is observed of it, for replies of every kind.
 */

/** What is shown: `ReplyMeaning`, or a mutation of it. */
type Table = Pick<typeof ReplyMeaning, "consequenceOf" | "isUnsent" | "reasonOf" | "waitOf">

/** A reply, or what came instead of one. */
interface Case {
  readonly label: string
  readonly reply: ReplyMeaning.Reply | TokenError.Reason
  readonly shapes?: ReadonlyArray<ReplyMeaning.ErrorShape>
  /** How long the server asks to wait, in milliseconds. */
  readonly asked?: number
}

const unclear = reply
const word = (status: number, code: string): Case => ({ label: `${status} \`${code}\``, reply: reply(status, code) })
const bare = (label: string, reply: ReplyMeaning.Reply): Case => ({ label, reply })
const declared = (
  means: ReplyMeaning.Means,
  label = `declared as \`${means}\``,
  found = reply(400, "custom"),
  shape: Partial<ReplyMeaning.ErrorShape> = { error: "custom" }
): Case => ({ label, reply: found, shapes: [{ ...shape, means }] })
const instead = (label: string, reply: TokenError.Reason): Case => ({ label, reply })
const unavailable = (kind: TokenError.Unavailable["kind"]) => new TokenError.Unavailable({ kind })

const cases: ReadonlyArray<Case> = [
  bare("2xx without an `error`", reply(200)),
  instead(
    "2xx without a token that can be used",
    new TokenError.ReplyNotUnderstood({ status: 200, problem: "it is not a JSON object" })
  ),
  instead(
    "2xx with a token of another type",
    new TokenError.Unsafe({ kind: "token_type", problem: "it is not Bearer" })
  ),
  ...[500, 503, 599, 408, 421, 425].map((status) => bare(String(status), unclear(status))),
  word(400, "server_error"),
  word(400, "temporarily_unavailable"),
  word(500, "slow_down"),
  { label: "503 with `Retry-After: 60`", reply: unclear(503), asked: 60_000 },
  bare("429", unclear(429)),
  { label: "429 with `Retry-After: 60`", reply: unclear(429), asked: 60_000 },
  word(400, "slow_down"),
  bare("407", unclear(407)),
  ...[300, 301, 302, 303, 307, 308].map((status) => bare(String(status), unclear(status))),
  bare("a redirect in a browser, which shows no status", unclear(0)),
  ...[101, 600, 999].map((status) => bare(String(status), unclear(status))),
  word(400, "invalid_client"),
  word(401, "invalid_client"),
  word(200, "invalid_client"),
  word(401, "unauthorized_client"),
  word(400, "unauthorized_client"),
  word(400, "invalid_grant"),
  word(401, "invalid_grant"),
  word(400, "access_denied"),
  word(400, "invalid_request"),
  word(400, "invalid_scope"),
  word(400, "invalid_target"),
  word(400, "unsupported_grant_type"),
  word(400, "another_word"),
  word(400, "INVALID_SCOPE"),
  word(401, "Unauthorized"),
  word(403, "Forbidden"),
  ...([
    [400, "Bad Request"],
    [404, "Not Found"],
    [405, "Method Not Allowed"],
    [406, "Not Acceptable"],
    [409, "Conflict"],
    [410, "Gone"],
    [413, "Payload Too Large"],
    [422, "Unprocessable Entity"]
  ] as const).map(([status, phrase]) => word(status, phrase)),
  bare("423", unclear(423)),
  ...[400, 401, 403, 404].flatMap((status) => [
    bare(`an empty ${status}`, empty(status)),
    bare(`another unclear ${status}`, unclear(status))
  ]),
  bare("an unclear 413", unclear(413)),
  bare("an unclear 422", unclear(422)),
  declared("request", "418 declared as `request`", reply(418), { status: 418 }),
  declared("request", "418 `custom` where 418 is declared as `request`", reply(418, "custom"), { status: 418 }),
  declared("credentials", "500 declared as `credentials`", reply(500), { status: 500 }),
  declared("grant", "401 `custom`, which is declared for 400", reply(401, "custom"), { status: 400, error: "custom" }),
  declared("grant", "400 `another`, where `custom` is declared", reply(400, "another"), { error: "custom" }),
  ...(["credentials", "grant", "request", "throttled", "unavailable"] as const).map((means) => declared(means)),
  instead("no connection", unavailable("connection")),
  instead("a connection that breaks", unavailable("interrupted")),
  instead("no reply within the deadline", unavailable("timeout")),
  instead("a certificate that doesn't fit", new TokenError.Unsafe({ kind: "certificate", problem: "expired" })),
  instead("no credentials, since the application can't read them", unavailable("credentials")),
  instead("no request, since the store can't be reached", unavailable("store")),
  instead("no request, since the token source is closed", unavailable("closed")),
  instead(
    "no request, since an option can't be used",
    new TokenError.InvalidOption({ option: "scopes", problem: "are none" })
  )
]

const duration = (millis: number): string =>
  millis === Infinity
    ? "never by itself"
    : millis % 3_600_000 === 0
    ? `${millis / 3_600_000} h`
    : millis < 60_000
    ? `${millis / 1_000} s`
    : `${Math.floor(millis / 60_000)} min${millis % 60_000 === 0 ? "" : ` ${millis % 60_000 / 1_000} s`}`

/** `30 s, 1 min, 2 min, ... 15 min`: the first three, and the last. */
const pauses = ({ waitOf }: Table, self: ReplyMeaning.Consequence): string => {
  const wait = (failures: number, random: number) => waitOf(self, failures, random)
  const steps = [...new Set(Array.from({ length: 32 }, (_, index) => wait(index + 1, 1)))].map(duration)
  const [first = "", second, third, ...more] = steps
  const last = more.at(-1)
  const shown = [first, second, third].filter((step) => step !== undefined).join(", ")
  const list = more.length > 1 ? `${shown}, … ${last}` : [shown, ...more].join(", ")
  return wait(1, 0) === wait(1, 1) ? list : `up to ${list}`
}

const now = { fail: "fails", repeat: "sent up to 3 times, then fails", primary: "the primary grant, once" }
const refreshToken = { "kept": "kept", "possibly spent": "may be spent", "refused": "forgotten" }
const owner = {
  credentials: "these credentials",
  request: "these credentials, scopes and parameters",
  endpoint: "these credentials at this endpoint"
}

/** For whom nothing is sent. What is wrong on this side, before a request is built, is remembered for its account alone. */
const heldBack = ({ isUnsent }: Table, reason: TokenError.Reason, consequence: ReplyMeaning.Consequence): string =>
  reason._tag === "Unavailable" && isUnsent(reason) ? "this account" : owner[consequence.owner]

/** What the second failure in a row changes for a refresh token. */
const secondOf = (sent: ReplyMeaning.Sent, { fallsBack, refreshToken }: ReplyMeaning.Consequence): string =>
  fallsBack
    ? "at the second failure in a row, if a caller waits: the primary grant"
    : sent.hasFallback && refreshToken === "possibly spent"
    ? "after the second failure, the next request is the primary grant"
    : ""

const lineOf = (table: Table, sent: ReplyMeaning.Sent, { asked, reply, shapes = [] }: Case): ReadonlyArray<string> => {
  const reason = "_tag" in reply ? reply : reasonOf(sent, reply, shapes, table)
  if (reason === undefined) return ["a success", "its token is read", ...sent.isRefresh ? ["replaced"] : [], "", "", ""]
  const consequence = table.consequenceOf(sent, reason, asked)
  return [
    nameOf(reason),
    [now[consequence.now], secondOf(sent, consequence)].filter((part) => part !== "").join("; "),
    ...sent.isRefresh ? [refreshToken[consequence.refreshToken]] : [],
    ...consequence.now === "primary"
      ? ["as the primary grant says", "", ""]
      : [
        pauses(table, consequence),
        heldBack(table, reason, consequence),
        consequence.concernsAll ? "yes" : "no"
      ]
  ]
}

const tableOf = (table: Table, heading: string, sent: ReplyMeaning.Sent): string => {
  const lines = new Map<string, Array<string>>()
  for (const each of cases) {
    const line = lineOf(table, sent, each).join(" | ")
    lines.set(line, [...lines.get(line) ?? [], each.label])
  }
  const columns = [
    "reply",
    "means",
    "in the same call",
    ...sent.isRefresh ? ["the refresh token is"] : [],
    "next request after",
    "applies to",
    "in every process"
  ]
  return [
    `### ${heading}`,
    "",
    `| ${columns.join(" | ")} |`,
    `|${columns.map(() => "---").join("|")}|`,
    ...[...lines].map(([line, labels]) => `| ${labels.join("; ")} | ${line} |`.replaceAll("  |", " |"))
  ].join("\n")
}

/** All of it. */
export const replyTable = (table: Table): string =>
  [
    tableOf(
      table,
      "Client credentials, and grants whose refusal is remembered like theirs",
      everyone.clientCredentials
    ),
    tableOf(table, "A password, and grants whose refusal is remembered like that of a password", everyone.password),
    tableOf(
      table,
      "A refresh token of a client with a secret, with a primary grant to fall back to",
      everyone.confidentialRefreshToken
    ),
    tableOf(
      table,
      "A refresh token of a client without a secret, with a primary grant to fall back to",
      everyone.refreshToken
    ),
    tableOf(table, "A refresh token with nothing to fall back to", everyone.onlyRefreshToken)
  ].join("\n\n")
