import { assert, describe, it } from "@effect/vitest"
import type { AccessToken } from "@mintmark/core/AccessToken"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import { type TokenError, TokenErrorSchema } from "@mintmark/core/TokenError"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { inspect } from "node:util"
import * as Lifetime from "../../../src/internal/engine/Lifetime.ts"
import * as ReplyReader from "../../../src/internal/engine/ReplyReader.ts"
import { longestRetryAfter } from "../../../src/internal/http/retryAfter.ts"
import type { Resolved } from "../../../src/internal/request/resolve.ts"
import * as TokenRequest from "../../../src/internal/request/TokenRequest.ts"
import { longestToken } from "../../../src/internal/text/isToken.ts"
import { acme, clientCredentials, clientSecret, password, passwordCredentials } from "../../support/acme.ts"
import { cost } from "../../support/cost.ts"

const requestedAt = Date.UTC(2030, 0, 1)
const receivedAt = requestedAt + 250
const hour = 3_600_000

interface Answer {
  readonly status?: number
  readonly retryAfter?: string
  readonly date?: string
  readonly body?: unknown
  readonly provider?: Resolved
  readonly credentials?: TokenRequest.Credentials
  readonly refreshToken?: string
}

const bytesOf = (body: unknown): Uint8Array =>
  body instanceof Uint8Array ? body : new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body))

const read = (
  { body = "", credentials = clientCredentials(), date, provider = acme(), refreshToken, retryAfter, status = 200 }:
    Answer
): Result.Result<AccessToken, TokenError> => {
  const request = Effect.runSync(
    TokenRequest.make(provider, credentials, refreshToken === undefined ? undefined : Redacted.make(refreshToken))
  )
  return ReplyReader.make(provider)(request, {
    status,
    retryAfter,
    date,
    body: bytesOf(body),
    requestedAt,
    receivedAt
  })
}

const token = (reply: Answer): AccessToken => Result.getOrThrow(read(reply))

const failure = (reply: Answer): TokenError => {
  const result = read(reply)
  assert(Result.isFailure(result), "a token was read")
  return result.failure
}

const reason = (reply: Answer): string => failure(reply).reason._tag

const good = { access_token: "t0ken", token_type: "Bearer", expires_in: 3600 }
const without = (field: keyof typeof good) =>
  Object.fromEntries(Object.entries(good).filter(([name]) => name !== field))
const problem = (body: unknown, provider = acme()): string => {
  const { reason } = failure({ body, provider })
  assert(reason._tag === "ReplyNotUnderstood")
  return reason.problem
}

