import { assert, describe, it } from "@effect/vitest"
import * as TokenError from "@mintmark/core/TokenError"
import * as ReplyMeaning from "../../../src/internal/engine/ReplyMeaning.ts"
import { consequence, empty, everyone, meaning, reply, spring } from "../../support/replies.ts"
import { replyTable } from "../../support/replyTable.ts"
import { written } from "../../support/written.ts"

const { clientCredentials, confidentialRefreshToken, onlyRefreshToken, password, refreshToken } = everyone

const seconds = (self: ReplyMeaning.Consequence, count = 5) =>
  Array.from({ length: count }, (_, index) => ReplyMeaning.waitOf(self, index + 1, 1) / 1000)

describe("ReplyMeaning", () => {
  it("is the table of docs/outcomes.md", () => {
    const { found, made } = written(
      "docs/outcomes.md",
      "replies: written by ReplyMeaning.test.ts",
      replyTable(ReplyMeaning)
    )
    assert.strictEqual(found, made, "write it with MINTMARK_WRITE=1")
  })
})

describe("ReplyMeaning: a transient reply, whatever the grant", () => {
  for (const [name, sent] of Object.entries(everyone)) {
    it.each([500, 502, 503, 504, 520, 599, 408, 421, 425])(`is unavailable: %i (${name})`, (status) => {
      for (const code of [undefined, "invalid_grant", "invalid_client", "Internal Server Error"]) {
        assert.strictEqual(meaning(sent, reply(status, code)), "Unavailable (status)")
      }
      assert.strictEqual(meaning(sent, empty(status)), "Unavailable (status)")
    })

    it(`is unavailable or throttled by its code, in a 4xx and in a 2xx (${name})`, () => {
      for (const status of [200, 400, 401, 403]) {
        assert.strictEqual(meaning(sent, reply(status, "server_error")), "Unavailable (status)")
        assert.strictEqual(meaning(sent, reply(status, "temporarily_unavailable")), "Unavailable (status)")
        assert.strictEqual(meaning(sent, reply(status, "slow_down")), "Throttled")
      }
      assert.strictEqual(meaning(sent, reply(503, "slow_down")), "Unavailable (status)")
      assert.strictEqual(meaning(sent, reply(429, "invalid_grant")), "Throttled")
    })

    it(`is an unreachable proxy with 407, whatever the body is (${name})`, () => {
      for (const code of [undefined, "invalid_grant", "invalid_client", "access_denied"]) {
        assert.strictEqual(meaning(sent, reply(407, code)), "Unavailable (connection)")
      }
      const { now, owner, refreshToken } = consequence(sent, empty(407))
      assert.deepStrictEqual({ now, owner, refreshToken }, { now: "repeat", owner: "endpoint", refreshToken: "kept" })
    })

    it(`belongs to the endpoint (${name})`, () => {
      for (const status of [503, 429, 408]) assert.strictEqual(consequence(sent, reply(status)).owner, "endpoint")
    })
  }

  it("is retried in the same call, unless the server names a time, or a refresh token may be spent", () => {
    const unavailable = new TokenError.Unavailable({ kind: "status", status: 503 })
    for (const sent of [clientCredentials, password]) {
      assert.strictEqual(ReplyMeaning.consequenceOf(sent, unavailable).now, "repeat")
      assert.strictEqual(ReplyMeaning.consequenceOf(sent, unavailable, 2_000).now, "fail")
    }
    for (const sent of [refreshToken, onlyRefreshToken]) {
      assert.strictEqual(ReplyMeaning.consequenceOf(sent, unavailable).now, "fail")
    }
    assert.strictEqual(consequence(clientCredentials, reply(429)).now, "fail")
  })

  it("may have spent a refresh token, unless it is throttled", () => {
    const unavailable = consequence(refreshToken, reply(503))
    assert.strictEqual(unavailable.refreshToken, "possibly spent")
    assert.isFalse(unavailable.fallsBack)
    assert.deepStrictEqual(seconds(unavailable, 3), [5, 5, 5])
    assert.strictEqual(consequence(refreshToken, reply(429)).refreshToken, "kept")
    assert.isFalse(consequence(refreshToken, reply(429)).fallsBack)
  })

  it("waits longer each time for a refresh token without a primary grant", () => {
    const unavailable = consequence(onlyRefreshToken, reply(503))
    assert.isFalse(unavailable.fallsBack)
    assert.deepStrictEqual(seconds(unavailable), [5, 10, 20, 40, 60])
  })

  it("waits up to 250 ms, doubled up to 5 s, or as long as Retry-After says", () => {
    const unavailable = consequence(clientCredentials, reply(503))
    assert.deepStrictEqual(seconds(unavailable, 6), [0.25, 0.5, 1, 2, 4, 5])
    assert.strictEqual(ReplyMeaning.waitOf(unavailable, 1, 0.5), 125)
    assert.strictEqual(ReplyMeaning.waitOf({ ...unavailable, asked: 700 }, 9, 1), 700)
    const throttled = consequence(clientCredentials, reply(429))
    assert.deepStrictEqual(seconds(throttled), [1, 2, 4, 8, 16])
    assert.strictEqual(seconds(throttled, 12).at(-1), 300)
    assert.strictEqual(ReplyMeaning.waitOf({ ...throttled, asked: 90_000 }, 1, 0), 90_000)
    assert.strictEqual(ReplyMeaning.waitOf({ ...throttled, asked: 2_000 }, 5, 0), 16_000)
  })
})

