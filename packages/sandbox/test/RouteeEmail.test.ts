import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Account, Sandbox } from "../src/index.ts"
import { basicOf, bearer, field, fields, post, request } from "./support/wire.ts"

const { clientId, clientSecret } = Account.routeeEmail
const grant = "grant_type=client_credentials"
const inBody = `${grant}&client_id=${clientId}&client_secret=${clientSecret}`

const ask = (form: string, headers: Record<string, string> = {}) =>
  Effect.flatMap(Sandbox, ({ at }) => post(at("https://emailapi.routee.net/oauth/access_token"), form, headers))

describe("Routee's Email v1", () => {
  it.effect("accepts credentials in the body or as Basic, never both", () =>
    Effect.gen(function*() {
      for (const answer of [yield* ask(inBody), yield* ask(grant, basicOf(Account.routeeEmail))]) {
        assert.strictEqual(answer.status, 200)
        assert.deepStrictEqual(fields(answer), ["access_token", "token_type", "expires_in"])
      }
      assert.strictEqual((yield* ask(inBody, basicOf(Account.routeeEmail))).status, 400)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("accepts only its own accounts and its own tokens", () =>
    Effect.gen(function*() {
      const { at } = yield* Sandbox
      const other = yield* ask(grant, basicOf(Account.routee))
      assert.deepStrictEqual([other.status, field(other, "error")], [401, "invalid_client"])
      const token = field(yield* ask(inBody), "access_token")
      const own = yield* request(at("https://emailapi.routee.net/accounts/me"), { headers: bearer(token) })
      assert.strictEqual(field(own, "account"), clientId)
      const foreign = yield* request(at("https://connect.routee.net/accounts/me/balance"), { headers: bearer(token) })
      assert.strictEqual(foreign.status, 401)
    }).pipe(Effect.provide(Sandbox.layer())))
})
