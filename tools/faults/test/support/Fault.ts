import * as Answer from "@mintmark/sandbox/Answer"
import type { Certificate } from "@mintmark/sandbox/Sandbox"

/** What goes wrong, in one or more ways that should make no difference. */
export interface Fault {
  readonly name: string
  readonly variants: ReadonlyArray<Variant>
  /** Whether the HTTP client may make a difference. */
  readonly everyTransport: boolean
  /** Whether only the deadline ends it. */
  readonly hangs?: boolean
}

export interface Variant {
  readonly label: string
  readonly trouble: Trouble
}

/** Where the trouble is: in the server's reply, or before the server is reached. */
export type Trouble =
  | { readonly at: "answer"; readonly answer: (origins: Origins) => Answer.Answer }
  | { readonly at: "connection"; readonly kind: "refused" | "name" | "plain" }
  | { readonly at: "certificate"; readonly kind: Certificate }

/** Places that a redirect could lead to. */
export interface Origins {
  readonly token: string
  readonly otherPort: string
  readonly otherHost: string
}

const answered = (
  name: string,
  answers: Readonly<Record<string, Answer.Answer>>,
  options: Partial<Pick<Fault, "hangs" | "everyTransport">> = {}
): Fault => ({
  name,
  variants: Object.entries(answers).map(([label, answer]) => ({
    label,
    trouble: { at: "answer", answer: () => answer }
  })),
  everyTransport: false,
  ...options
})

const one = (
  name: string,
  answer: Answer.Answer,
  options?: Partial<Pick<Fault, "hangs" | "everyTransport">>
): Fault => answered(name, { "": answer }, options)

const statuses = [301, 302, 303, 307, 308] as const

const redirects = (name: string, location: (origins: Origins) => string): Omit<Fault, "everyTransport"> => ({
  name: `a redirect to ${name}`,
  variants: statuses.map((status) => ({
    label: String(status),
    trouble: { at: "answer", answer: (origins) => Answer.redirect(status, location(origins)) }
  }))
})

/** 64 MiB. */
const huge = 64 * 1024 * 1024

/** What makes memory grow, if nothing stops it. */
export const large: ReadonlyArray<Fault> = [
  one("a body of 64 MiB", Answer.bigBody(huge)),
  one("64 KiB of gzip that become 64 MiB", Answer.gzipBomb(huge)),
  one("5 nested encodings", Answer.nestedEncodings(5)),
  one("200 nested encodings", Answer.nestedEncodings(200))
]

