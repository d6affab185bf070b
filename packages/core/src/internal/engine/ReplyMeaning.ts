import type * as TokenError from "../../TokenError.ts"

/*
 * The one table of what a reply of the authorization server means, in two steps.
 *
 * `meaningOf` is the left half: the grant, the client, the status and the server's word give the reason. `consequenceOf`
 * is the right half: the reason, and the grant that it is of, give what becomes of the refresh token, what is sent next,
 * whose memory the failure is, and for how long. The reason is all of a reply that the right half needs, so that an
 * error which comes from a shared store is treated as one of this process.
 *
 * Nothing else decides. Reading a reply, backoff, fallback, the state machine and the stores take it from here.
 */

/**
 * What decides about a token request besides its reply.
 */
export interface Sent {
  /** The name of the grant that was sent: `refresh_token` for the refresh token grant. */
  readonly grant: string
  /** Whether it is the refresh token grant. */
  readonly isRefresh: boolean
  /** How a refusal of the primary grant is remembered. */
  readonly refusedAs: "client_credentials" | "password"
  /** Whether the client authenticates itself, with a secret or a signature. */
  readonly hasClientSecret: boolean
  /** Whether there is a primary grant besides the refresh token that was sent. */
  readonly hasFallback: boolean
}

/**
 * What decides about a reply.
 */
export interface Reply {
  readonly status: number
  /** The server's word: the `error` of the body, if it is a text that isn't empty. */
  readonly code: string | undefined
  /** Whether the body is empty. */
  readonly isEmpty: boolean
}

/**
 * What an error shape of a provider's own means. `credentials` stands for those that the request was sent with: the
 * password, the client's, or the refresh token of a client without a secret.
 */
export type Means = "credentials" | "grant" | "request" | "throttled" | "unavailable"

/**
 * An error shape of a provider's own. It applies where all that it names is equal.
 */
export interface ErrorShape {
  readonly status?: number | undefined
  /** The `error` of the body. */
  readonly error?: string | undefined
  readonly means: Means
}

/**
 * What a reply means. `certain`: the server itself said so, with an OAuth error or one that the provider declares. An
 * unclear reply may be a gateway's.
 */
export type Meaning =
  | {
    readonly reason: "CredentialsRefused" | "GrantRefused" | "RequestRefused"
    readonly certain: boolean
  }
  | { readonly reason: "Throttled" }
  | { readonly reason: "Unavailable"; readonly kind: "status" | "connection" }
  | { readonly reason: "Unsafe"; readonly kind: "redirect" }
  | { readonly reason: "ReplyNotUnderstood" }

/**
 * What a reply means; `undefined` for a success, whose token is to be read.
 */
export const meaningOf = (sent: Sent, reply: Reply, shapes: ReadonlyArray<ErrorShape>): Meaning | undefined => {
  const { status } = reply
  const declared = shapes.find((shape) =>
    (shape.status ?? status) === status && (shape.error ?? reply.code) === reply.code
  )?.means
  const isOwn = declared !== undefined && declared !== "throttled" && declared !== "unavailable"
  // A browser shows a redirect that it was told not to follow with the status 0.
  if (status === 0 || status >= 300 && status < 400) return { reason: "Unsafe", kind: "redirect" }
  if (status < 200 || status > 599) return { reason: "ReplyNotUnderstood" }
  if (status === 407) return { reason: "Unavailable", kind: "connection" }
  // Codes are compared in lower case: some servers write INVALID_GRANT.
  const code = reply.code?.toLowerCase()
  if (!isOwn) {
    if (declared === "throttled" || status === 429 || code === "slow_down" && status < 500) {
      return { reason: "Throttled" }
    }
    if (declared === "unavailable" || isTransient(status, code)) return { reason: "Unavailable", kind: "status" }
    if (status < 400 && code === undefined) return undefined
  }
  const said = declared === "grant" || declared === "request"
    ? { ...reply, status: 400, code: declared === "grant" ? "invalid_grant" : "invalid_request" }
    : { ...reply, code }
  const isDeclared = declared === "credentials"
  return sent.isRefresh
    ? ofRefreshToken(sent, said, isDeclared)
    : sent.refusedAs === "password"
    ? ofPassword(said, isDeclared)
    : ofClientCredentials(said, isDeclared)
}

const isTransient = (status: number, code: string | undefined): boolean =>
  status >= 500 || status === 408 || status === 421 || status === 425
  || code === "server_error" || code === "temporarily_unavailable"