describe("ReplyReader: the body", () => {
  it("reads a whole reply", () => {
    const { expiresAt, refreshToken, requestedAt: at, scopes, value } = token({ body: { ...good, scope: "a b" } })
    assert.strictEqual(Redacted.value(value), "t0ken")
    assert.strictEqual(at, requestedAt)
    assert.strictEqual(expiresAt, requestedAt + hour)
    assert.deepStrictEqual(scopes, ["a", "b"])
    assert.isUndefined(refreshToken)
  })

  it("reads JSON with any success status, 201 among them", () => {
    assert.strictEqual(Redacted.value(token({ status: 201, body: good }).value), "t0ken")
  })

  it.each([
    ["a 204", { status: 204 }],
    ["an empty 200", { body: "" }],
    ["HTML with 200", { body: "<!doctype html><title>Welcome</title>" }],
    ["invalid JSON", { body: "{\"access_token\":\"t0ken\"" }],
    ["JSON with something behind it", { body: `${JSON.stringify(good)}x` }],
    ["null", { body: "null" }],
    ["a list", { body: "[]" }],
    ["a string", { body: "\"t0ken\"" }],
    ["a form", { body: "access_token=t0ken&token_type=bearer&expires_in=3600" }],
    ["duplicate keys", {
      body: "{\"access_token\":\"a\",\"access_token\":\"b\",\"token_type\":\"Bearer\",\"expires_in\":1}"
    }],
    ["duplicate keys, one of them escaped", {
      body: "{\"access_token\":\"a\",\"access\\u005ftoken\":\"b\",\"token_type\":\"Bearer\",\"expires_in\":1}"
    }],
    ["a __proto__", { body: "{\"__proto__\":{\"access_token\":\"a\"},\"token_type\":\"Bearer\",\"expires_in\":1}" }]
  ])("fails with ReplyNotUnderstood for %s", (_, reply) => {
    assert.strictEqual(reason(reply), "ReplyNotUnderstood")
  })

  it("fails with ReplyNotUnderstood for 200,000 levels, without a stack overflow", () => {
    const depth = 200_000
    assert.strictEqual(reason({ body: "[".repeat(depth) + "]".repeat(depth) }), "ReplyNotUnderstood")
    assert.strictEqual(
      reason({ body: `{"a":${"{\"a\":".repeat(depth)}1${"}".repeat(depth)}}` }),
      "ReplyNotUnderstood"
    )
  })

  it("changes no prototype for a key __proto__", () => {
    read({ body: "{\"__proto__\":{\"polluted\":1},\"constructor\":{\"prototype\":{\"polluted\":1}}}" })
    assert.isFalse("polluted" in {})
  })

  it("skips a byte order mark", () => {
    assert.strictEqual(Redacted.value(token({ body: `\uFEFF${JSON.stringify(good)}` }).value), "t0ken")
  })

  it("fails with ReplyNotUnderstood for UTF-16", () => {
    const units = Uint16Array.from(JSON.stringify(good), (character) => character.charCodeAt(0))
    const bytes = new Uint8Array(units.buffer)
    assert.strictEqual(reason({ body: bytes }), "ReplyNotUnderstood")
    assert.strictEqual(reason({ body: Uint8Array.from([0xFF, 0xFE, ...bytes]) }), "ReplyNotUnderstood")
  })

  it("fails with ReplyNotUnderstood for invalid UTF-8, and uses no token with a replacement character", () => {
    const bytes = bytesOf(good)
    bytes[bytes.indexOf("0".charCodeAt(0))] = 0xFF
    assert.strictEqual(reason({ body: bytes }), "ReplyNotUnderstood")
    assert.strictEqual(reason({ body: { ...good, access_token: "t\uFFFDken" } }), "ReplyNotUnderstood")
    const refreshing = bytesOf({ ...good, refresh_token: "r~fresh" })
    refreshing[refreshing.indexOf("~".charCodeAt(0))] = 0xE9
    assert.strictEqual(reason({ body: refreshing }), "ReplyNotUnderstood")
  })

  it("fails with ReplyNotUnderstood for a reply that is too large, unless its status decides", () => {
    const provider = acme()
    const request = Effect.runSync(TokenRequest.make(provider, clientCredentials()))
    const reasonOf = (status: number) => {
      const result = ReplyReader.make(provider)(request, {
        status,
        retryAfter: undefined,
        date: undefined,
        body: undefined,
        requestedAt,
        receivedAt
      })
      return Result.isFailure(result) ? result.failure.reason._tag : undefined
    }
    assert.strictEqual(reasonOf(200), "ReplyNotUnderstood")
    assert.strictEqual(reasonOf(503), "Unavailable")
    assert.strictEqual(reasonOf(401), "CredentialsRefused")
  })

  it("takes a few milliseconds for 1 MB that is meant to be slow", () => {
    const size = 1_000_000
    for (
      const body of [
        `{"a":"${"\\\"".repeat(size / 2)}`,
        "\"".repeat(size),
        "{\"a\":".repeat(size / 5),
        ":".repeat(size)
      ]
    ) {
      assert.isBelow(cost(() => assert.strictEqual(reason({ body }), "ReplyNotUnderstood")), 3_000)
    }
  })
})

describe("ReplyReader: access_token", () => {
  it.each([
    ["missing", without("access_token")],
    ["null", { ...good, access_token: null }],
    ["a number", { ...good, access_token: 7 }],
    ["empty", { ...good, access_token: "" }],
    ["32 KB long", { ...good, access_token: "t".repeat(32_768) }],
    ["with a CR", { ...good, access_token: "t\rken" }],
    ["with a LF at its end", { ...good, access_token: "t0ken\n" }],
    ["with a NUL", { ...good, access_token: "t\0ken" }],
    ["with a DEL", { ...good, access_token: "t\x7Fken" }],
    ["with a space", { ...good, access_token: "t0 ken" }],
    ["with an é", { ...good, access_token: "tokén" }],
    ["with an emoji", { ...good, access_token: "t0ken🔑" }],
    ["with half of a surrogate pair", { ...good, access_token: "t\uD83Dken" }]
  ])("is not understood when %s", (_, body) => {
    assert.match(problem(body), /access_token/)
  })

  it("may be as long as a header can be", () => {
    const longest = "t".repeat(longestToken)
    assert.strictEqual(Redacted.value(token({ body: { ...good, access_token: longest } }).value), longest)
    assert.strictEqual(reason({ body: { ...good, access_token: `${longest}t` } }), "ReplyNotUnderstood")
  })
})