describe("ReplyMeaning: a 2xx", () => {
  it("is a success if it has no error", () => {
    for (const sent of Object.values(everyone)) {
      for (const status of [200, 201, 204, 299]) assert.strictEqual(meaning(sent, reply(status)), "success")
    }
  })

  it("is decided by its error if it has one", () => {
    assert.strictEqual(meaning(clientCredentials, reply(200, "invalid_client")), "CredentialsRefused")
    assert.strictEqual(meaning(clientCredentials, reply(200, "bad_verification_code")), "RequestRefused")
    assert.strictEqual(meaning(password, reply(200, "invalid_grant")), "GrantRefused")
    assert.strictEqual(meaning(refreshToken, reply(200, "invalid_grant")), "GrantRefused")
  })

  it("that is not understood is an unclear reply, and may have spent a refresh token", () => {
    const reason = new TokenError.ReplyNotUnderstood({ status: 200, problem: "it is not a JSON object" })
    const of = (sent: ReplyMeaning.Sent) => ReplyMeaning.consequenceOf(sent, reason)
    assert.deepStrictEqual(seconds(of(password)), [30, 300, 900, 3600, 3600])
    assert.isTrue(of(password).concernsAll)
    assert.deepStrictEqual(seconds(of(clientCredentials), 3), [5, 10, 20])
    assert.isFalse(of(clientCredentials).concernsAll)
    assert.strictEqual(of(refreshToken).refreshToken, "possibly spent")
    assert.isFalse(of(refreshToken).fallsBack)
    assert.isFalse(of(onlyRefreshToken).fallsBack)
  })
})

describe("ReplyMeaning: a 3xx, or an invalid status", () => {
  it("is a redirect, whatever its body is", () => {
    for (const sent of Object.values(everyone)) {
      for (const status of [0, 300, 302, 303, 307, 308, 399]) {
        assert.strictEqual(meaning(sent, reply(status, "invalid_grant")), "Unsafe (redirect)")
      }
    }
  })

  it("is treated as an unclear 4xx", () => {
    const { fallsBack, now, refreshToken: kept } = consequence(refreshToken, reply(302))
    assert.deepStrictEqual({ now, kept, fallsBack }, { now: "fail", kept: "kept", fallsBack: true })
    assert.deepStrictEqual(seconds(consequence(password, reply(302))), [30, 300, 900, 3600, 3600])
    assert.deepStrictEqual(seconds(consequence(onlyRefreshToken, reply(302))), [30, 300, 900, 3600, 3600])
    assert.deepStrictEqual(seconds(consequence(clientCredentials, reply(302)), 3), [5, 10, 20])
    // A network's sign-in page is this process's own; a password is sent by no process after one.
    assert.isFalse(consequence(clientCredentials, reply(302)).concernsAll)
    assert.isTrue(consequence(password, reply(302)).concernsAll)
  })

  it("is not understood: 1xx, 600, 999", () => {
    for (const status of [100, 101, 199, 600, 999]) {
      assert.strictEqual(meaning(password, reply(status, "invalid_grant")), "ReplyNotUnderstood")
    }
  })
})

