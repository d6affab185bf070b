import { assert, describe, it } from "@effect/vitest"
import * as Reply from "@mintmark/core/Reply"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const Adds = Schema.Struct({
  tier: Reply.optional(Schema.String),
  since: Reply.optional(Schema.Finite),
  idToken: Reply.optional(Schema.RedactedFromValue(Schema.String))
}).pipe(Schema.encodeKeys({ idToken: "id_token" }))

const decode = (input: unknown) => Result.getOrThrow(Schema.decodeUnknownResult(Adds)(input))

const encode = (input: typeof Adds.Type) => Result.getOrThrow(Schema.encodeResult(Adds)(input))

describe("Reply", () => {
  it("reads the fields that are there, and leaves out those that are missing or something else", () => {
    assert.deepStrictEqual(decode({ tier: "gold", since: 7, other: true }), { tier: "gold", since: 7 })
    assert.deepStrictEqual(decode({}), {})
    assert.deepStrictEqual(decode({ tier: 7, since: "7", id_token: null }), {})
  })

  it("writes back what it read, secrets included, so that a store can keep it", () => {
    for (const input of [{ tier: "gold", since: 7, id_token: "s3cret" }, { since: 0 }, {}]) {
      assert.deepStrictEqual(encode(decode(input)), input)
    }
  })

  it("keeps a secret field Redacted", () => {
    const { idToken } = decode({ id_token: "s3cret" })
    assert.isTrue(Redacted.isRedacted(idToken))
    assert.notInclude(JSON.stringify(idToken), "s3cret")
  })

  it("shows nothing of a reply that adds nothing", () => {
    const nothing = Schema.decodeResult(Reply.Nothing)({ access_token: "s3cret", id_token: "s3cret" })
    assert.deepStrictEqual(Result.getOrThrow(nothing), {})
    assert.deepStrictEqual(Result.getOrThrow(Schema.encodeResult(Reply.Nothing)({})), {})
  })
})