describe("ReplyReader: expires_in", () => {
  const lasts = (body: unknown, provider = acme()): number => token({ body, provider }).expiresAt - requestedAt

  it.each<[string, unknown, number]>([
    ["3600", 3600, hour],
    ["\"3600\"", "3600", hour],
    ["half a second", 0.5, 500],
    ["0, a token for one use", 0, 0],
    ["\"0\", a token for one use", "0", 0],
    ["-1, a token for one use", -1, 0],
    ["\"-1\", a token for one use", "-1", 0],
    ["2^31 seconds", 2 ** 31, 2 ** 31 * 1000],
    ["20 years", 631_139_040, 631_139_040_000]
  ])("is taken as it is: %s", (_, expires_in, lifetime) => {
    assert.strictEqual(lasts({ ...good, expires_in }), lifetime)
  })

  it.each(["9007199254740992", "1e308", "1e400", "\"99999999999999999999\""])(
    "is limited to the last date that JavaScript has: %s",
    (literal) => {
      const body = JSON.stringify(good).replace("3600", literal)
      assert.strictEqual(token({ body }).expiresAt, Lifetime.endOfTime)
    }
  )

  it.each<[string, unknown]>([
    ["\"3600.5\"", "3600.5"],
    ["\"abc\"", "abc"],
    ["\"\"", ""],
    ["\" 3600\"", " 3600"],
    ["\"0x10\"", "0x10"],
    ["\"1e3\"", "1e3"],
    ["true", true],
    ["[]", []],
    ["[3600]", [3600]],
    ["{}", {}]
  ])("is not understood as %s", (_, expires_in) => {
    assert.match(problem({ ...good, expires_in }), /expires_in/)
    assert.strictEqual(
      reason({ body: { ...good, expires_in }, provider: acme({ assumedLifetime: Duration.hours(1) }) }),
      "ReplyNotUnderstood"
    )
  })

  it.each([["missing", without("expires_in")], ["null", { ...good, expires_in: null }]])(
    "uses the provider's assumedLifetime when %s",
    (_, body) => {
      assert.match(problem(body), /expires_in/)
      assert.strictEqual(lasts(body, acme({ assumedLifetime: Duration.minutes(10) })), 600_000)
    }
  )
})

describe("ReplyReader: token_type", () => {
  it.each(["bearer", "Bearer", "BEARER", "bEaReR"])("may be Bearer in any case: %s", (token_type) => {
    assert.strictEqual(Redacted.value(token({ body: { ...good, token_type } }).value), "t0ken")
  })

  it.each([["missing", without("token_type")], ["null", { ...good, token_type: null }]])(
    "is what the provider says when %s",
    (_, body) => {
      assert.match(problem(body), /token_type/)
      assert.strictEqual(
        Redacted.value(
          token({ body, provider: acme({ reply: TokenReply.make({}, { requiresTokenType: false }) }) }).value
        ),
        "t0ken"
      )
    }
  )

  it.each(["MAC", "DPoP", "N_A", "", "bearer "])("fails when it is not a bearer token: %j", (token_type) => {
    for (const provider of [acme(), acme({ reply: TokenReply.make({}, { requiresTokenType: false }) })]) {
      assert.strictEqual(reason({ body: { ...good, token_type }, provider }), "Unsafe")
    }
  })

  it("fails with ReplyNotUnderstood for a number", () => {
    assert.match(problem({ ...good, token_type: 7 }), /token_type/)
  })
})

