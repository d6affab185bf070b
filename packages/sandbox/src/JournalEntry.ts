/**
 * What the sandbox writes down about a request. It never holds a secret or a token.
 *
 * @since 0.1.0
 */
import type { EndpointKind, Provider } from "./Provider.ts"

/**
 * Short salted digests of what must not be written down. Equal values have equal fingerprints within one sandbox.
 *
 * @since 0.1.0
 * @category models
 */
export interface Fingerprints {
  readonly clientSecret?: string | undefined
  readonly password?: string | undefined
  readonly refreshToken?: string | undefined
  readonly bearer?: string | undefined
  readonly accessTokenIssued?: string | undefined
  readonly refreshTokenIssued?: string | undefined
}

/**
 * What kind of answer a request got.
 *
 * - `token`: a new access token.
 * - `same-token`: an access token that had been issued before.
 * - `refused`: a refusal by the provider's own rules.
 * - `resource`: a request to a protected route.
 * - `fault`: an answer that a script put instead of the provider's own.
 *
 * @since 0.1.0
 * @category models
 */
export type AnswerKind = "token" | "same-token" | "refused" | "resource" | "fault"

/**
 * One request, and what became of it.
 *
 * @since 0.1.0
 * @category models
 */
export interface JournalEntry {
  /** Counts requests from 1, for as long as the sandbox lives. */
  readonly seq: number
  /** When the request was read, in epoch milliseconds. */
  readonly time: number
  readonly provider: Provider | undefined
  readonly kind: EndpointKind
  readonly method: string
  /** The whole path, without the query, up to 200 characters. */
  readonly path: string
  /** The provider's host: the path's first segment. */
  readonly host: string | undefined
  /** The names of the query's parameters, 64 at most. */
  readonly query: ReadonlyArray<string>
  /** Where client credentials were found. `both` is refused by every provider. */
  readonly placement: "basic" | "body" | "both" | "none"
  /** The grant type, if it is one that the sandbox knows, or else `other`. */
  readonly grant: string | undefined
  readonly scope: string | undefined
  /** The form's parameter names in order, 64 at most. A name that isn't OAuth's own shows as `?` and its fingerprint. */
  readonly parameters: ReadonlyArray<string>
  /** The client id or username that the request spoke for, if an account has it. */
  readonly account: string | undefined
  /** Whether the credentials, or the access token, were the account's and valid. */
  readonly matched: boolean
  readonly headers: ReadonlyArray<string>
  readonly accept: string | undefined
  readonly contentType: string | undefined
  readonly userAgent: string | undefined
  /** Whether the request carried a trace header (`traceparent` or `b3`). */
  readonly traced: boolean
  readonly fingerprints: Fingerprints
  /** `cut`: the connection ended before the whole answer was written. */
  readonly state: "open" | "answered" | "cut"
  readonly status: number | undefined
  readonly answer: AnswerKind | undefined
  /** Why it was refused, as a sentence. */
  readonly reason: string | undefined
  /** The tag of the scripted answer, if there was one. */
  readonly scripted: string | undefined
  /** Milliseconds between reading the request and its end. */
  readonly duration: number | undefined
}

/**
 * A request and what became of it, in one line for a terminal: the time, the status, the request, and why it was refused.
 * A control character that a client sent shows as U+FFFD.
 *
 * @since 0.1.0
 * @category formatting
 */
export const lineOf = (entry: JournalEntry): string =>
  [
    new Date(entry.time).toTimeString().slice(0, 8),
    entry.state === "cut" ? "cut" : entry.status ?? "---",
    entry.method.padEnd(4),
    entry.path.slice(1),
    entry.reason ?? entry.account ?? ""
  ].join("  ").replaceAll(/\p{Cc}/gu, "\uFFFD").trimEnd()

/**
 * How many requests there were, and how many token requests for one account were open at the same time at most.
 *
 * @since 0.1.0
 * @category models
 */
export interface Counts {
  readonly token: number
  readonly api: number
  readonly other: number
  readonly concurrentTokenRequests: number
}
