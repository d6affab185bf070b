import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Account, Sandbox } from "../src/index.ts"
import { basic, basicOf, bearer, field, post, request } from "./support/wire.ts"

const grant = "grant_type=client_credentials"
const accept = { accept: "application/vnd.newvoicemedia.v2+json" }

const askV0 = (form: string, headers: Record<string, string> = {}) =>
  Effect.flatMap(Sandbox, ({ at }) => post(at("https://emea.cc.vonage.com/v0/oauth2/token"), form, headers))

const askCurrent = (form: string, headers: Record<string, string> = {}) =>
  Effect.flatMap(Sandbox, ({ at }) => post(at("https://emea.cc.vonage.com/Auth/connect/token"), form, headers))

const users = (token: string, headers: Record<string, string> = {}, method = "GET") =>
  Effect.flatMap(Sandbox, ({ at }) =>
    request(at("https://emea.api.cc.vonage.com/useradmin/users"), {
      method,
      headers: { ...bearer(token), ...headers }
    }))

describe("Vonage Contact Center, V0", () => {
  it.effect("accepts the documented Basic header, and returns the documented reply", () =>
    Effect.gen(function*() {
      const answer = yield* askV0(grant, {
        authorization: "Basic YTFiMmMzZDRlNTo5cEJsK3hZMU1XK0Fic2RaazR4cHY3TndXeEc4K29xZHVLaVNxVnliTTlZPQ=="
      })
      assert.strictEqual(answer.status, 200)
      assert.match(answer.text, /^\{"access_token":"[a-z0-9]{20}","token_type":"bearer","expires_in":300\}$/)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("accepts the documented encoding of a secret in the body, and not the bare secret", () =>
    Effect.gen(function*() {
      const body = (secret: string) => `${grant}&client_id=f6g7h8i9j0&client_secret=${secret}`
      const encoded = yield* askV0(body("6lBJodbA0%2BcAywhyLvhOBo4QfTFO5t6%2F2B%2FQetQgw5Y%3D"))
      assert.strictEqual(encoded.status, 200)
      const bare = yield* askV0(body(Account.vonageV0Other.clientSecret))
      assert.strictEqual(bare.status, 401)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("refuses form-encoded Basic, byte for byte as documented", () =>
    Effect.gen(function*() {
      const { clientId, clientSecret } = Account.vonageV0
      const answer = yield* askV0(grant, basic(`${clientId}:${encodeURIComponent(clientSecret)}`))
      assert.strictEqual(answer.status, 401)
      assert.strictEqual(
        answer.text,
        `{"error":"invalid_client","error_description":"The client secret was incorrect."}`
      )
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("refuses a bad request without a description", () =>
    Effect.gen(function*() {
      const { clientId } = Account.vonageV0
      const answers = [
        yield* askV0("", basicOf(Account.vonageV0)),
        yield* askV0("grant_type=password", basicOf(Account.vonageV0)),
        yield* askV0(`${grant}&client_id=${clientId}`, basicOf(Account.vonageV0))
      ]
      for (const answer of answers) {
        assert.strictEqual(answer.status, 400)
        assert.strictEqual(answer.text, `{"error":"invalid_request"}`)
      }
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("issues tokens that the V0 API takes without a versioned Accept", () =>
    Effect.gen(function*() {
      const token = field(yield* askV0(grant, basicOf(Account.vonageV0)), "access_token")
      const { at } = yield* Sandbox
      const answer = yield* request(at("https://nam.cc.vonage.com/v0/a1b2c3d4e5/calls/"), {
        method: "POST",
        headers: bearer(token)
      })
      assert.strictEqual(answer.status, 201)
      assert.strictEqual(field(answer, "provider"), "vonage-contact-center-v0")
      const { journal } = yield* Sandbox
      assert.strictEqual((yield* journal)[1]?.provider, "vonage-contact-center-v0")
    }).pipe(Effect.provide(Sandbox.layer())))
})

describe("Vonage Contact Center, the current system", () => {
  const { clientId, clientSecret } = Account.vonage
  const inBody = `${grant}&client_id=${clientId}&client_secret=${encodeURIComponent(clientSecret)}`

  it.effect("accepts credentials in the body or as Basic, and returns the reply that was seen", () =>
    Effect.gen(function*() {
      const answers = [
        yield* askCurrent(`${inBody}&scope=users:read+stats`),
        yield* askCurrent(`${grant}&scope=users:read+stats`, basicOf(Account.vonage))
      ]
      for (const answer of answers) {
        assert.strictEqual(answer.status, 200)
        assert.match(answer.text, /^\{"token_type":"bearer","access_token":"[a-z0-9]{43}","expires_in":7200\}$/)
      }
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("requires a scope, and a known grant type", () =>
    Effect.gen(function*() {
      for (const form of [inBody, `${inBody}&scope=`]) {
        const answer = yield* askCurrent(form)
        assert.strictEqual(answer.status, 400)
        assert.strictEqual(
          answer.text,
          `{"error":"invalid_scope","error_description":"You must specify a scope"}`
        )
      }
      const wrong = yield* askCurrent(inBody.replace(grant, "grant_type=password"))
      assert.strictEqual(
        wrong.text,
        `{"error":"unsupported_grant_type","error_description":"Invalid grant_type"}`
      )
      assert.strictEqual(field(yield* askCurrent(`${inBody}&scope=no-such`), "error"), "invalid_scope")
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("refuses a wrong client, and two placements", () =>
    Effect.gen(function*() {
      const wrong = yield* askCurrent(`${grant}&scope=stats`, basic(`${clientId}:wrong`))
      assert.strictEqual(wrong.text, `{"error":"invalid_client"}`)
      const both = yield* askCurrent(`${inBody}&scope=stats`, basicOf(Account.vonage))
      assert.strictEqual(field(both, "error"), "invalid_request")
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("requires the API's own Accept, the scope of the route, and a valid token, each with its own error", () =>
    Effect.gen(function*() {
      const { revoke } = yield* Sandbox
      const token = field(yield* askCurrent(`${inBody}&scope=users:read`), "access_token")
      const read = yield* users(token, accept)
      assert.deepStrictEqual(JSON.parse(read.text).scopes, ["users:read"])
      assert.strictEqual((yield* users(token)).status, 406)
      assert.strictEqual((yield* users(token, { accept: "application/json" })).status, 406)
      assert.strictEqual((yield* users(token, accept, "POST")).status, 403)
      yield* revoke()
      const revoked = yield* users(token, accept)
      assert.strictEqual(revoked.status, 401)
      assert.strictEqual(revoked.text, `{"message":"Authorization has been denied for this request."}`)
    }).pipe(Effect.provide(Sandbox.layer())))
})