describe("ReplyReader: scope", () => {
  const credentials = clientCredentials(["read", "write"])
  const granted = (body: unknown) => token({ body, credentials }).scopes

  it.each<[string, unknown]>([["absent", undefined], ["null", null]])("is what was asked for when %s", (_, scope) => {
    assert.deepStrictEqual(granted({ ...good, scope }), ["read", "write"])
  })

  it.each<[string, unknown, ReadonlyArray<string>]>([
    ["in another order", "write read", ["write", "read"]],
    ["narrower", "read", ["read"]],
    ["wider", "read write admin", ["read", "write", "admin"]],
    ["twice the same", "read read", ["read"]],
    ["empty", "", []],
    ["with too many spaces", " read  write ", ["read", "write"]],
    ["a list", ["read", "write"], ["read", "write"]],
    ["a list of lists of names", ["read write", "", "read"], ["read", "write"]]
  ])("is on the token as it was granted: %s", (_, scope, expected) => {
    assert.deepStrictEqual(granted({ ...good, scope }), expected)
  })

  it.each<[string, unknown]>([
    ["a number", 7],
    ["a list of numbers", [7]],
    ["an object", {}],
    ["a line break", "read\nwrite"],
    ["an escape sequence", "\x1B[31mread"]
  ])("is not understood as %s", (_, scope) => {
    assert.match(problem({ ...good, scope }), /scope/)
  })
})

describe("ReplyReader: refresh_token", () => {
  const provider = acme({ renewal: Grant.refreshToken })
  const refreshToken = (more: object) => token({ body: { ...good, ...more }, provider }).refreshToken

  it.each<[string, object]>([["absent", {}], ["null", { refresh_token: null }], ["empty", { refresh_token: "" }]])(
    "is none when %s",
    (_, more) => {
      assert.isUndefined(refreshToken(more))
    }
  )

  it("is dropped when it is too long to be kept", () => {
    assert.isDefined(refreshToken({ refresh_token: "r".repeat(15_360) }))
    for (const length of [15_361, 40_000]) {
      const { value, refreshToken } = token({ body: { ...good, refresh_token: "r".repeat(length) }, provider })
      assert.strictEqual(Redacted.value(value), "t0ken")
      assert.isUndefined(refreshToken)
    }
  })

  it("is on the token, with its expiry", () => {
    const kept = refreshToken({ refresh_token: "r3fresh", refresh_expires_in: 7200 })
    assert.strictEqual(kept && Redacted.value(kept.value), "r3fresh")
    assert.strictEqual(kept?.expiresAt, requestedAt + 2 * hour)
  })

  it.each<[string, object]>([
    ["0", { refresh_expires_in: 0 }],
    ["missing", {}],
    ["null", { refresh_expires_in: null }],
    ["no number", { refresh_expires_in: "soon" }]
  ])("has no end when its lifetime is %s", (_, more) => {
    const kept = refreshToken({ refresh_token: "r3fresh", ...more })
    assert.isDefined(kept)
    assert.isUndefined(kept?.expiresAt)
  })

  it.each<[string, object]>([
    ["a number", { refresh_token: 7 }],
    ["half of a surrogate pair", { refresh_token: "r\uD83Dfresh" }]
  ])("is not understood as %s", (_, more) => {
    assert.strictEqual(reason({ body: { ...good, ...more }, provider }), "ReplyNotUnderstood")
  })
})