describe("ReplyMeaning: a refresh token", () => {
  it("is kept if the client's credentials were refused, and there are some", () => {
    for (
      const [status, code] of [[400, "invalid_client"], [401, "invalid_client"], [401, "unauthorized_client"]] as const
    ) {
      assert.strictEqual(meaning(confidentialRefreshToken, reply(status, code)), "CredentialsRefused")
      assert.strictEqual(meaning(refreshToken, reply(status, code)), "GrantRefused")
    }
    assert.strictEqual(meaning(confidentialRefreshToken, reply(401, "Unauthorized"), [spring]), "CredentialsRefused")
    assert.strictEqual(meaning(confidentialRefreshToken, reply(400, "unauthorized_client")), "GrantRefused")
    const { now, owner, refreshToken: kept, ...waits } = consequence(
      confidentialRefreshToken,
      reply(401, "invalid_client")
    )
    assert.deepStrictEqual({ now, owner, kept }, { now: "fail", owner: "credentials", kept: "kept" })
    assert.deepStrictEqual(seconds({ now, owner, refreshToken: kept, ...waits }, 6), [30, 60, 120, 240, 480, 900])
  })

  it.each([
    [400, "invalid_grant"],
    [401, "invalid_grant"],
    [400, "invalid_request"],
    [400, "unauthorized_client"],
    [400, "token_expired"],
    [403, "access_denied"],
    [422, "invalid_scope"],
    [401, "Unauthorized"]
  ])("is refused by any other error code of the server: %i %s", (status, code) => {
    for (const sent of [refreshToken, confidentialRefreshToken]) {
      assert.strictEqual(meaning(sent, reply(status, code)), "GrantRefused")
      const { now, refreshToken } = consequence(sent, reply(status, code))
      assert.deepStrictEqual({ now, refreshToken }, { now: "primary", refreshToken: "refused" })
    }
  })

  it.each([400, 401, 403])("is refused by an empty %i if there is a primary grant", (status) => {
    assert.strictEqual(meaning(refreshToken, empty(status)), "GrantRefused")
    assert.strictEqual(consequence(refreshToken, empty(status)).now, "primary")
    assert.strictEqual(meaning(onlyRefreshToken, empty(status)), "GrantRefused (unclear)")
  })

  it.each([
    ["an unclear 400", reply(400)],
    ["an unclear 401", reply(401)],
    ["an unclear 403", reply(403)],
    ["an empty 404", empty(404)],
    ["an unclear 413", reply(413)],
    ["an empty 422", empty(422)]
  ])("is kept after %s, until the second in a row with a caller waiting", (_, unclear) => {
    assert.strictEqual(meaning(refreshToken, unclear), "GrantRefused (unclear)")
    const { fallsBack, now, owner, refreshToken: kept, ...rest } = consequence(refreshToken, unclear)
    assert.deepStrictEqual({ now, owner, kept, fallsBack }, {
      now: "fail",
      owner: "endpoint",
      kept: "kept",
      fallsBack: true
    })
    const waiting = { fallsBack, now, owner, refreshToken: kept, ...rest }
    assert.strictEqual(ReplyMeaning.waitOf(waiting, 1, 0), 5_000)
  })

  it("is refused by an error shape that the provider declares", () => {
    const shapes: ReadonlyArray<ReplyMeaning.ErrorShape> = [{ status: 418, means: "credentials" }]
    assert.strictEqual(meaning(refreshToken, reply(418), shapes), "GrantRefused")
    assert.strictEqual(consequence(refreshToken, reply(418), shapes).refreshToken, "refused")
    assert.strictEqual(meaning(confidentialRefreshToken, reply(418), shapes), "CredentialsRefused")
  })

  it("without a primary grant is kept: refused permanently by an error code, otherwise retried as an unclear password", () => {
    const refused = consequence(onlyRefreshToken, reply(400, "invalid_grant"))
    assert.deepStrictEqual([refused.now, refused.refreshToken, refused.owner], ["fail", "kept", "credentials"])
    assert.deepStrictEqual(seconds(refused, 1), [Infinity])
    assert.strictEqual(meaning(onlyRefreshToken, reply(400)), "GrantRefused (unclear)")
    assert.deepStrictEqual(seconds(consequence(onlyRefreshToken, reply(400))), [30, 300, 900, 3600, 3600])
    assert.strictEqual(consequence(onlyRefreshToken, empty(401)).refreshToken, "kept")
  })
})

