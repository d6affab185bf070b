import * as HttpClientError from "effect/http/HttpClientError"
import * as Predicate from "effect/Predicate"
import * as TokenError from "../../TokenError.ts"

/*
 * `fetch` of Node, Bun and Deno, undici and `node:http` have different names for the same failures. One failure has one
 * reason here.
 */

const beforeSending =
  /^(ECONNREFUSED|ENOTFOUND|EAI_(AGAIN|FAIL|NODATA)|E(HOST|NET)UNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|ERR_PROXY_TUNNEL|ERR_PROXY_INVALID_CONFIG)$/
const certificate = /CERT|CRL|SELF_SIGNED|SSL|TLS|UNABLE_TO_|HOSTNAME_MISMATCH|^INVALID_|^PATH_LENGTH|^EPROTO$/
const malformed = /^HPE_|HEADERS_OVERFLOW|^UND_ERR_RES|^HTTP_PARSER|^ERR_ASSERTION$/
const badlyCompressed = /^Z_|^ERR__ERROR_|^ERR_BROTLI|^ZSTD_/

/**
 * A failure of an HTTP client, reduced to its kind. The foreign error is left behind: it quotes its input.
 */
export const reasonOf = (error: unknown): TokenError.Reason => {
  const signs = signsOf(error, 0)
  if (signs.includes(proxyRefusal)) return new TokenError.Unavailable({ kind: "connection", status: 407 })
  const insecure = signs.find(({ code, isUnsent }) => !isUnsent && certificate.test(code))
  if (insecure !== undefined) {
    return new TokenError.Unsafe({ kind: "certificate", problem: `the connection is not secure (${insecure.code})` })
  }
  // Where there were headers, the server did reply: what fails after them is the connection, or the compression.
  const wrong = isAboutBody(error) ? badlyCompressed : malformed
  if (signs.some(({ code }) => wrong.test(code))) {
    return new TokenError.ReplyNotUnderstood({ problem: "it is not well-formed HTTP" })
  }
  return new TokenError.Unavailable({
    kind: signs.length > 0 && signs.every(({ isUnsent }) => isUnsent) ? "connection" : "interrupted",
    code: signs[0]?.code
  })
}

const isAboutBody = (error: unknown): boolean =>
  HttpClientError.isHttpClientError(error) && error.reason._tag === "DecodeError"

/** A code, and whether it says that nothing was sent. */
interface Sign {
  readonly code: string
  readonly isUnsent: boolean
}

// Codes are written by the system, and are no place for a secret; one that doesn't look like a code is left out.
const signsOf = (error: unknown, depth: number): ReadonlyArray<Sign> => {
  if (!Predicate.isObject(error) || depth > 5) return []
  const { cause, code, errors, message, name, reason, syscall } = error
  // What became of each address says more than the sum of it.
  const each = (Array.isArray(errors) ? errors : []).flatMap((one) => signsOf(one, depth + 1))
  const text = Predicate.isString(message) ? message.slice(0, 100) : ""
  const own = name === "TypeError" && message === "fetch failed" && isWithoutDetails(cause)
    ? [proxyRefusal]
    : name === "HTTPParserError" || code === "UnrequestedUpgrade"
        || code === "UND_ERR_SOCKET" && /^bad (upgrade|response)/.test(text)
    // An unrequested 100 or 101 is one of these.
    ? [{ code: "HTTP_PARSER_ERROR", isUnsent: false }]
    : Predicate.isString(code) && /^[A-Z][A-Z\d_]{2,63}$/.test(code)
    ? [{ code, isUnsent: syscall === "connect" || beforeSending.test(code) || neverConnected.test(text) }]
    : Predicate.isString(message)
    ? signsOfDeno(message)
    : []
  return [...(each.length > 0 ? each : own), ...[reason, cause].flatMap((one) => signsOf(one, depth + 1))]
}

// A proxy that refuses the tunnel, and a TLS handshake that was cut off: undici and Node have no code for them.
const neverConnected = /^Proxy response \(|before secure TLS connection was established/

// Of a 407 that is no reply to CONNECT, Node's `fetch` makes an error without any details. It makes no other one so.
const proxyRefusal: Sign = { code: "407", isUnsent: true }

const isWithoutDetails = (error: unknown): boolean =>
  error instanceof Error && error.name === "Error" && error.message === "" && Object.keys(error).length === 0
  && error.cause === undefined

// Deno has no codes, but the words of its HTTP client, behind the address.
const signsOfDeno = (message: string): ReadonlyArray<Sign> => {
  const [, step, problem = ""] = /client error \((Connect|SendRequest)\): (.{0,30})/.exec(message.slice(0, 4_096)) ?? []
  return step === "Connect"
    ? /^(received corrupt|invalid peer cert)/.test(problem)
      ? [{ code: "TLS", isUnsent: false }]
      : [{ code: "CONNECT", isUnsent: true }]
    : problem.startsWith("invalid HTTP")
    ? [{ code: "HTTP_PARSER_ERROR", isUnsent: false }]
    : []
}
