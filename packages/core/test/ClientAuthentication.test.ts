import { assert, describe, it } from "@effect/vitest"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

const clientId = "an id:+é"
const clientSecret = Redacted.make("a secret/=~🔑")
const context = { tokenEndpoint: "https://auth.acme.test/token", scopes: [], parameters: {} }

const base64 = (text: string) => Buffer.from(text, "utf8").toString("base64")

/** What a method adds to a token request, with its secrets revealed. */
const added = (additions: ReturnType<ClientAuthentication.ClientAuthentication["authenticate"]>) => {
  assert(!Effect.isEffect(additions))
  return Object.values(additions).flatMap((fields) => Object.entries(fields ?? {})).map(([name, value]) => [
    name,
    Redacted.isRedacted(value) ? Redacted.value(value) : value
  ])
}

describe("ClientAuthentication", () => {
  it("clientSecretBasic: a Basic header of id and secret, each form-encoded", () => {
    assert.deepStrictEqual(
      added(ClientAuthentication.clientSecretBasic.authenticate({ clientId, clientSecret }, context)),
      [["authorization", `Basic ${base64("an+id%3A%2B%C3%A9:a+secret%2F%3D~%F0%9F%94%91")}`]]
    )
  })

  it("clientSecretBasicRaw: a Basic header of id and secret, unchanged", () => {
    assert.deepStrictEqual(
      added(ClientAuthentication.clientSecretBasicRaw.authenticate({ clientId, clientSecret }, context)),
      [["authorization", `Basic ${base64("an id:+é:a secret/=~🔑")}`]]
    )
  })

  it("clientSecretBasicRaw: an id with a colon is not valid, since the server would split it", () => {
    const { validate } = ClientAuthentication.clientSecretBasicRaw
    assert.deepInclude(validate?.({ clientId }), { name: "clientId" })
    assert.isUndefined(validate?.({ clientId: "an-id" }))
    assert.isUndefined(validate?.({}))
  })

  it("clientSecretPost: two fields, of which the secret stays Redacted", () => {
    const additions = ClientAuthentication.clientSecretPost.authenticate({ clientId, clientSecret }, context)
    assert.deepStrictEqual(added(additions), [["client_id", clientId], ["client_secret", "a secret/=~🔑"]])
    assert.notInclude(JSON.stringify(additions), "a secret")
  })

  it("none: the id alone", () => {
    assert.deepStrictEqual(added(ClientAuthentication.none.authenticate({ clientId }, context)), [[
      "client_id",
      clientId
    ]])
  })

  it("omitted: nothing", () => {
    assert.deepStrictEqual(added(ClientAuthentication.omitted.authenticate({}, context)), [])
  })

  it("has the names of RFC 7591, where there are any", () => {
    const { clientSecretBasic, clientSecretBasicRaw, clientSecretPost, none, omitted } = ClientAuthentication
    assert.deepStrictEqual(
      [clientSecretBasic, clientSecretPost, none, clientSecretBasicRaw, omitted].map(({ name }) => name),
      ["client_secret_basic", "client_secret_post", "none", "client_secret_basic_raw", "omitted"]
    )
  })
})