describe("ReplyMeaning: a password", () => {
  it.each([
    ["400 invalid_grant", reply(400, "invalid_grant"), []],
    ["401 invalid_grant", reply(401, "invalid_grant"), []],
    ["400 access_denied", reply(400, "access_denied"), []],
    ["423", reply(423), []],
    ["an empty 423", empty(423), []],
    ["what the provider declares", reply(401, "Unauthorized"), [spring]],
    ["what the provider declares as a refused grant", reply(418), [{ status: 418, means: "grant" as const }]]
  ])("is refused by %s, and never sent again by itself", (_, each, shapes) => {
    assert.strictEqual(meaning(password, each, shapes), "GrantRefused")
    const found = consequence(password, each, shapes)
    assert.deepStrictEqual([found.now, found.owner, found.concernsAll], ["fail", "credentials", true])
    assert.deepStrictEqual(seconds(found, 2), [Infinity, Infinity])
  })

  it.each([
    [reply(400, "invalid_client")],
    [reply(401, "invalid_client")],
    [reply(401, "unauthorized_client")]
  ])("is not refused by %j: the client is", (each) => {
    assert.strictEqual(meaning(password, each), "CredentialsRefused")
    assert.strictEqual(consequence(password, each).owner, "credentials")
    assert.deepStrictEqual(seconds(consequence(password, each), 3), [30, 60, 120])
  })

  it.each([
    ["GrantRefused (unclear)", reply(400)],
    ["GrantRefused (unclear)", empty(401)],
    ["GrantRefused (unclear)", reply(403)],
    ["GrantRefused (unclear)", reply(422)],
    ["GrantRefused (unclear)", reply(401, "Unauthorized")],
    ["GrantRefused (unclear)", reply(400, "login_failed")],
    ["RequestRefused", reply(400, "invalid_request")],
    ["RequestRefused", reply(400, "invalid_scope")],
    ["RequestRefused", reply(400, "unauthorized_client")],
    ["RequestRefused", reply(400, "unsupported_grant_type")]
  ])("is sent again after 30 s, 5 min, 15 min, then hourly, after an unclear reply: %s %j", (expected, each) => {
    assert.strictEqual(meaning(password, each), expected)
    assert.strictEqual(consequence(password, each).now, "fail")
    assert.deepStrictEqual(seconds(consequence(password, each)), [30, 300, 900, 3600, 3600])
  })

  it("is delayed by a refused scope for these scopes only, and by an unclear reply for this endpoint", () => {
    assert.strictEqual(consequence(password, reply(400, "invalid_scope")).owner, "request")
    assert.strictEqual(consequence(password, reply(400, "invalid_target")).owner, "request")
    assert.strictEqual(consequence(password, reply(400, "invalid_request")).owner, "credentials")
    assert.strictEqual(consequence(password, reply(403)).owner, "endpoint")
  })
})

