import { assert, describe, it } from "@effect/vitest"
import { Unavailable } from "@mintmark/core/TokenError"
import { reasonOf } from "../../../src/internal/http/transport.ts"

const failed = (code: string | undefined, more: object = {}, message = "failed") =>
  Object.assign(new Error(message), code === undefined ? more : { code, ...more })

/** As `fetch` and Effect's clients wrap them. */
const wrapped = (cause: unknown): ReadonlyArray<unknown> => [
  cause,
  new TypeError("fetch failed", { cause }),
  new Error("Transport error", { cause: new TypeError("fetch failed", { cause }) })
]

const kind = (error: unknown): string => {
  const reason = reasonOf(error)
  return "kind" in reason ? `${reason._tag} (${reason.kind})` : reason._tag
}

/** As Deno 2 says it. */
const deno = (problem: string) =>
  new Error(`error sending request for url (https://a.test/token): client error ${problem}`)

const connect = (code: string) => failed(code, { syscall: "connect" }, `connect ${code} 127.0.0.1:1`)

describe("reasonOf", () => {
  it.each([
    ["ECONNREFUSED", connect("ECONNREFUSED")],
    ["connect ETIMEDOUT", connect("ETIMEDOUT")],
    ["connect ENETDOWN", connect("ENETDOWN")],
    ["connect EACCES", connect("EACCES")],
    ["a refused connection, over Deno", deno("(Connect): tcp connect error: Connection refused (os error 111)")],
    ["a name that is not there, over Deno", deno("(Connect): dns error: failed to lookup address information")],
    ["a TLS handshake that is cut off, over Deno", deno("(Connect): tls handshake eof")],
    ["a refused connection, over Bun", failed("ECONNREFUSED", {}, "ECONNREFUSED: Unable to connect.")],
    ["ENOTFOUND", failed("ENOTFOUND", { syscall: "getaddrinfo" })],
    ["EAI_AGAIN", failed("EAI_AGAIN", { syscall: "getaddrinfo" })],
    ["undici's connect timeout", failed("UND_ERR_CONNECT_TIMEOUT")],
    ["connects to several addresses", failed("ETIMEDOUT", { errors: [connect("ETIMEDOUT"), connect("ENETUNREACH")] })],
    [
      "an AggregateError of connects without a code",
      new AggregateError([connect("ECONNREFUSED"), connect("ECONNREFUSED")])
    ],
    [
      "a proxy that refuses CONNECT, over undici",
      failed("UND_ERR_ABORTED", {}, "Proxy response (407) !== 200 when HTTP Tunneling")
    ],
    ["a proxy that refuses CONNECT, over Node's own agent", failed("ERR_PROXY_TUNNEL", { statusCode: 403 })],
    [
      "a TLS handshake that is cut off",
      failed("ECONNRESET", {}, "Client network socket disconnected before secure TLS connection was established")
    ]
  ])("says that nothing was sent: %s", (_, cause) => {
    for (const error of wrapped(cause)) assert.strictEqual(kind(error), "Unavailable (connection)")
  })

  it.each([
    ["a connection that was closed, over Deno", deno("(SendRequest): connection closed before message completed")],
    ["a connection that was reset, over Deno", new Error("Connection reset by peer (os error 104)")],
    [
      "a connection that was closed, over Bun",
      failed("ECONNRESET", {}, "The socket connection was closed unexpectedly.")
    ],
    ["ECONNRESET", failed("ECONNRESET", { syscall: "read" })],
    ["socket hang up", failed("ECONNRESET", {}, "socket hang up")],
    ["read ETIMEDOUT", failed("ETIMEDOUT", { syscall: "read" })],
    ["EPIPE", failed("EPIPE", { syscall: "write" })],
    ["undici's other side closed", failed("UND_ERR_SOCKET", {}, "other side closed")],
    ["undici's headers timeout", failed("UND_ERR_HEADERS_TIMEOUT")],
    ["one of several that was not a connect", failed("ETIMEDOUT", { errors: [connect("ETIMEDOUT"), failed("EPIPE")] })],
    ["no code", failed(undefined)],
    ["no error", "fetch failed"]
  ])("leaves it open whether something was sent: %s", (_, cause) => {
    for (const error of wrapped(cause)) assert.strictEqual(kind(error), "Unavailable (interrupted)")
  })

  it.each([
    ["https to a plain port, over fetch and undici", failed("ERR_SSL_WRONG_VERSION_NUMBER")],
    ["https to a plain port, over node:http", failed("EPROTO", { syscall: "write" }, "write EPROTO 40:error:SSL")],
    ["a certificate of another name", failed("ERR_TLS_CERT_ALTNAME_INVALID")],
    ["a self-signed certificate", failed("DEPTH_ZERO_SELF_SIGNED_CERT")],
    ["https to a plain port, over Deno", deno("(Connect): received corrupt message of type InvalidContentType")],
    ["a self-signed certificate, over Deno", deno("(Connect): invalid peer certificate: UnknownIssuer")],
    ["https to a plain port, over Bun", failed("EPROTO", {}, "EPROTO: The TLS handshake failed.")],
    ["an expired certificate", failed("CERT_HAS_EXPIRED")]
  ])("is Unsafe for %s", (_, cause) => {
    for (const error of wrapped(cause)) assert.strictEqual(kind(error), "Unsafe (certificate)")
  })

  it.each([
    ["no HTTP, over undici", Object.assign(new Error("Response does not match"), { name: "HTTPParserError" })],
    ["no HTTP, over node:http", failed("HPE_INVALID_CONSTANT")],
    ["no HTTP, over Deno", deno("(SendRequest): invalid HTTP version parsed")],
    ["an unsolicited 101, over Bun", failed("UnrequestedUpgrade")],
    ["headers that are too long", failed("UND_ERR_HEADERS_OVERFLOW")],
    ["an unsolicited 100", failed("UND_ERR_SOCKET", {}, "bad response")],
    ["an unsolicited 101", failed("UND_ERR_SOCKET", {}, "bad upgrade")],
    ["an unsolicited 101 without an upgrade", failed("ERR_ASSERTION", {}, "assert(upgrade)")]
  ])("does not understand: %s", (_, cause) => {
    for (const error of wrapped(cause)) assert.strictEqual(kind(error), "ReplyNotUnderstood")
  })

  it("recognizes the error that fetch makes of a 407, and no other error", () => {
    const refusal = new TypeError("fetch failed", { cause: new Error() })
    for (const error of [refusal, new Error("Transport error", { cause: refusal })]) {
      const reason = reasonOf(error)
      assert.deepStrictEqual({ ...reason }, { ...new Unavailable({ kind: "connection", status: 407 }) })
    }
    for (
      const cause of [
        undefined,
        new Error("opaque"),
        new RangeError(),
        failed("ECONNRESET", {}, ""),
        new Error("", { cause: 1 })
      ]
    ) {
      assert.strictEqual(kind(new TypeError("fetch failed", { cause })), "Unavailable (interrupted)")
    }
    assert.strictEqual(kind(new Error("", { cause: new Error() })), "Unavailable (interrupted)")
  })

  it("contains a system error code, and nothing else of the error", () => {
    const reason = reasonOf(failed("secret p4ssword", { syscall: "connect" }, "p4ssword"))
    assert.notInclude(JSON.stringify(reason) + String(reason), "p4ssword")
    const named = reasonOf(connect("ECONNREFUSED"))
    assert(named._tag === "Unavailable")
    assert.strictEqual(named.code, "ECONNREFUSED")
  })

  it("reads errors that are their own cause", () => {
    const error = failed("ECONNRESET")
    error.cause = error
    assert.strictEqual(kind(error), "Unavailable (interrupted)")
  })
})