describe("ReplyReader: the provider's own fields", () => {
  const body = { ...good, refresh_token: "r3fresh", scope: "read", permissions: ["SMS"] }

  it("do not contain the tokens, so that no Schema can show one", () => {
    const all = Schema.Struct({
      access_token: Schema.String,
      refresh_token: Schema.String,
      permissions: Schema.Unknown
    })
    // Fields whose names the compiler doesn't know.
    const fields: TokenReply.Fields = all.fields
    const reply = TokenReply.from(
      all,
      fields,
      (reply) => ({ ...reply, accessToken: Redacted.make(reply.access_token), expiresIn: 60 })
    )
    for (const permissions of [["SMS"], "SMS"]) {
      const body = { ...good, refresh_token: "r3fresh", permissions }
      const shown = JSON.stringify(token({ body, provider: acme({ reply }) }))
      assert.include(shown, "SMS")
      assert.notInclude(shown, "t0ken")
      assert.notInclude(shown, "r3fresh")
    }
  })

  it("are shared in memory if the replies of accounts are equal, and separate if a reply or a request differs", () => {
    const provider = acme()
    const reader = ReplyReader.make(provider)
    const next = (body: unknown, scopes: ReadonlyArray<string> = ["write"]) =>
      Result.getOrThrow(reader(
        Effect.runSync(TokenRequest.make(provider, clientCredentials(scopes))),
        { status: 200, retryAfter: undefined, date: undefined, body: bytesOf(body), requestedAt, receivedAt }
      ))
    const first = next({ ...good, permissions: ["SMS"] })
    const second = next({ ...good, access_token: "an0ther", permissions: ["SMS"] })
    assert.strictEqual(Redacted.value(second.value), "an0ther")
    assert.strictEqual(second.reply, first.reply)
    assert.strictEqual(second.scopes, first.scopes)
    assert.propertyVal(next({ ...good, permissions: ["SMS"], expires_in: 60 }), "expiresAt", requestedAt + 60_000)
    assert.deepNestedPropertyVal(next({ ...good, permissions: ["VOICE"] }), "reply.permissions", ["VOICE"])
    assert.deepStrictEqual(next({ ...good, permissions: ["VOICE"] }, ["read"]).scopes, ["read"])
    assert.deepStrictEqual(next({ ...good, permissions: ["VOICE"], scope: "admin" }, ["read"]).scopes, ["admin"])
  })

  it("are each account's own where equality can't see what they hold", () => {
    class Hidden {
      readonly #text: string
      constructor(text: string) {
        this.#text = text
      }
      get text() {
        return this.#text
      }
    }
    class Other {
      readonly text: string
      constructor(text: string) {
        this.text = text
      }
    }
    const reads: ReadonlyArray<(text: string) => unknown> = [
      (text) => new URLSearchParams({ text }),
      (text) => new Hidden(text),
      (text) => [new Hidden(text)],
      (text) => text === "a" ? new Other("same") : new (class extends Other {})("same"),
      (text) => new Map([[text, 1]])
    ]
    for (const read of reads) {
      const reply = TokenReply.from(
        Schema.Struct({ access_token: Schema.String }),
        { more: Schema.Unknown },
        ({ access_token }) => ({ accessToken: Redacted.make(access_token), expiresIn: 60, more: read(access_token) })
      )
      const provider = acme({ reply })
      const reader = ReplyReader.make(provider)
      const [a, b] = ["a", "b"].map((access_token) =>
        Result.getOrThrow(reader(
          Effect.runSync(TokenRequest.make(provider, clientCredentials(["write"]))),
          {
            status: 200,
            retryAfter: undefined,
            date: undefined,
            body: bytesOf({ access_token }),
            requestedAt,
            receivedAt
          }
        )).reply
      )
      assert.notStrictEqual(a, b)
    }
  })

  it("are empty if the provider declares none", () => {
    assert.deepStrictEqual(token({ body, provider: acme({ reply: TokenReply.Standard }) }).reply, {})
  })

  it.each<[string, object, TokenReply.Shape]>([
    ["access_token is missing or not a valid token", {}, {}],
    ["result.token is missing or not a valid token", { result: {} }, { accessToken: "result.token" }],
    ["result.token is missing or not a valid token", { result: { token: "t 0" } }, { accessToken: "result.token" }],
    ["token or jwt is missing or not a valid token", { token: null }, { accessToken: ["token", "jwt"] }],
    ["result.type is missing or not a string", good, { tokenType: "result.type" }],
    ["expires_in is missing or not a number", without("expires_in"), {}],
    ["result.ttl is missing or not a number", good, { expiresIn: "result.ttl" }],
    ["result.ttl is missing or not a number", { ...good, result: { ttl: "soon" } }, { expiresIn: "result.ttl" }],
    ["expires_in is missing or not a number", { ...good, expires_in: "soon" }, { unit: "milliseconds" }],
    ["result.end is missing or not a time", without("expires_in"), { expiresAt: "result.end" }],
    ["result.end is missing or not a time", { ...good, result: { end: "soon" } }, { expiresAt: "result.end" }],
    ["result.refresh can't be read", { ...good, result: { refresh: 7 } }, { refreshToken: "result.refresh" }],
    ["result.scopes is not a list of scopes", { ...good, result: { scopes: 7 } }, { scope: "result.scopes" }],
    ["result.url is not an absolute URL", { ...good, result: { url: "/v1" } }, { apiUrl: "result.url" }],
    ["result.tier can't be read", { ...good, result: { tier: 7 } }, { fields: { tier: "result.tier" } }],
    ["tier can't be read", good, {}]
  ])("says that %s, by the places of a reply's shape: %j", (expected, body, shape) => {
    const reply = TokenReply.make(expected.includes("tier") ? { tier: Schema.String } : {}, shape)
    assert.strictEqual(problem(body, acme({ reply })), expected)
  })

  it("are named as a function returns them, if that makes them of a reply", () => {
    const from = (decoded: object) =>
      TokenReply.from(Schema.Unknown, {}, () => Object.assign({ accessToken: Redacted.make("t0ken") }, decoded))
    for (
      const [expected, decoded] of [
        ["accessToken is missing or not a valid token", { accessToken: "t0ken" }],
        ["expiresIn is missing or not a number", {}],
        ["expiresAt is missing or not a time", { expiresAt: "soon" }],
        ["scope is not a list of scopes", { scope: "read" }],
        ["apiUrl is not an absolute URL", { apiUrl: 7 }],
        ["refreshTokenExpiresIn can't be read", { refreshTokenExpiresIn: "7" }]
      ] as const
    ) {
      assert.strictEqual(problem(good, acme({ reply: from(decoded) })), expected)
    }
  })

  it("fail with ReplyNotUnderstood when the provider's Schema fails, or throws", () => {
    const quoting = TokenReply.from(Schema.Unknown, {}, (reply) => {
      throw new Error(JSON.stringify(reply))
    })
    const failing = Schema.Unknown.pipe(
      Schema.check(Schema.makeFilter((reply) => JSON.stringify(reply))),
      (schema) => TokenReply.from(schema, {}, () => ({ accessToken: Redacted.make("t") }))
    )
    for (const reply of [TokenReply.make({ permissions: Schema.String }), quoting, failing]) {
      const error = failure({ body: good, provider: acme({ reply }) })
      assert.strictEqual(error.reason._tag, "ReplyNotUnderstood")
      assert.notInclude(JSON.stringify(error), "t0ken")
    }
  })
})