describe("ReplyMeaning: client credentials", () => {
  it.each([
    ["400 invalid_client", reply(400, "invalid_client"), []],
    ["401 invalid_client", reply(401, "invalid_client"), []],
    ["400 unauthorized_client", reply(400, "unauthorized_client"), []],
    ["401 unauthorized_client", reply(401, "unauthorized_client"), []],
    ["400 invalid_grant", reply(400, "invalid_grant"), []],
    ["403 access_denied", reply(403, "access_denied"), []],
    ["an unclear 401", reply(401), []],
    ["an empty 401", empty(401), []],
    ["401 with a status line's words", reply(401, "Unauthorized"), []],
    ["what the provider declares", reply(400, "bad_login"), [{ error: "bad_login", means: "credentials" as const }]]
  ])("are refused by %s: 30 s, doubled up to 15 min", (_, each, shapes) => {
    assert.strictEqual(meaning(clientCredentials, each, shapes), "CredentialsRefused")
    const found = consequence(clientCredentials, each, shapes)
    assert.deepStrictEqual([found.now, found.owner, found.concernsAll], ["fail", "credentials", true])
    assert.deepStrictEqual(seconds(found, 6), [30, 60, 120, 240, 480, 900])
  })

  it.each([
    ["RequestRefused (unclear)", reply(400)],
    ["CredentialsRefused (unclear)", empty(403)],
    ["CredentialsRefused (unclear)", reply(403)],
    ["RequestRefused (unclear)", empty(404)],
    ["RequestRefused (unclear)", reply(413)],
    ["RequestRefused (unclear)", reply(404, "Not Found")],
    ["RequestRefused (unclear)", reply(413, "Payload Too Large")],
    ["RequestRefused (unclear)", reply(422, "Unprocessable Entity")]
  ])("may be refused by an unclear reply: 5 s, doubled up to 5 min: %s %j", (expected, each) => {
    assert.strictEqual(meaning(clientCredentials, each), expected)
    const found = consequence(clientCredentials, each)
    assert.deepStrictEqual([found.now, found.owner], ["fail", "endpoint"])
    assert.deepStrictEqual(seconds(found, 8), [5, 10, 20, 40, 80, 160, 300, 300])
  })

  it.each([
    [reply(400, "invalid_scope")],
    [reply(401, "invalid_request")],
    [reply(400, "unsupported_grant_type")],
    [reply(422, "consent_required")]
  ])("are not refused by another error code: the request is, for 1 s, doubled up to 1 min: %j", (each) => {
    assert.strictEqual(meaning(clientCredentials, each), "RequestRefused")
    const found = consequence(clientCredentials, each)
    assert.deepStrictEqual([found.now, found.owner], ["fail", "request"])
    assert.deepStrictEqual(seconds(found, 7), [1, 2, 4, 8, 16, 32, 60])
  })
})

describe("ReplyMeaning: an error code in capitals", () => {
  it("means the same, and a provider's own error is as it declares it", () => {
    for (const [name, sent] of Object.entries(everyone)) {
      for (const code of ["invalid_grant", "invalid_client", "invalid_scope", "slow_down", "server_error"]) {
        const capitals = reply(400, code.toUpperCase())
        assert.strictEqual(meaning(sent, capitals), meaning(sent, reply(400, code)), name)
        assert.deepStrictEqual(consequence(sent, capitals), consequence(sent, reply(400, code)), name)
      }
    }
    assert.strictEqual(meaning(clientCredentials, reply(401, "unauthorized"), [spring]), "CredentialsRefused")
    assert.strictEqual(meaning(password, reply(401, "unauthorized"), [spring]), "GrantRefused (unclear)")
  })
})

describe("ReplyMeaning: another grant", () => {
  it("is treated as client credentials or as a password, as the grant declares", () => {
    const name = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assert.strictEqual(
      meaning({ ...clientCredentials, grant: name }, reply(400, "invalid_grant")),
      "CredentialsRefused"
    )
    assert.strictEqual(meaning({ ...password, grant: name }, reply(400, "invalid_grant")), "GrantRefused")
    assert.deepStrictEqual(seconds(consequence({ ...password, grant: name }, reply(403)), 4), [30, 300, 900, 3600])
  })
})