const troubles: ReadonlyArray<Omit<Fault, "everyTransport">> = [
  {
    name: "the connection is refused",
    variants: [{ label: "", trouble: { at: "connection", kind: "refused" } }]
  },
  {
    name: "the server's name is gone from DNS",
    variants: [{ label: "", trouble: { at: "connection", kind: "name" } }]
  },
  {
    name: "https to a port that speaks plain http",
    variants: [{ label: "", trouble: { at: "connection", kind: "plain" } }]
  },
  ...(["self-signed", "wrong-name", "expired"] as const).map((kind): Omit<Fault, "everyTransport"> => ({
    name: `a certificate that doesn't fit: ${kind}`,
    variants: [{ label: "", trouble: { at: "certificate", kind } }]
  })),
  answered("a reset before any reply", {
    "the request not processed": Answer.reset("before-headers"),
    "the request processed": Answer.reset("before-headers", { processed: true })
  }),
  answered("no reply at all", {
    "the request not processed": Answer.hang("before-headers"),
    "the request processed": Answer.hang("before-headers", { processed: true })
  }, { hangs: true }),
  one("a flood of interim replies (103)", Answer.earlyHints(2_000), { hangs: true }),
  one("a reply that stops in the middle of the body", Answer.hang("mid-body"), { hangs: true }),
  one("a reset in the middle of the body", Answer.reset("mid-body")),
  one("an end in the middle of the body", Answer.truncate),
  answered("a wrong length", {
    "one byte more than there is": Answer.wrongLength(1),
    "one byte less than there is": Answer.wrongLength(-1)
  }),
  one("a chunk without a readable length", Answer.badChunk),
  one("a reply that drips too slowly", Answer.drip({ every: 50, bytes: 1 }), { hangs: true }),
  one("a reply that drips quickly enough", Answer.drip({ every: 1, bytes: 16 })),
  one("headers beyond 16 KB", Answer.bigHeaders(65_536)),
  one("a bad status line", Answer.badStatusLine),
  one("bytes that are not HTTP", Answer.raw("\x16\x03\x01\x02rubbish")),
  answered("a status without a meaning", {
    "600": Answer.status(600, { body: "" }),
    "999": Answer.status(999, { body: "" })
  }),
  one("a reply compressed with gzip that was not requested", Answer.nestedEncodings(1)),
  one("an interim 100 that was not requested", Answer.interim(100)),
  one("an interim 102", Answer.interim(102)),
  one("status 407, of a proxy", Answer.status(407, { body: "" })),
  one("a 101 that was not requested", Answer.switchingProtocols),
  ...large,
  redirects("the same origin", ({ token }) => `${token}/elsewhere`),
  redirects("another port", ({ otherPort }) => `${otherPort}/token`),
  redirects("another host", ({ otherHost }) => `${otherHost}/token`),
  redirects("another host, without a scheme", ({ otherHost }) => `${otherHost.replace(/^http:/, "")}/token`),
  redirects("a file", () => "file:///etc/hostname"),
  redirects("nowhere", () => "")
]

/** What happens on the wire, over every HTTP client. */
export const wire: ReadonlyArray<Fault> = troubles.map((fault) => ({ ...fault, everyTransport: true }))

const lifetime = (value: string): Answer.Answer => Answer.token({ expires_in: Answer.jsonText(value) })

const failures: Readonly<Record<string, { readonly body: string; readonly contentType: string | null }>> = {
  "an OAuth error": {
    body: JSON.stringify({
      error: "invalid_request",
      error_description: "invalid_client, invalid_grant, server_error"
    }),
    contentType: "application/json"
  },
  "Spring's error": {
    body: JSON.stringify({ timestamp: 1472894732599, status: 401, error: "Unauthorized", message: "Bad credentials" }),
    contentType: "application/json"
  },
  "HTML": { body: "<html><body><h1>invalid_client</h1></body></html>", contentType: "text/html" },
  "nothing": { body: "", contentType: null }
}

const refused = (status: number, error: string): Answer.Answer =>
  Answer.status(status, { body: JSON.stringify({ error }) })

const described = (description: string): Answer.Answer =>
  Answer.status(400, { body: JSON.stringify({ error: "invalid_request", error_description: description }) })