describe("ReplyReader: a failure", () => {
  it.each([
    [{ ...good, error: "invalid_client" }, "CredentialsRefused"],
    [{ ...good, error: "invalid_scope" }, "RequestRefused"],
    [{ ...good, error: "temporarily_unavailable" }, "Unavailable"]
  ])("takes precedence over a token in the same 200: %j", (body, expected) => {
    assert.strictEqual(reason({ body }), expected)
  })

  it.each([[null], [""], [{ code: 7 }], [0], [false], [[]]])(
    "is ignored when the error of a 200 is empty or not a text: %j",
    (error) => {
      assert.strictEqual(Redacted.value(token({ body: { ...good, error } }).value), "t0ken")
    }
  )

  const bodies = {
    "an OAuth error": {
      error: "invalid_request",
      error_description: "invalid_client, server_error: wording decides nothing"
    },
    "Spring's error": {
      timestamp: 1472894732599,
      status: 401,
      error: "Unauthorized",
      message: "Bad credentials",
      path: "/"
    },
    "HTML": "<html><h1>401 Unauthorized: invalid_client</h1></html>",
    "nothing": ""
  }
  const refused = ["RequestRefused", "RequestRefused", "RequestRefused", "RequestRefused"]
  const credentials = ["RequestRefused", "CredentialsRefused", "CredentialsRefused", "CredentialsRefused"]
  const unavailable = ["Unavailable", "Unavailable", "Unavailable", "Unavailable"]
  const statuses: ReadonlyArray<[number, ReadonlyArray<string>]> = [
    [400, refused],
    [401, credentials],
    [403, credentials],
    [404, refused],
    [405, refused],
    [408, unavailable],
    [413, refused],
    [415, refused],
    [421, unavailable],
    [425, unavailable],
    [429, ["Throttled", "Throttled", "Throttled", "Throttled"]],
    [500, unavailable],
    [502, unavailable],
    [503, unavailable],
    [504, unavailable],
    [520, unavailable]
  ]
  for (const [status, reasons] of statuses) {
    it(`depends on code and status, never on the description: ${status}, with each body`, () => {
      assert.deepStrictEqual(Object.values(bodies).map((body) => reason({ status, body })), reasons)
    })
  }

  it.each([
    [401, { error: "invalid_client" }],
    [400, { error: "invalid_client" }],
    [403, ""],
    [401, { error: "unauthorized_client" }],
    [401, { error: "Unauthorized" }],
    [400, { error: "invalid_grant" }]
  ])("means that the client's credentials were refused: %i %j", (status, body) => {
    assert.strictEqual(reason({ status, body }), "CredentialsRefused")
  })

  it("means that the request was refused if the client may be right: 400 invalid_request", () => {
    assert.strictEqual(reason({ status: 400, body: { error: "invalid_request" } }), "RequestRefused")
  })

  it("is what the provider declares for an error shape of its own", () => {
    const provider = acme({ errors: [{ error: "invalid_request", means: "credentials" }] })
    assert.strictEqual(reason({ status: 400, body: { error: "invalid_request" }, provider }), "CredentialsRefused")
  })

  it.each([400, 401])(
    "means that the grant was refused: %i invalid_grant for a password or a refresh token",
    (status) => {
      const reply = {
        status,
        body: { error: "invalid_grant" },
        credentials: passwordCredentials,
        provider: acme({ grant: Grant.password, renewal: Grant.refreshToken })
      }
      assert.strictEqual(reason(reply), "GrantRefused")
      assert.strictEqual(reason({ ...reply, refreshToken: "r3fresh" }), "GrantRefused")
    }
  )

  const client = "clientId (ACME_CLIENT_ID) and clientSecret (ACME_CLIENT_SECRET)"
  const byPassword = { credentials: passwordCredentials, provider: acme({ grant: Grant.password }) }
  const renewing = {
    ...byPassword,
    provider: acme({ grant: Grant.password, renewal: Grant.refreshToken }),
    refreshToken: "r3fresh"
  }
  const publicClient = acme({ clientAuthentication: ClientAuthentication.none })
  it.each<[string, Answer, string | undefined]>([
    ["a refused client", { status: 401, body: { error: "invalid_client" } }, client],
    ["a client that may be refused", { status: 403 }, client],
    ["a client without a secret", { status: 401, provider: publicClient }, "clientId (ACME_CLIENT_ID)"],
    [
      "a refused client that the provider knows",
      { status: 401, provider: acme({ defaults: { clientId: "acme" }, names: { clientSecret: "apiToken" } }) },
      "apiToken (ACME_API_TOKEN)"
    ],
    [
      "a refused password",
      { ...byPassword, status: 400, body: { error: "invalid_grant" } },
      "username (ACME_USERNAME) and password (ACME_PASSWORD)"
    ],
    ["the client of a password", { ...byPassword, status: 401, body: { error: "invalid_client" } }, client],
    ["the client of a renewal", { ...renewing, status: 401, body: { error: "invalid_client" } }, client],
    [
      "a refresh token that the server has issued",
      { ...renewing, status: 400, body: { error: "invalid_grant" } },
      undefined
    ],
    [
      "a refresh token of the application's",
      {
        status: 400,
        body: { error: "invalid_grant" },
        provider: acme({ grant: Grant.refreshToken }),
        credentials: {
          ...clientCredentials(),
          values: { ...clientCredentials().values, refreshToken: Redacted.make("r3") }
        }
      },
      "refreshToken (ACME_REFRESH_TOKEN)"
    ],
    ["a refused request", { status: 400, body: { error: "invalid_scope" } }, undefined]
  ])("names the options to check of %s", (_, answer, expected) => {
    const error = failure(answer)
    assert.strictEqual("check" in error.reason ? error.reason.check : undefined, expected)
    if (expected === undefined) assert.notInclude(error.message, "check")
    else assert.include(error.message, `; check ${expected}`)
  })

  it.each([600, 999, 199, 101])("is ReplyNotUnderstood for an invalid status: %i", (status) => {
    assert.strictEqual(reason({ status, body: good }), "ReplyNotUnderstood")
  })

  it.each([300, 301, 302, 303, 304, 307, 308, 0])("is a redirect: %i", (status) => {
    assert.strictEqual(reason({ status, body: good }), "Unsafe")
  })
})