describe("ReplyMeaning: an error shape of a provider's own", () => {
  it("applies if status and code are both equal, and takes precedence over everything but a redirect", () => {
    assert.strictEqual(meaning(clientCredentials, reply(400, "Unauthorized"), [spring]), "RequestRefused (unclear)")
    assert.strictEqual(meaning(clientCredentials, reply(401, "invalid_scope"), [spring]), "RequestRefused")
    const shapes: ReadonlyArray<ReplyMeaning.ErrorShape> = [
      { status: 420, means: "throttled" },
      { status: 409, error: "busy", means: "unavailable" },
      { status: 500, error: "bad_secret", means: "credentials" },
      { status: 400, error: "invalid_client", means: "request" }
    ]
    assert.strictEqual(meaning(clientCredentials, empty(420), shapes), "Throttled")
    assert.strictEqual(meaning(password, reply(409, "busy"), shapes), "Unavailable (status)")
    assert.strictEqual(meaning(clientCredentials, reply(500, "bad_secret"), shapes), "CredentialsRefused")
    assert.strictEqual(meaning(clientCredentials, reply(500), shapes), "Unavailable (status)")
    assert.strictEqual(meaning(password, reply(400, "invalid_client"), shapes), "RequestRefused")
    assert.strictEqual(meaning(password, reply(302), [{ status: 302, means: "grant" }]), "Unsafe (redirect)")
  })
})

describe("ReplyMeaning: no reply", () => {
  const of = (sent: ReplyMeaning.Sent, reason: TokenError.Reason) => ReplyMeaning.consequenceOf(sent, reason)
  const unavailable = (kind: TokenError.Unavailable["kind"]) => new TokenError.Unavailable({ kind })

  it("has spent nothing if nothing was sent, and is retried at once", () => {
    const { concernsAll, fallsBack, now, refreshToken: kept } = of(refreshToken, unavailable("connection"))
    assert.deepStrictEqual({ concernsAll, now, kept, fallsBack }, {
      concernsAll: false,
      now: "repeat",
      kept: "kept",
      fallsBack: false
    })
  })

  it.each(["interrupted", "timeout"] as const)("may have spent a refresh token: %s", (kind) => {
    assert.strictEqual(of(refreshToken, unavailable(kind)).refreshToken, "possibly spent")
    assert.strictEqual(of(refreshToken, unavailable(kind)).now, "fail")
    assert.strictEqual(of(password, unavailable(kind)).now, kind === "timeout" ? "fail" : "repeat")
    assert.isFalse(of(refreshToken, unavailable(kind)).concernsAll)
  })

  it.each(["credentials", "closed", "store"] as const)("counts as sent if something of ours failed: %s", (kind) => {
    for (const sent of Object.values(everyone)) {
      assert.strictEqual(of(sent, unavailable(kind)).now, "fail")
      assert.strictEqual(of(sent, unavailable(kind)).refreshToken, "kept")
    }
  })

  it("is final once the token source is closed", () => {
    for (const sent of Object.values(everyone)) {
      assert.deepStrictEqual(seconds(of(sent, unavailable("closed")), 1), [Infinity])
    }
  })

  it("is delayed after an invalid certificate or option", () => {
    const certificate = new TokenError.Unsafe({ kind: "certificate", problem: "expired" })
    const option = new TokenError.InvalidOption({ option: "scopes", problem: "are none" })
    for (const reason of [certificate, option]) {
      assert.deepStrictEqual(seconds(of(password, reason), 2), [1, 2])
      assert.strictEqual(of(refreshToken, reason).refreshToken, "kept")
    }
    assert.strictEqual(of(password, option).owner, "request")
    assert.strictEqual(of(password, certificate).owner, "endpoint")
  })

  it("may have spent the refresh token if the token is of another type", () => {
    const reason = new TokenError.Unsafe({ kind: "token_type", problem: "MAC" })
    assert.strictEqual(of(refreshToken, reason).refreshToken, "possibly spent")
    assert.deepStrictEqual(seconds(of(password, reason), 2), [30, 300])
  })
})