const refused = (reason: "CredentialsRefused" | "GrantRefused" | "RequestRefused", certain = true): Meaning => ({
  reason,
  certain
})

const refusesClient = ({ code, status }: Reply): boolean =>
  code === "invalid_client" || code === "unauthorized_client" && status === 401

const ofRefreshToken = (sent: Sent, reply: Reply, isDeclared: boolean): Meaning => {
  if (sent.hasClientSecret && (isDeclared || refusesClient(reply))) return refused("CredentialsRefused")
  const isWord = isDeclared || reply.code !== undefined
  // Some servers send no error code for an expired refresh token. That is trusted only where there is a primary grant.
  const saysNothing = reply.isEmpty && (reply.status === 400 || reply.status === 401 || reply.status === 403)
  return refused("GrantRefused", isWord || sent.hasFallback && saysNothing)
}

const ofPassword = (reply: Reply, isDeclared: boolean): Meaning => {
  const { code, status } = reply
  if (isDeclared || code === "invalid_grant" || code === "access_denied" || status === 423) {
    return refused("GrantRefused")
  }
  if (refusesClient(reply)) return refused("CredentialsRefused")
  return aboutRequest.has(code) ? refused("RequestRefused") : refused("GrantRefused", false)
}

const ofClientCredentials = ({ code, status }: Reply, isDeclared: boolean): Meaning => {
  const isUnclear = code === undefined || reasonPhrases.has(code)
  if (isDeclared || isUnclear && status === 401 || aboutCredentials.has(code)) return refused("CredentialsRefused")
  return isUnclear && status === 403 ? refused("CredentialsRefused", false) : refused("RequestRefused", !isUnclear)
}

type Codes = ReadonlySet<string | undefined>

const aboutCredentials: Codes = new Set(["invalid_client", "unauthorized_client", "invalid_grant", "access_denied"])

// RFC 8707 section 2 has `invalid_target`.
const aboutScope: Codes = new Set(["invalid_scope", "invalid_target"])

// RFC 6749 section 5.2: codes that a wrong password has no part in.
const aboutRequest: Codes = new Set([
  ...aboutScope,
  "invalid_request",
  "unauthorized_client",
  "unsupported_grant_type"
])

/** Whether a code is one that OAuth itself has. */
export const isRegistered = (code: string): boolean => aboutCredentials.has(code) || aboutRequest.has(code)

// An `error` that repeats a status line says no more than the status does.
const reasonPhrases: Codes = new Set([
  "bad request",
  "unauthorized",
  "forbidden",
  "not found",
  "method not allowed",
  "not acceptable",
  "conflict",
  "gone",
  "payload too large",
  "unprocessable entity"
])

/**
 * What follows from a failed token request.
 */
export interface Consequence {
  /** In the same call: fail, send the request again after a moment, or send the primary grant, once. */
  readonly now: "fail" | "repeat" | "primary"
  /**
   * What becomes of the refresh token that was sent. One that is possibly spent is sent again by this process alone, and
   * once more at most where there is a primary grant. An expired one is forgotten.
   */
  readonly refreshToken: "kept" | "possibly spent" | "refused"
  /**
   * What the second failure in a row changes for a refresh token that has a primary grant besides it: nothing; the
   * primary grant in the same call, if a caller waits; or the primary grant instead of the next request.
   */
  readonly second: "same" | "primary if a caller waits" | "primary next"
  /**
   * Whose memory it is. `credentials`: every request with this client, user and secret. `request`: these credentials
   * with these scopes and parameters. `endpoint`: this endpoint with these credentials, whatever is requested.
   */
  readonly owner: "credentials" | "request" | "endpoint"
  /** How long nothing is sent after the first, the second, ... failure in a row, in milliseconds. The last one stays. */
  readonly waits: ReadonlyArray<number>
  /** Whether a wait is drawn from 0 up to its step, because callers wait for it. */
  readonly jitter: boolean
  /**
   * Whether the failure applies to every process with the same credentials. What a network does to this process doesn't,
   * but a password that may have been refused is sent by none.
   */
  readonly concernsAll: boolean
}

const doubled = (first: number, last: number): ReadonlyArray<number> =>
  first === last ? [last] : [first, ...doubled(Math.min(first * 2, last), last)]

