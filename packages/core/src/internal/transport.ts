import * as HttpClientError from "effect/http/HttpClientError"
import * as Predicate from "effect/Predicate"
import * as TokenError from "../TokenError.ts"

const nothingWasSent =
  /^(ECONNREFUSED|ENOTFOUND|EAI_(AGAIN|FAIL|NODATA)|E(HOST|NET)UNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT)$/
const certificate = /CERT|CRL|SELF_SIGNED|SSL|TLS|UNABLE_TO_|HOSTNAME_MISMATCH|^INVALID_|^PATH_LENGTH/
const malformed = /^HPE_|HEADERS_OVERFLOW|^UND_ERR_RES|^HTTP_PARSER/
const badlyCompressed = /^Z_|^ERR__ERROR_|^ERR_BROTLI|^ZSTD_/

/**
 * A failure of an HTTP client, reduced to its kind. The foreign error is left behind: it quotes what it choked on.
 */
export const reasonOf = (error: unknown): TokenError.Reason => {
  const codes = codesOf(error, 0)
  const insecure = codes.find((code) => certificate.test(code))
  if (insecure !== undefined) {
    return new TokenError.Unsafe({ kind: "certificate", problem: `the connection is not secure (${insecure})` })
  }
  // Where there were headers, the server did answer: what goes wrong after them is the connection, or the compression.
  const wrong = isAboutBody(error) ? badlyCompressed : malformed
  if (codes.some((code) => wrong.test(code))) {
    return new TokenError.ReplyNotUnderstood({ problem: "it is not well-formed HTTP" })
  }
  return new TokenError.Unavailable({
    kind: codes.length > 0 && codes.every((code) => nothingWasSent.test(code)) ? "connection" : "interrupted",
    code: codes[0]
  })
}

const isAboutBody = (error: unknown): boolean =>
  HttpClientError.isHttpClientError(error) && error.reason._tag === "DecodeError"

// Codes are written by the system, and are no place for a secret; one that doesn't look like a code is left out.
const codesOf = (error: unknown, depth: number): ReadonlyArray<string> => {
  if (!Predicate.isObject(error) || depth > 5) return []
  const { cause, code, errors, name, reason } = error
  return [
    ...(Predicate.isString(code) && /^[A-Z][A-Z\d_]{2,63}$/.test(code) ? [code] : []),
    // undici's parser names itself, and says no code.
    ...(name === "HTTPParserError" ? ["HTTP_PARSER_ERROR"] : []),
    ...[...(Array.isArray(errors) ? errors : []), reason, cause].flatMap((each) => codesOf(each, depth + 1))
  ]
}
