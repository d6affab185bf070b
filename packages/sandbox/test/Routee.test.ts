import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { Account, Sandbox } from "../src/index.ts"
import { basic, basicOf, bearer, field, fields, post, request } from "./support/wire.ts"

const grant = "grant_type=client_credentials"
const documented = { authorization: "Basic NTc1NmE0MTFlNGIwNmEzM2Q1MDUxN2M3OnZiNlFwakNJT0c=" }

const ask = (form = grant, headers: Record<string, string> = documented) =>
  Effect.flatMap(Sandbox, ({ at }) => post(at("https://auth.routee.net/oauth/token"), form, headers))

const lifetimeOf = (scope: string) => Effect.map(ask(`${grant}&scope=${scope}`), (answer) => answer.text)

describe("Routee", () => {
  it.effect("returns the documented fields in their order for the documented Basic header", () =>
    Effect.gen(function*() {
      const answer = yield* ask(`${grant}&scope=voice+sms`)
      assert.strictEqual(answer.status, 200)
      assert.deepStrictEqual(fields(answer), ["access_token", "token_type", "expires_in", "scope", "permissions"])
      assert.deepStrictEqual(
        { ...JSON.parse(answer.text), access_token: "" },
        {
          access_token: "",
          token_type: "bearer",
          expires_in: 3600,
          scope: "voice sms",
          permissions: ["MT_ROLE_VOICE", "MT_ROLE_SMS"]
        }
      )
      assert.match(field(answer, "access_token"), /^[0-9a-f]{8}-[0-9a-f-]{27}$/)
      assert.strictEqual(answer.headers.get("cache-control"), "no-store")
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("returns the same valid token again with its remaining lifetime, and a new one after it has expired", () =>
    Effect.gen(function*() {
      const first = yield* ask()
      yield* TestClock.adjust("2970 seconds")
      const again = yield* ask()
      assert.strictEqual(field(again, "access_token"), field(first, "access_token"))
      assert.strictEqual(field(again, "expires_in"), "630")
      yield* TestClock.adjust("629500 millis")
      assert.strictEqual(field(yield* ask(), "expires_in"), "0")
      yield* TestClock.adjust("500 millis")
      const next = yield* ask()
      assert.notStrictEqual(field(next, "access_token"), field(first, "access_token"))
      assert.strictEqual(field(next, "expires_in"), "3600")
      const { journal } = yield* Sandbox
      assert.deepStrictEqual((yield* journal).map((entry) => entry.answer), [
        "token",
        "same-token",
        "same-token",
        "token"
      ])
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("keeps one token for each scope set, whatever its order", () =>
    Effect.gen(function*() {
      const both = yield* ask(`${grant}&scope=sms+voice`)
      const turned = yield* ask(`${grant}&scope=voice+sms`)
      const one = yield* ask(`${grant}&scope=sms`)
      assert.strictEqual(field(turned, "access_token"), field(both, "access_token"))
      assert.notStrictEqual(field(one, "access_token"), field(both, "access_token"))
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("refuses an empty scope, and grants every scope when none is requested", () =>
    Effect.gen(function*() {
      const empty = yield* ask(`${grant}&scope=`)
      assert.strictEqual(empty.status, 400)
      assert.strictEqual(field(empty, "error"), "invalid_scope")
      const all = yield* ask()
      assert.strictEqual(field(all, "scope").split(" ").length, 12)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("refuses wrong credentials with Spring's error, byte for byte", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1472894732599)
      const answer = yield* ask(grant, basic(`${Account.routee.clientId}:wrong`))
      assert.strictEqual(answer.status, 401)
      assert.strictEqual(
        answer.text,
        `{"timestamp":1472894732599,"status":401,"error":"Unauthorized","message":"Bad credentials","path":"/oauth/token"}`
      )
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("compares Basic raw, so that form-encoded credentials fail if they differ", () =>
    Effect.gen(function*() {
      const { clientId, clientSecret } = Account.routeeSpecial
      assert.strictEqual((yield* ask(grant, basicOf(Account.routeeSpecial))).status, 200)
      const encoded = encodeURIComponent(clientSecret)
      assert.strictEqual((yield* ask(grant, basic(`${clientId}:${encoded}`))).status, 401)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("refuses credentials in the body, and two placements at once", () =>
    Effect.gen(function*() {
      const { clientId, clientSecret } = Account.routee
      const body = `${grant}&client_id=${clientId}&client_secret=${clientSecret}`
      assert.strictEqual((yield* ask(body, {})).status, 401)
      const both = yield* ask(body)
      assert.strictEqual(both.status, 400)
      assert.strictEqual(field(both, "error"), "invalid_request")
      const { journal } = yield* Sandbox
      assert.deepStrictEqual((yield* journal).map((entry) => entry.placement), ["body", "both"])
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("has lifetimes of a day, of twenty years, of less than a second, and without a limit", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      yield* sandbox.setLifetime({ provider: "routee" }, 86400)
      assert.include(yield* lifetimeOf("sms"), `"expires_in":86400,`)
      yield* sandbox.setLifetime({ provider: "routee" }, 631139040)
      assert.include(yield* lifetimeOf("voice"), `"expires_in":631139040,`)
      yield* sandbox.setLifetime({ provider: "routee", account: Account.routee.clientId }, 0)
      assert.include(yield* lifetimeOf("viber"), `"expires_in":0,`)
      yield* sandbox.setLifetime({ provider: "routee", account: Account.routee.clientId }, "unlimited")
      assert.notInclude(yield* lifetimeOf("lookup"), "expires_in")
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("serves the API's routes for the account and scopes of the token", () =>
    Effect.gen(function*() {
      const { fingerprint, at } = yield* Sandbox
      const token = field(yield* ask(`${grant}&scope=account`), "access_token")
      const balance = yield* request(at("https://connect.routee.net/accounts/me/balance"), { headers: bearer(token) })
      assert.strictEqual(balance.status, 200)
      assert.deepInclude(JSON.parse(balance.text), {
        provider: "routee",
        account: Account.routee.clientId,
        scopes: ["account"],
        token: fingerprint(token)
      })
      const sms = yield* request(at("https://connect.routee.net/sms"), { method: "POST", headers: bearer(token) })
      assert.strictEqual(sms.status, 403)
      assert.deepStrictEqual(fields(sms), ["code", "developerMessage"])
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("refuses a revoked token with 401, or with 403 if configured", () =>
    Effect.gen(function*() {
      const { behave, revoke, at } = yield* Sandbox
      const token = field(yield* ask(), "access_token")
      assert.strictEqual(yield* revoke({ provider: "routee" }), 1)
      const call = request(at("https://connect.routee.net/accounts/me/balance"), { headers: bearer(token) })
      assert.strictEqual((yield* call).status, 401)
      yield* behave({ routee: { expiredTokenStatus: 403 } })
      assert.strictEqual((yield* call).status, 403)
      assert.notStrictEqual(field(yield* ask(), "access_token"), token)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("refuses a missing, an unknown and a repeated grant type with OAuth's error", () =>
    Effect.gen(function*() {
      assert.include((yield* ask("scope=sms")).text, `"error":"invalid_request"`)
      assert.include((yield* ask("grant_type=password")).text, `"error":"unsupported_grant_type"`)
      assert.include((yield* ask(`${grant}&${grant}`)).text, `"error":"invalid_request"`)
    }).pipe(Effect.provide(Sandbox.layer())))
})