/** The waits, by what has failed. */
export const waits = {
  never: [Infinity],
  client: doubled(30_000, 900_000),
  unclear: doubled(5_000, 300_000),
  unclearPassword: [30_000, 300_000, 900_000, 3_600_000],
  request: doubled(1_000, 60_000),
  throttled: doubled(1_000, 300_000),
  unavailable: doubled(250, 5_000),
  /** A refresh token with a primary grant: tried every 5 s, by whoever probes. */
  probe: [5_000],
  /** A refresh token without one. */
  onlyRefreshToken: doubled(5_000, 60_000)
}

/**
 * What follows from a failed token request. `asked` is how long the server asked to wait, in milliseconds.
 */
export const consequenceOf = (sent: Sent, reason: TokenError.Reason, asked?: number): Consequence => {
  const { hasFallback, isRefresh } = sent
  const isPassword = !isRefresh && sent.refusedAs === "password"
  switch (reason._tag) {
    case "CredentialsRefused":
      return reason.certain
        ? { ...failure, owner: "credentials", waits: waits.client }
        : { ...failure, waits: waits.unclear }
    case "GrantRefused":
      return reason.certain
        ? isRefresh && hasFallback
          // What is remembered, and for how long, the primary grant says.
          ? { ...failure, now: "primary", refreshToken: "refused" }
          : { ...failure, owner: "credentials", waits: waits.never }
        : ofUnclear(sent)
    case "RequestRefused":
      return !reason.certain
        ? ofUnclear(sent)
        : isPassword
        ? {
          ...failure,
          owner: aboutScope.has(reason.code?.toLowerCase()) ? "request" : "credentials",
          waits: waits.unclearPassword
        }
        : { ...failure, owner: "request", waits: waits.request }
    case "Throttled":
      return { ...failure, waits: waits.throttled }
    case "Unavailable": {
      const concernsAll = reason.kind === "status"
      if (isRefresh && mayHaveArrived(reason)) return { ...ofPerhapsSpent(sent), concernsAll }
      const now = asked === undefined && reason.kind !== "timeout" && !isUnsent(reason) ? "repeat" : "fail"
      return { ...failure, now, waits: waits.unavailable, jitter: true, concernsAll }
    }
    case "ReplyNotUnderstood":
      return { ...(isRefresh ? ofPerhapsSpent(sent) : ofUnclear(sent)), concernsAll: isPassword }
    case "Unsafe":
      return reason.kind === "redirect"
        ? { ...ofUnclear(sent), concernsAll: isPassword }
        : reason.kind === "token_type"
        ? isRefresh ? ofPerhapsSpent(sent) : ofUnclear(sent)
        : { ...failure, waits: waits.request, concernsAll: false }
    case "InvalidOption":
      return { ...failure, owner: "request", waits: waits.request, concernsAll: false }
  }
}

const failure: Consequence = {
  now: "fail",
  refreshToken: "kept",
  second: "same",
  owner: "endpoint",
  waits: waits.never,
  jitter: false,
  concernsAll: true
}

const ofUnclear = ({ hasFallback, isRefresh, refusedAs }: Sent): Consequence =>
  isRefresh && hasFallback
    ? { ...failure, second: "primary if a caller waits", waits: waits.onlyRefreshToken }
    : { ...failure, waits: isRefresh || refusedAs === "password" ? waits.unclearPassword : waits.unclear }

const ofPerhapsSpent = ({ hasFallback }: Sent): Consequence => ({
  ...failure,
  refreshToken: "possibly spent",
  second: hasFallback ? "primary next" : "same",
  waits: hasFallback ? waits.probe : waits.onlyRefreshToken
})

// What fails before anything was sent has spent nothing.
const mayHaveArrived = (reason: TokenError.Unavailable): boolean => reason.kind !== "connection" && !isUnsent(reason)

/** Whether no request was sent: nothing that a server said or a network did. */
export const isUnsent = ({ kind }: TokenError.Unavailable): boolean =>
  kind === "credentials" || kind === "closed" || kind === "store"

/**
 * How long nothing is sent, in milliseconds, after so many failures in a row, this one included. `asked` is what the
 * server asked for by `Retry-After`. `random` is a number from 0 to 1, for what has jitter.
 */
export const waitOf = (self: Consequence, failures: number, asked: number | undefined, random: number): number => {
  const step = self.waits[Math.min(failures, self.waits.length) - 1] ?? 0
  return self.jitter ? asked ?? random * step : Math.max(asked ?? 0, step)
}