describe("ReplyReader: Retry-After", () => {
  const retryAt = (retryAfter: string, status = 429) => failure({ status, retryAfter }).retryAt

  it.each([
    ["2", 2_000],
    ["2, 60", 60_000],
    ["2.5", 3_000],
    [new Date(receivedAt + 60_000).toUTCString(), 59_750],
    ["1000000000", longestRetryAfter],
    ["999999999999999", longestRetryAfter],
    ["Fri, 31 Dec 9999 23:59:59 GMT", longestRetryAfter]
  ])("is limited to an hour: %s", (text, wait) => {
    assert.strictEqual(retryAt(text), receivedAt + wait)
    assert.strictEqual(retryAt(text, 503), receivedAt + wait)
  })

  it.each(["", "0", "-1", "1e9", "rubbish", "9".repeat(1_000), new Date(0).toUTCString(), "Xxx, 99 Yyy GMT"])(
    "is ignored when it is %j",
    (text) => {
      assert.isUndefined(retryAt(text))
    }
  )

  it.each([400, 401, 403, 404, 302, 407, 503])("applies to any failed reply: %i", (status) => {
    assert.strictEqual(retryAt("30", status), receivedAt + 30_000)
  })

  it("is relative to the reply's own Date", () => {
    const reply = { status: 429, retryAfter: "Sat, 01 Jan 2000 00:00:20 GMT", date: "Sat, 01 Jan 2000 00:00:00 GMT" }
    assert.strictEqual(failure(reply).retryAt, receivedAt + 20_000)
  })

  it("is ignored on a 200", () => {
    assert.strictEqual(token({ body: good, retryAfter: "2" }).expiresAt, requestedAt + hour)
  })
})

