import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { Account, Sandbox } from "../src/index.ts"
import { basic, basicOf, bearer, field, fields, post, request } from "./support/wire.ts"

const { clientId, clientSecret } = Account.routera
const grant = "grant_type=client_credentials"
const inBody = `${grant}&client_id=${clientId}&client_secret=${clientSecret}`

const ask = (form: string, headers: Record<string, string> = {}) =>
  Effect.flatMap(Sandbox, ({ at }) => post(at("https://api.routera.io/oauth2/token"), form, headers))

describe("Routera", () => {
  it.effect("accepts credentials in the body or as Basic, and returns the documented fields in their order", () =>
    Effect.gen(function*() {
      for (const answer of [yield* ask(inBody), yield* ask(grant, basicOf(Account.routera))]) {
        assert.strictEqual(answer.status, 200)
        assert.deepStrictEqual(fields(answer), ["access_token", "expires_in", "token_type"])
        assert.include(answer.text, `"expires_in":3600,"token_type":"Bearer"}`)
      }
      const { journal } = yield* Sandbox
      assert.deepStrictEqual((yield* journal).map((entry) => entry.placement), ["body", "basic"])
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("refuses both placements in one request", () =>
    Effect.gen(function*() {
      const answer = yield* ask(inBody, basicOf(Account.routera))
      assert.strictEqual(answer.status, 400)
      assert.strictEqual(field(answer, "error"), "invalid_request")
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("issues a JSON Web Token that names the client, a new one each time", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1_700_000_000_000)
      const token = field(yield* ask(inBody), "access_token")
      assert.match(token, /^eyJraWQiOi[\w-]+\.[\w-]+\.[\w-]{43}$/)
      const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString())
      assert.deepInclude(claims, { client_id: clientId, iat: 1_700_000_000, exp: 1_700_003_600 })
      assert.notStrictEqual(field(yield* ask(inBody), "access_token"), token)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("returns 400 for a missing or unknown grant type, and 401 for wrong credentials, with OAuth's error", () =>
    Effect.gen(function*() {
      const missing = yield* ask(`client_id=${clientId}&client_secret=${clientSecret}`)
      assert.deepStrictEqual([missing.status, field(missing, "error")], [400, "invalid_request"])
      const unknown = yield* ask(inBody.replace(grant, "grant_type=implicit"))
      assert.deepStrictEqual([unknown.status, field(unknown, "error")], [400, "unsupported_grant_type"])
      const wrongs = [
        yield* ask(inBody.replace(clientSecret, "wrong")),
        yield* ask(inBody.replace(clientId, "unknown")),
        yield* ask(grant, basic(`${clientId}:wrong`)),
        yield* ask(grant)
      ]
      for (const wrong of wrongs) {
        assert.deepStrictEqual([wrong.status, field(wrong, "error")], [401, "invalid_client"])
        assert.deepStrictEqual(fields(wrong), ["error", "error_description"])
      }
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("accepts a valid token, and no other", () =>
    Effect.gen(function*() {
      const { at } = yield* Sandbox
      const token = field(yield* ask(inBody), "access_token")
      const me = request(at("https://api.routera.io/me"), { headers: bearer(token) })
      assert.strictEqual(field(yield* me, "account"), clientId)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* me).status, 401)
      assert.strictEqual((yield* request(at("https://api.routera.io/me"))).status, 401)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("answers HEAD as GET, without the body", () =>
    Effect.gen(function*() {
      const { journal, at } = yield* Sandbox
      const token = field(yield* ask(inBody), "access_token")
      const answers = [
        yield* request(at("https://api.routera.io/me"), { method: "HEAD", headers: bearer(token) }),
        yield* request(at("https://api.routera.io/me"), { method: "HEAD" })
      ]
      assert.deepStrictEqual(answers.map(({ status, text }) => [status, text]), [[200, ""], [401, ""]])
      const [, first] = yield* journal
      assert.deepInclude(first, { kind: "api", method: "HEAD", state: "answered", answer: "resource" })
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("refuses another provider's token", () =>
    Effect.gen(function*() {
      const { at } = yield* Sandbox
      const token = field(yield* ask(inBody), "access_token")
      assert.strictEqual((yield* request(at("https://ipbxapi.voipex.io/me"), { headers: bearer(token) })).status, 401)
    }).pipe(Effect.provide(Sandbox.layer())))
})
