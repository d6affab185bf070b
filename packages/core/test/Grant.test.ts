import { assert, describe, it } from "@effect/vitest"
import * as Grant from "@mintmark/core/Grant"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

const context = { tokenEndpoint: "https://auth.acme.test/token", scopes: ["a"], parameters: {} }

/** The fields that a grant adds to a token request, in order, with its secrets revealed. */
const fields = (additions: ReturnType<Grant.Grant["request"]>) => {
  assert(!Effect.isEffect(additions))
  return Object.entries(additions.parameters ?? {}).map(([name, value]) => [
    name,
    Redacted.isRedacted(value) ? Redacted.value(value) : value
  ])
}

describe("Grant", () => {
  it("clientCredentials needs nothing besides the client", () => {
    assert.deepStrictEqual(fields(Grant.clientCredentials.request({}, context)), [[
      "grant_type",
      "client_credentials"
    ]])
    assert.strictEqual(Grant.clientCredentials.refusedAs, "client_credentials")
  })

  it("password sends username and password, and its refusal is permanent", () => {
    const additions = Grant.password.request({ username: "carol", password: Redacted.make("p4ss") }, context)
    assert.deepStrictEqual(fields(additions), [["grant_type", "password"], ["username", "carol"], ["password", "p4ss"]])
    assert.notInclude(JSON.stringify(additions), "p4ss")
    assert.strictEqual(Grant.password.refusedAs, "password")
  })

  it("refreshToken sends the refresh token, and its refusal is permanent", () => {
    const additions = Grant.refreshToken.request({ refreshToken: Redacted.make("r3fresh") }, context)
    assert.deepStrictEqual(fields(additions), [["grant_type", "refresh_token"], ["refresh_token", "r3fresh"]])
    assert.notInclude(JSON.stringify(additions), "r3fresh")
    assert.strictEqual(Grant.refreshToken.refusedAs, "password")
  })

  it("produce makes a grant that returns the reply itself, and adds nothing to a request", () => {
    const produced = Grant.produce({
      name: "produced",
      needs: { key: "secret" },
      refusedAs: "client_credentials",
      produce: ({ key }) => Effect.succeed({ access_token: Redacted.value(key) })
    })
    const values = { key: Redacted.make("k3y") }
    assert.deepStrictEqual(fields(produced.request(values, context)), [])
    assert(produced.produce !== undefined)
    assert.deepStrictEqual(Effect.runSync(Effect.orDie(produced.produce(values, context))), { access_token: "k3y" })
  })
})
