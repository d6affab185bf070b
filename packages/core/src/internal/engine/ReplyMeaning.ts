import * as TokenError from "../../TokenError.ts"

/*
 * The one table of what a reply of the authorization server means, in two steps.
 *
 * `reasonOf` is the left half: the grant, the client, the status and the server's word give the reason. `consequenceOf`
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
  /** Whether it is a password, or a primary grant whose refusal is remembered as that of one. */
  readonly isPassword: boolean
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

/** Whose credentials were refused: the client's, those of the grant, or all, since the server doesn't tell them apart. */
export type About = "client" | "grant" | "all"

/** What a refusal says besides whether it is certain, as far as it may be shown. */
export type Said = Omit<TokenError.Refused, "certain">

/** What means the same in OAuth's own words as an error that a provider declares. */
const declared: Readonly<Record<Means, readonly [status: number, code?: string]>> = {
  credentials: [400, "invalid_client"],
  grant: [400, "invalid_grant"],
  request: [400, "invalid_request"],
  throttled: [429],
  unavailable: [503]
}

/**
 * What a reply means; `undefined` for a success, whose token is to be read. A refusal is `certain` where the server
 * itself said so, with an OAuth error or one that the provider declares: an unclear reply may be a gateway's.
 */
export const reasonOf = (
  sent: Sent,
  reply: Reply,
  shapes: ReadonlyArray<ErrorShape>,
  said: (about?: About) => Said
): TokenError.Reason | undefined => {
  // A browser shows a redirect that it was told not to follow with the status 0.
  if (reply.status === 0 || reply.status >= 300 && reply.status < 400) {
    const problem = `the token endpoint redirects (status ${reply.status})`
    return new TokenError.Unsafe({ kind: "redirect", problem })
  }
  // A mock of a response may have none.
  if (!(reply.status >= 200 && reply.status <= 599)) {
    return new TokenError.ReplyNotUnderstood({ status: reply.status, problem: "invalid HTTP status" })
  }
  if (reply.status === 407) return new TokenError.Unavailable({ kind: "connection", status: reply.status })

  const means = shapes.find((shape) =>
    (shape.status ?? reply.status) === reply.status && (shape.error ?? reply.code) === reply.code
  )?.means
  // Codes are compared in lower case: some servers write INVALID_GRANT.
  const [status, code] = means === undefined
    ? [reply.status, reply.code?.toLowerCase()]
    : declared[means === "credentials" && sent.isPassword ? "grant" : means]

  if (status === 429 || code === "slow_down" && status < 500) return new TokenError.Throttled({ status: reply.status })
  if (status >= 500 || transient.includes(status) || transient.includes(code)) {
    return new TokenError.Unavailable({ kind: "status", status: reply.status })
  }
  if (status < 400 && code === undefined) return undefined

  const clientRefused = (about: About, certain = true) => new TokenError.CredentialsRefused({ ...said(about), certain })
  const grantRefused = (certain = true) => new TokenError.GrantRefused({ ...said("grant"), certain, grant: sent.grant })
  const requestRefused = (certain = true) => new TokenError.RequestRefused({ ...said(), certain })
  const isClient = code === "invalid_client" || code === "unauthorized_client" && status === 401

  if (sent.isRefresh) {
    if (sent.hasClientSecret && isClient) return clientRefused("client")
    // Some servers send no error code for an expired refresh token. That is trusted only where there is a primary grant.
    const saysNothing = reply.isEmpty && (status === 400 || status === 401 || status === 403)
    return grantRefused(code !== undefined || sent.hasFallback && saysNothing)
  }
  if (sent.isPassword) {
    if (code === "invalid_grant" || code === "access_denied" || status === 423) return grantRefused()
    if (isClient) return clientRefused("client")
    return aboutRequest.includes(code) ? requestRefused() : grantRefused(false)
  }
  const isUnclear = code === undefined || reasonPhrases.includes(code)
  if (isUnclear ? status === 401 : aboutCredentials.includes(code)) return clientRefused("all")
  return isUnclear && status === 403 ? clientRefused("all", false) : requestRefused(!isUnclear)
}

const transient: ReadonlyArray<unknown> = [408, 421, 425, "server_error", "temporarily_unavailable"]

type Codes = ReadonlyArray<string | undefined>

const aboutCredentials: Codes = ["invalid_client", "unauthorized_client", "invalid_grant", "access_denied"]

// RFC 8707 section 2 has `invalid_target`.
const aboutScope: Codes = ["invalid_scope", "invalid_target"]

// RFC 6749 section 5.2: codes that a wrong password has no part in.
const aboutRequest: Codes = [...aboutScope, "invalid_request", "unauthorized_client", "unsupported_grant_type"]

