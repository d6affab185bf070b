import { assert, describe, it } from "@effect/vitest"
import * as TokenError from "@mintmark/core/TokenError"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { inspect } from "node:util"

const refused = { status: 401, certain: true, code: "invalid_client", description: "Bad client." }

/** One of each reason, with its message. */
const reasons: ReadonlyArray<readonly [string, TokenError.Reason]> = [
  [
    "the credentials were refused (status 401, invalid_client): Bad client.",
    new TokenError.CredentialsRefused(refused)
  ],
  [
    "the credentials were possibly refused, by an unclear reply (status 403)",
    new TokenError.CredentialsRefused({ status: 403, certain: false })
  ],
  [
    "the password was refused (status 400)",
    new TokenError.GrantRefused({ status: 400, certain: true, grant: "password" })
  ],
  [
    "the refresh token was possibly refused, by an unclear reply (status 400)",
    new TokenError.GrantRefused({ status: 400, certain: false, grant: "refresh_token" })
  ],
  [
    "the token request was refused (status 400, invalid_scope)",
    new TokenError.RequestRefused({ status: 400, certain: true, code: "invalid_scope" })
  ],
  ["the authorization server limits token requests (status 429)", new TokenError.Throttled({ status: 429 })],
  [
    "the authorization server can't be reached (https://auth.acme.test, ECONNREFUSED)",
    new TokenError.Unavailable({ kind: "connection", code: "ECONNREFUSED", address: "https://auth.acme.test" })
  ],
  ["the authorization server failed (status 503)", new TokenError.Unavailable({ kind: "status", status: 503 })],
  ["the token source is closed", new TokenError.Unavailable({ kind: "closed" })],
  [
    "the reply was not understood: it is not JSON (status 200)",
    new TokenError.ReplyNotUnderstood({ status: 200, problem: "it is not JSON" })
  ],
  ["refused for safety: a redirect", new TokenError.Unsafe({ kind: "redirect", problem: "a redirect" })],
  [
    "clientSecret (ACME_CLIENT_SECRET) is missing",
    new TokenError.InvalidOption({ option: "clientSecret", variable: "ACME_CLIENT_SECRET", problem: "is missing" })
  ]
]

const error = (reason: TokenError.Reason, retryAt?: number) =>
  new TokenError.TokenError({ provider: "acme", reason, retryAt })

describe("TokenError", () => {
  it.each(reasons)("says: %s", (message, reason) => {
    assert.strictEqual(error(reason).message, `acme: ${message}`)
  })

  it("names the options to check, and their variables", () => {
    const check = "clientId (ACME_CLIENT_ID) and clientSecret (ACME_CLIENT_SECRET)"
    const found = error(new TokenError.CredentialsRefused({ ...refused, check }), Date.UTC(2026, 0, 1))
    assert.strictEqual(
      found.message,
      "acme: the credentials were refused (status 401, invalid_client): Bad client; check clientId (ACME_CLIENT_ID) and "
        + "clientSecret (ACME_CLIENT_SECRET); no token request before 2026-01-01T00:00:00.000Z"
    )
    assert.notInclude(found.reason.message, "check")
    const encoded = Schema.encodeSync(TokenError.TokenErrorSchema)(found)
    assert.strictEqual(Schema.decodeSync(TokenError.TokenErrorSchema)(encoded).message, found.message)
  })

  it("says until when no token request is sent", () => {
    assert.strictEqual(
      error(new TokenError.Throttled({ status: 429 }), Date.UTC(2026, 0, 1)).message,
      "acme: the authorization server limits token requests (status 429); no token request before 2026-01-01T00:00:00.000Z"
    )
  })

  it("is retryable if the same call may succeed later with nothing changed", () => {
    const retryable = reasons.map(([, reason]) => reason).filter((reason) => error(reason).isRetryable)
    assert.deepStrictEqual(retryable.map(({ message }) => message.split(" (")[0]), [
      "the authorization server limits token requests",
      "the authorization server can't be reached",
      "the authorization server failed"
    ])
  })

  it.each(reasons)("is the same after encoding and decoding: %s", (_, reason) => {
    const sent = error(reason, 7)
    const received = Schema.decodeSync(TokenError.TokenErrorSchema)(
      JSON.parse(JSON.stringify(Schema.encodeSync(TokenError.TokenErrorSchema)(sent)))
    )
    assert.instanceOf(received, TokenError.TokenError)
    assert.strictEqual(received.reason.constructor, reason.constructor)
    assert.deepStrictEqual([received.message, received.retryAt], [sent.message, 7])
  })

  it("is printed as its message, with the option and its variable, or the address that was not reached", () => {
    const option = new TokenError.InvalidOption({
      option: "clientSecret",
      variable: "ACME_CLIENT_SECRET",
      problem: "is missing or empty"
    })
    const unreachable = new TokenError.Unavailable({
      kind: "connection",
      code: "ECONNREFUSED",
      address: "https://auth.acme.example"
    })
    for (const depth of [(error: TokenError.TokenError) => error, (error: TokenError.TokenError) => ({ error })]) {
      assert.include(
        inspect(depth(error(option))),
        "TokenError: acme: clientSecret (ACME_CLIENT_SECRET) is missing or empty"
      )
      assert.include(
        inspect(depth(error(unreachable))),
        "TokenError: acme: the authorization server can't be reached (https://auth.acme.example, ECONNREFUSED)"
      )
    }
  })

  it("does not encode the full description", () => {
    const reason = new TokenError.CredentialsRefused({ ...refused, fullDescription: Redacted.make("s3cret") })
    const encoded = Schema.encodeSync(TokenError.TokenErrorSchema)(error(reason))
    assert.notProperty(encoded.reason, "fullDescription")
  })

  it("is found in an error that has it as its cause", () => {
    const found = error(new TokenError.Throttled({ status: 429 }))
    assert.strictEqual(TokenError.from(found), found)
    assert.strictEqual(TokenError.from(new Error("no token", { cause: found })), found)
    for (const other of [undefined, null, "text", new Error("other"), new Error("other", { cause: new Error() })]) {
      assert.isUndefined(TokenError.from(other))
    }
  })
})
