import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { Account, Sandbox } from "../src/index.ts"
import { basic, bearer, field, fields, post, request } from "./support/wire.ts"

const ask = (parameters: Record<string, string>, headers: Record<string, string> = {}) =>
  Effect.flatMap(
    Sandbox,
    ({ at }) => post(at("https://auth.voipex.io/token"), new URLSearchParams(parameters).toString(), headers)
  )

const login = (changes: Record<string, string> = {}) =>
  ask({
    grant_type: "password",
    client_id: "api",
    username: Account.voipex.username,
    password: Account.voipex.password,
    ...changes
  })

const renew = (token: string) => ask({ grant_type: "refresh_token", client_id: "api", refresh_token: token })

const call = (token: string) =>
  Effect.flatMap(Sandbox, ({ at }) => request(at("https://ipbxapi.voipex.io/me"), { headers: bearer(token) }))

describe("Voipex", () => {
  it.effect("returns the documented fields for a password", () =>
    Effect.gen(function*() {
      const answer = yield* login()
      assert.strictEqual(answer.status, 200)
      assert.deepStrictEqual(fields(answer), [
        "access_token",
        "expires_in",
        "refresh_expires_in",
        "refresh_token",
        "token_type",
        "not-before-policy",
        "session_state",
        "scope"
      ])
      assert.deepInclude(JSON.parse(answer.text), {
        expires_in: 3000,
        refresh_expires_in: 7200,
        token_type: "Bearer",
        "not-before-policy": 0,
        scope: "profile email"
      })
      assert.match(field(answer, "session_state"), /^[0-9a-f-]{36}$/)
      assert.strictEqual(field(yield* call(field(answer, "access_token")), "account"), Account.voipex.username)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("accepts the username's @ as %40, as the documentation sends it", () =>
    Effect.gen(function*() {
      const { at } = yield* Sandbox
      const answer = yield* post(
        at("https://auth.voipex.io/token"),
        "grant_type=password&client_id=api&username=bob%40example.com&password=hunter%2B2%2541"
      )
      assert.strictEqual(answer.status, 200)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("adds an id_token when openid is requested", () =>
    Effect.gen(function*() {
      const answer = yield* login({ scope: "openid profile" })
      assert.include(fields(answer), "id_token")
      assert.strictEqual(field(answer, "scope"), "openid profile email")
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("renews with a new refresh token in the same session", () =>
    Effect.gen(function*() {
      const first = yield* login()
      const second = yield* renew(field(first, "refresh_token"))
      assert.strictEqual(second.status, 200)
      assert.strictEqual(field(second, "session_state"), field(first, "session_state"))
      assert.notStrictEqual(field(second, "refresh_token"), field(first, "refresh_token"))
      assert.notStrictEqual(field(second, "access_token"), field(first, "access_token"))
      assert.strictEqual((yield* call(field(first, "access_token"))).status, 200)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("ends the whole session when a refresh token is used twice, the newest tokens included", () =>
    Effect.gen(function*() {
      const { fingerprint, refreshTokens } = yield* Sandbox
      const first = yield* login()
      const second = yield* renew(field(first, "refresh_token"))
      const reuse = yield* renew(field(first, "refresh_token"))
      assert.deepStrictEqual([reuse.status, field(reuse, "error")], [400, "invalid_grant"])
      assert.strictEqual((yield* call(field(second, "access_token"))).status, 401)
      assert.strictEqual(field(yield* renew(field(second, "refresh_token")), "error"), "invalid_grant")
      const used = (yield* refreshTokens).find((token) =>
        token.fingerprint === fingerprint(field(first, "refresh_token"))
      )
      assert.deepInclude(used, { uses: 2, usable: false })
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("allows a refresh token again if rotation is off", () =>
    Effect.gen(function*() {
      const first = yield* login()
      assert.strictEqual((yield* renew(field(first, "refresh_token"))).status, 200)
      assert.strictEqual((yield* renew(field(first, "refresh_token"))).status, 200)
    }).pipe(Effect.provide(Sandbox.layer({ behavior: { voipex: { rotation: false } } }))))

  it.effect("refuses a refresh token after its lifetime, and returns 0 for one that does not expire", () =>
    Effect.gen(function*() {
      const { behave } = yield* Sandbox
      const limited = yield* login()
      yield* behave({ voipex: { refreshLifetime: "unlimited" } })
      const unlimited = yield* login()
      assert.strictEqual(field(unlimited, "refresh_expires_in"), "0")
      yield* TestClock.adjust("2 hours")
      assert.strictEqual((yield* renew(field(limited, "refresh_token"))).status, 400)
      assert.strictEqual((yield* renew(field(unlimited, "refresh_token"))).status, 200)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("refuses a missing and an unknown refresh token differently", () =>
    Effect.gen(function*() {
      assert.strictEqual(
        (yield* ask({ grant_type: "refresh_token", client_id: "api" })).text,
        `{"error":"invalid_request","error_description":"No refresh token"}`
      )
      assert.strictEqual(field(yield* renew("rubbish"), "error"), "invalid_grant")
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("refuses a wrong password with 401 or 400, as configured", () =>
    Effect.gen(function*() {
      const { behave } = yield* Sandbox
      const older = yield* login({ password: "wrong" })
      assert.deepStrictEqual([older.status, field(older, "error")], [401, "invalid_grant"])
      yield* behave({ voipex: { refusedPasswordStatus: 400 } })
      yield* TestClock.adjust("2 seconds")
      const newer = yield* login({ password: "wrong" })
      assert.deepStrictEqual([newer.status, field(newer, "error")], [400, "invalid_grant"])
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("locks an account for a minute after two refusals within a second, without reporting it", () =>
    Effect.gen(function*() {
      const first = yield* login({ password: "wrong" })
      assert.strictEqual((yield* login()).status, 200)
      yield* TestClock.adjust("900 millis")
      yield* login({ password: "wrong" })
      const locked = yield* login()
      assert.strictEqual(locked.text, first.text)
      assert.strictEqual(locked.status, first.status)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* login()).status, 200)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("does not lock an account if the lockout is off, or if the refusals are further apart", () =>
    Effect.gen(function*() {
      const { behave } = yield* Sandbox
      yield* login({ password: "wrong" })
      yield* TestClock.adjust("1001 millis")
      yield* login({ password: "wrong" })
      assert.strictEqual((yield* login()).status, 200)
      yield* behave({ voipex: { lockout: false } })
      yield* login({ password: "wrong" })
      yield* login({ password: "wrong" })
      assert.strictEqual((yield* login()).status, 200)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("refuses tokens issued before the not-before-policy, and has the policy in its replies", () =>
    Effect.gen(function*() {
      const { behave } = yield* Sandbox
      const before = yield* login()
      yield* TestClock.adjust("10 seconds")
      yield* behave({ voipex: { notBefore: 10 } })
      assert.strictEqual((yield* call(field(before, "access_token"))).status, 401)
      assert.strictEqual(field(yield* renew(field(before, "refresh_token")), "error"), "invalid_grant")
      const after = yield* login()
      assert.strictEqual(field(after, "not-before-policy"), "10")
      assert.strictEqual((yield* call(field(after, "access_token"))).status, 200)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("refuses an account that is not set up, and the client credentials grant", () =>
    Effect.gen(function*() {
      const { addAccount } = yield* Sandbox
      yield* addAccount({ ...Account.voipex, setUp: false })
      assert.strictEqual(
        (yield* login()).text,
        `{"error":"invalid_grant","error_description":"Account is not fully set up"}`
      )
      const machine = yield* ask({ grant_type: "client_credentials", client_id: "api" })
      assert.deepStrictEqual([machine.status, field(machine, "error")], [400, "unauthorized_client"])
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("accepts only the public client api: no other id, no secret, no Basic", () =>
    Effect.gen(function*() {
      const { password, username } = Account.voipex
      const parameters = { grant_type: "password", username, password }
      assert.strictEqual((yield* login({ client_id: "other" })).status, 401)
      assert.strictEqual((yield* login({ client_secret: "x" })).status, 401)
      assert.strictEqual((yield* ask(parameters, basic("api:"))).status, 401)
      assert.strictEqual((yield* ask({ ...parameters, client_id: "api" }, basic("api:"))).status, 400)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("revocation ends a session", () =>
    Effect.gen(function*() {
      const { revoke, tokens } = yield* Sandbox
      const answer = yield* login()
      const [token] = yield* tokens
      assert.strictEqual(token?.session, field(answer, "session_state"))
      assert.strictEqual(yield* revoke({ what: "sessions", token: field(answer, "access_token") }), 2)
      assert.strictEqual((yield* renew(field(answer, "refresh_token"))).status, 400)
    }).pipe(Effect.provide(Sandbox.layer())))
})