describe("ReplyReader: error_description", () => {
  const description = (text: string, reply: Answer = {}) => {
    const { reason } = failure({ status: 400, body: { error: "invalid_request", error_description: text }, ...reply })
    assert(reason._tag === "RequestRefused" || reason._tag === "GrantRefused")
    return reason.description ?? ""
  }

  it("contains no secret of the request", () => {
    const reply: Answer = {
      credentials: passwordCredentials,
      provider: acme({ grant: Grant.password, renewal: Grant.refreshToken }),
      refreshToken: "r3fresh"
    }
    const text = `no ${clientSecret}, no ${password}, no r3fresh, no ${encodeURIComponent(password)}`
    assert.strictEqual(
      description(text, reply),
      "no <redacted>, no <redacted>, no <redacted>, no <redacted>"
    )
  })

  it("is shortened", () => {
    assert.isAtMost(description("long ".repeat(200_000)).length, 301)
  })

  it("contains no escape sequences and no line breaks", () => {
    assert.strictEqual(description("a\x1B[31mb\r\nc\u2028d\u202Ee"), "<redacted> c <redacted>")
  })

  it("is complete in fullDescription, and shown nowhere else", () => {
    const text = `no ${clientSecret} and ${"more ".repeat(100)}`
    const error = failure({ status: 400, body: { error: "invalid_request", error_description: text } })
    assert(error.reason._tag === "RequestRefused" && error.reason.fullDescription !== undefined)
    assert.strictEqual(Redacted.value(error.reason.fullDescription), text)
    for (const shown of [inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error), String(error)]) {
      assert.notInclude(shown, clientSecret)
    }
    const encoded = Schema.encodeSync(TokenErrorSchema)(error)
    assert.notInclude(JSON.stringify(encoded), clientSecret)
    const longer = failure({ status: 400, body: { error: "x", error_description: "ü".repeat(20_000) } })
    assert(longer.reason._tag === "RequestRefused" && longer.reason.fullDescription !== undefined)
    assert.strictEqual(Redacted.value(longer.reason.fullDescription), "ü".repeat(10_000))
  })

  it("is absent when it is not a text", () => {
    const { reason } = failure({ status: 400, body: { error: "invalid_request", error_description: 7 } })
    assert(reason._tag === "RequestRefused")
    assert.isUndefined(reason.description)
  })

  it("leaves a code of OAuth's as it is, although the secret has letters of it", () => {
    for (const error of ["invalid_client", "invalid_grant", "invalid_scope", "unauthorized_client", "access_denied"]) {
      const clientSecret = Redacted.make(error.slice(2, 9))
      const credentials = { values: { clientId: "acme-client", clientSecret }, scopes: [] }
      const { reason } = failure({ status: 400, body: { error }, credentials })
      assert.deepInclude(reason, { code: error })
      assert.deepInclude(failure({ status: 400, body: { error: `${error}s` }, credentials }).reason, {
        code: "<redacted>"
      })
    }
  })

  it("is treated like the code, which is masked, shortened and cleaned too", () => {
    const { reason } = failure({ status: 400, body: { error: `x\r\n${clientSecret} ${"y".repeat(1_000)}` } })
    assert(reason._tag === "RequestRefused")
    assert.match(reason.code ?? "", /^x <redacted>…$/)
    assert.isAtMost(reason.code?.length ?? 0, 301)
  })
})