/** Whether a code is one that OAuth itself has. */
export const isRegistered = (code: string): boolean => aboutCredentials.includes(code) || aboutRequest.includes(code)

// An `error` that repeats a status line says no more than the status does.
const reasonPhrases: Codes = [
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
]

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
  /** Whether at the second failure in a row the primary grant is sent in the same call, if a caller waits. */
  readonly fallsBack: boolean
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
  /** How long the server asked to wait by `Retry-After`, in milliseconds. */
  readonly asked: number | undefined
}

const doubled = (first: number, last: number): ReadonlyArray<number> =>
  first === last ? [last] : [first, ...doubled(Math.min(first * 2, last), last)]

// The waits, by what has failed.
const clientWaits = doubled(30_000, 900_000)
const unclearWaits = doubled(5_000, 300_000)
const unclearPasswordWaits = [30_000, 300_000, 900_000, 3_600_000]
const requestWaits = doubled(1_000, 60_000)
const throttledWaits = doubled(1_000, 300_000)
const unavailableWaits = doubled(250, 5_000)
/** A refresh token with a primary grant: tried every 5 s, by whoever probes. */
const probeWaits = [5_000]
/** A refresh token without one. */
const onlyRefreshTokenWaits = doubled(5_000, 60_000)

/**
 * What follows from a failed token request. `asked` is how long the server asked to wait, in milliseconds.
 */
export const consequenceOf = (sent: Sent, reason: TokenError.Reason, asked?: number): Consequence => {
  const { hasFallback, isPassword, isRefresh } = sent
  const failure: Consequence = {
    now: "fail",
    refreshToken: "kept",
    fallsBack: false,
    owner: "endpoint",
    waits: [Infinity],
    jitter: false,
    concernsAll: true,
    asked
  }
  const unclear: Consequence = {
    ...failure,
    fallsBack: hasFallback,
    waits: hasFallback ? onlyRefreshTokenWaits : isRefresh || isPassword ? unclearPasswordWaits : unclearWaits
  }
  // The server may have taken the refresh token.
  const unknown: Consequence = isRefresh
    ? { ...failure, refreshToken: "possibly spent", waits: hasFallback ? probeWaits : onlyRefreshTokenWaits }
    : unclear
  if ("certain" in reason && !reason.certain) return unclear
  switch (reason._tag) {
    case "CredentialsRefused":
      return { ...failure, owner: "credentials", waits: clientWaits }
    case "GrantRefused":
      return hasFallback
        // What is remembered, and for how long, the primary grant says.
        ? { ...failure, now: "primary", refreshToken: "refused" }
        : { ...failure, owner: "credentials" }
    case "RequestRefused":
      return {
        ...failure,
        owner: isPassword && !aboutScope.includes(reason.code?.toLowerCase()) ? "credentials" : "request",
        waits: isPassword ? unclearPasswordWaits : requestWaits
      }
    case "Throttled":
      return { ...failure, waits: throttledWaits }
    case "Unavailable": {
      const { kind } = reason
      const concernsAll = kind === "status"
      // What is closed stays closed.
      if (kind === "closed") return { ...failure, concernsAll }
      const isSent = !isUnsent(reason)
      // What fails before anything was sent has spent nothing.
      if (isRefresh && isSent && kind !== "connection") return { ...unknown, concernsAll }
      const now = isSent && asked === undefined && kind !== "timeout" ? "repeat" : "fail"
      return { ...failure, now, waits: unavailableWaits, jitter: true, concernsAll }
    }
    case "ReplyNotUnderstood":
      return { ...unknown, concernsAll: isPassword }
    case "Unsafe":
      return reason.kind === "redirect"
        ? { ...unclear, concernsAll: isPassword }
        : reason.kind === "token_type"
        ? unknown
        : { ...failure, waits: requestWaits, concernsAll: false }
    case "InvalidOption":
      return { ...failure, owner: "request", waits: requestWaits, concernsAll: false }
  }
}

/** Whether no request was sent, and a later one may be: nothing that a server said or a network did. */
export const isUnsent = ({ kind }: TokenError.Unavailable): boolean => kind === "credentials" || kind === "store"

/**
 * How long nothing is sent, in milliseconds, after so many failures in a row, this one included. `random` is a number
 * from 0 to 1, for what has jitter.
 */
export const waitOf = ({ asked, jitter, waits }: Consequence, failures: number, random: number): number => {
  const step = waits[Math.min(failures, waits.length) - 1] ?? 0
  return jitter ? asked ?? random * step : Math.max(asked ?? 0, step)
}