export const reply = (canary: { readonly secret: string; readonly token: string }): ReadonlyArray<Fault> => [
  answered("JSON under another name", {
    "as text/plain": Answer.token({}, { contentType: "text/plain" }),
    "without a content type": Answer.token({}, { contentType: null }),
    "with status 201": Answer.token({}, { status: 201 })
  }),
  answered("no JSON", {
    "204": Answer.status(204, { body: "" }),
    "an empty 200": Answer.body(""),
    "HTML with 200": Answer.body("<html></html>", { contentType: "text/html" }),
    "invalid JSON": Answer.body(`{"access_token":"${canary.token}",`),
    "null": Answer.body("null"),
    "a list": Answer.body("[]"),
    "a string": Answer.body(JSON.stringify(canary.token)),
    "200,000 levels": Answer.body("[".repeat(200_000) + "]".repeat(200_000)),
    "duplicate keys": Answer.body(
      `{"access_token":"${canary.token}","access_token":"b","token_type":"Bearer","expires_in":3600}`
    ),
    "a key __proto__": Answer.body(
      `{"access_token":"${canary.token}","token_type":"Bearer","expires_in":3600,"__proto__":{"polluted":true}}`
    )
  }),
  answered("200 with an error beside the token", {
    "": Answer.token({ access_token: canary.token, error: "invalid_scope" })
  }),
  answered("an error beside the token that says nothing", {
    "null": Answer.token({ error: null }),
    "empty": Answer.token({ error: "" }),
    "an object": Answer.token({ error: {} }),
    "0": Answer.token({ error: 0 })
  }),
  answered("invalid_grant in another dress", {
    "in ISO-8859-1": Answer.status(400, {
      body: Uint8Array.from(
        `{"error":"invalid_grant","error_description":"Ung\u00FCltig"}`,
        (character) => character.charCodeAt(0)
      )
    }),
    "in a form": Answer.status(400, { body: "error=invalid_grant&error_description=Bad+password" }),
    "with a byte order mark": Answer.status(400, { body: `\uFEFF{"error":"invalid_grant"}` }),
    "broken behind it": Answer.status(400, { body: `{"error":"invalid_grant","error_description":"not "x"` }),
    "with status 200": Answer.body(JSON.stringify({ error: "invalid_grant" }))
  }),
  answered("a refusal in other words", {
    "an empty 400": Answer.status(400, { body: "" }),
    "401 unauthorized_client": refused(401, "unauthorized_client"),
    "403 access_denied": refused(403, "access_denied"),
    "423": Answer.status(423, { body: "" }),
    "422 with a message": Answer.status(422, { body: JSON.stringify({ message: "Wrong credentials" }) }),
    "an error object": Answer.status(400, { body: JSON.stringify({ error: { code: 400, message: "Bad Request" } }) }),
    "problem+json": Answer.status(400, {
      body: JSON.stringify({ type: "about:blank", title: "Bad Request", status: 400 }),
      contentType: "application/problem+json"
    }),
    "slow_down": refused(400, "slow_down"),
    "temporarily_unavailable": refused(400, "temporarily_unavailable")
  }),
  one("a refresh token of 40,000 characters", Answer.token({ refresh_token: "r".repeat(40_000) })),
  one("a byte order mark", Answer.token({}, { encoding: "utf-8-bom" })),
  answered("another encoding", {
    "UTF-16": Answer.token({}, { encoding: "utf-16le" }),
    "invalid UTF-8": Answer.token({ note: "é" }, { encoding: "latin1" })
  }),
  answered("an access_token that is none", {
    "missing": Answer.token({ access_token: undefined }),
    "null": Answer.token({ access_token: null }),
    "a number": Answer.token({ access_token: 7 }),
    "empty": Answer.token({ access_token: "" }),
    "32 KB": Answer.token({ access_token: canary.token.padEnd(32_768, "x") }),
    "with CR": Answer.token({ access_token: `${canary.token}\r` }),
    "with LF": Answer.token({ access_token: `${canary.token}\n` }),
    "with NUL": Answer.token({ access_token: `${canary.token}\0` }),
    "with a space": Answer.token({ access_token: `${canary.token} x` }),
    "with é": Answer.token({ access_token: `${canary.token}é` }),
    "with an emoji": Answer.token({ access_token: `${canary.token}🔑` })
  }),
  answered("expires_in that is a number of seconds", {
    "3600": lifetime("3600"),
    "\"3600\"": lifetime("\"3600\""),
    "0.5": lifetime("0.5"),
    "2^31": lifetime(String(2 ** 31)),
    "2^53": lifetime(String(2 ** 53)),
    "1e308": lifetime("1e308"),
    "1e400": lifetime("1e400"),
    "-1, for one use": lifetime("-1"),
    "0, for one use": lifetime("0")
  }),
  answered("expires_in that is none", {
    "missing": Answer.token({ expires_in: undefined }),
    "null": lifetime("null"),
    "\"3600.5\"": lifetime("\"3600.5\""),
    "\"abc\"": lifetime("\"abc\""),
    "\"\"": lifetime("\"\""),
    "true": lifetime("true"),
    "[]": lifetime("[]")
  }),
  answered("token_type in any case", {
    "bearer": Answer.token({ token_type: "bearer" }),
    "BEARER": Answer.token({ token_type: "BEARER" })
  }),
  answered("a token_type other than bearer", {
    "MAC": Answer.token({ token_type: "MAC" }),
    "DPoP": Answer.token({ token_type: "DPoP" }),
    "N_A": Answer.token({ token_type: "N_A" })
  }),
  answered("a token_type that is none", {
    "missing": Answer.token({ token_type: undefined }),
    "7": Answer.token({ token_type: 7 })
  }),
  answered("scope", {
    "absent": Answer.token({ scope: undefined }),
    "empty": Answer.token({ scope: "" }),
    "in another order": Answer.token({ scope: "write read" }),
    "narrower": Answer.token({ scope: "read" }),
    "wider": Answer.token({ scope: "read write admin" }),
    "a list": Answer.token({ scope: ["read", "write"] })
  }),
  answered("refresh_token", {
    "absent": Answer.token({ refresh_token: undefined }),
    "null": Answer.token({ refresh_token: null }),
    "empty": Answer.token({ refresh_token: "" }),
    "new": Answer.token({ refresh_token: canary.token })
  }),
  ...[400, 401, 403, 404, 405, 408, 413, 415, 421, 425, 429, 500, 502, 503, 504, 520].map((status) =>
    answered(
      `status ${status}`,
      Object.fromEntries(Object.entries(failures).map(([name, failure]) => [name, Answer.status(status, failure)])),
      // Some clients repeat a 421 by themselves.
      { everyTransport: status === 421 }
    )
  ),
  answered("a wrong client", {
    "401 invalid_client": refused(401, "invalid_client"),
    "400 invalid_client": refused(400, "invalid_client"),
    "403 empty": Answer.status(403, { body: "" }),
    "401 unauthorized_client": refused(401, "unauthorized_client"),
    "400 invalid_request": refused(400, "invalid_request"),
    "401 Unauthorized": refused(401, "Unauthorized")
  }),
  answered("a wrong grant", {
    "400 invalid_grant": refused(400, "invalid_grant"),
    "401 invalid_grant": refused(401, "invalid_grant")
  }),
  answered("Retry-After", {
    "2": Answer.status(429, { retryAfter: 2 }),
    "a date": Answer.status(429, { retryAfter: "Fri, 31 Dec 2100 23:59:59 GMT" }),
    "a past date": Answer.status(429, { retryAfter: "Thu, 01 Jan 1970 00:00:00 GMT" }),
    "-1": Answer.status(429, { retryAfter: "-1" }),
    "1000000000": Answer.status(429, { retryAfter: 1e9 }),
    "rubbish": Answer.status(429, { retryAfter: "rubbish" }),
    "twice": Answer.status(429, { retryAfter: [2, 60] }),
    "30.5": Answer.status(429, { retryAfter: "30.5" }),
    "a date in ISO 8601": Answer.status(429, { retryAfter: "2100-12-31T23:59:59Z" }),
    "a date as asctime writes it": Answer.status(429, { retryAfter: "Fri Dec 31 23:59:59 2100" })
  }),
  one("Retry-After on a 200", Answer.token({}, { headers: { "retry-after": "60" } })),
  answered("an error_description", {
    "with the secret in it": described(`The secret ${canary.secret} (${encodeURIComponent(canary.secret)}) is wrong`),
    "with the secret in Base64": described(`Got ${Buffer.from(`id:${canary.secret}`).toString("base64")}`),
    "with escape sequences and line breaks": described(`\x1B[2J\r\n${canary.secret}\r\nforged=line`)
  }),
  answered("an error_description of 10 MB", { "": described(canary.secret.repeat(10_000_000 / canary.secret.length)) })
]
