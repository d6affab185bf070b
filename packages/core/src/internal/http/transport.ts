import * as HttpClientError from "effect/http/HttpClientError"
import * as Predicate from "effect/Predicate"
import * as TokenError from "../../TokenError.ts"

/*
 * `fetch` of Node, Bun and Deno, undici and `node:http` have different names for the same failures. One failure has one
 * reason here.
 */

/**
 * What an error means, by its line: its code, the system call, its name and its message. Deno has no codes, but the words
 * of its HTTP client.
 */
const meanings = [
  [
    "insecure",
    /^(\S*(CERT|CRL|SSL|TLS|UNABLE_TO_|HOSTNAME_MISMATCH)|INVALID_|PATH_LENGTH|EPROTO )|\(Connect\): (received corrupt|invalid peer cert)/
  ],
  // An unrequested 100 or 101 is one of these.
  [
    "malformed",
    /^(HPE_|\S*HEADERS_OVERFLOW|UND_ERR_RES|ERR_ASSERTION |UnrequestedUpgrade|UND_ERR_SOCKET .*bad (upgrade|response)|\S* +HTTPParserError)|\(SendRequest\): invalid HTTP|^ +TypeError fetch returned no Response/
  ],
  ["badly compressed", /^(Z_|ERR__ERROR_|ERR_BROTLI|ZSTD_)/],
  // A proxy that refuses the tunnel, and a TLS handshake that was cut off, have no codes of their own.
  [
    "unsent",
    /^(ECONNREFUSED|ENOTFOUND|EAI_|E(HOST|NET)UNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|ERR_PROXY_|\S* connect )|Proxy response \(|before secure TLS connection was established|error \(Connect\)/
  ]
] as const

/**
 * A failure of an HTTP client, reduced to its kind. The foreign error is left behind: it quotes its input.
 */
export const reasonOf = (error: unknown): TokenError.Reason => {
  const signs = signsOf(error, 0)
  const find = (meaning: Sign["meaning"]) => signs.find((sign) => sign.meaning === meaning)
  if (find("refused by a proxy") !== undefined) return new TokenError.Unavailable({ kind: "connection", status: 407 })
  const insecure = find("insecure")
  if (insecure !== undefined) {
    const problem = `the connection is not secure (${insecure.code ?? "TLS"})`
    return new TokenError.Unsafe({ kind: "certificate", problem })
  }
  // Where there were headers, the server did reply: what fails after them is the connection, or the compression.
  if (find(isAboutBody(error) ? "badly compressed" : "malformed") !== undefined) {
    return new TokenError.ReplyNotUnderstood({ problem: "it is not well-formed HTTP" })
  }
  return new TokenError.Unavailable({
    kind: signs.length > 0 && signs.every(({ meaning }) => meaning === "unsent") ? "connection" : "interrupted",
    code: signs[0]?.code
  })
}

const isAboutBody = (error: unknown): boolean =>
  HttpClientError.isHttpClientError(error) && error.reason._tag === "DecodeError"

/** What one error says of the failure. */
interface Sign {
  /** What doesn't look like a code is left out: codes are written by the system, and are no place for a secret. */
  readonly code: string | undefined
  readonly meaning: typeof meanings[number][0] | "refused by a proxy" | undefined
}

const signsOf = (error: unknown, depth: number): ReadonlyArray<Sign> => {
  if (!Predicate.isObject(error) || depth > 5) return []
  const { cause, code, errors, message, name, reason, syscall } = error
  // What became of each address says more than the sum of it.
  const each = (Array.isArray(errors) ? errors : []).flatMap((one) => signsOf(one, depth + 1))
  const line = [code, syscall, name, message].map((one) => Predicate.isString(one) ? one.slice(0, 4_096) : "").join(" ")
  const own: Sign = {
    code: /^[A-Z][A-Z\d_]{2,63}(?= )/.exec(line)?.[0],
    meaning: line === "  TypeError fetch failed" && isWithoutDetails(cause)
      ? "refused by a proxy"
      : meanings.find(([, form]) => form.test(line))?.[0]
  }
  return [
    ...each.length > 0 ? each : own.code === undefined && own.meaning === undefined ? [] : [own],
    ...[reason, cause].flatMap((one) => signsOf(one, depth + 1))
  ]
}

// Of a 407 that is no reply to CONNECT, Node's `fetch` makes an error without any details. It makes no other one so.
const isWithoutDetails = (error: unknown): boolean =>
  error instanceof Error && `${error.name}${error.message}` === "Error" && Object.keys(error).length === 0
  && error.cause === undefined
