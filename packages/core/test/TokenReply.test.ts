import { assert, describe, it } from "@effect/vitest"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const standard = { access_token: "t0ken", token_type: "Bearer", expires_in: 3600 }

const decode = <A>(schema: Schema.ConstraintDecoder<A>, input: unknown): A =>
  Result.getOrThrow(Schema.decodeUnknownResult(schema)(input))

const isRefused = (schema: Schema.ConstraintDecoder<unknown>, input: unknown): boolean =>
  Result.isFailure(Schema.decodeUnknownResult(schema)(input))

describe("TokenReply.Standard", () => {
  it("decodes OAuth's fields", () => {
    const reply = decode(TokenReply.Standard, {
      ...standard,
      refresh_token: "r3fresh",
      scope: "a b",
      refresh_expires_in: 60
    })
    assert.strictEqual(Redacted.value(reply.accessToken), "t0ken")
    assert.strictEqual(reply.refreshToken && Redacted.value(reply.refreshToken), "r3fresh")
    const { accessToken: _, refreshToken: __, ...rest } = reply
    assert.deepStrictEqual(rest, { tokenType: "Bearer", expiresIn: 3600, scope: ["a", "b"], refreshTokenExpiresIn: 60 })
  })

  it("drops unknown fields", () => {
    const reply = decode(TokenReply.Standard, { ...standard, id_token: "s3cret", client_secret: "s3cret" })
    assert.hasAllKeys(reply, ["accessToken", "tokenType", "expiresIn"])
  })

  it("treats null as an absent field", () => {
    const nothing = { expires_in: null, refresh_token: null, scope: null, refresh_expires_in: null }
    assert.hasAllKeys(decode(TokenReply.Standard, { ...standard, ...nothing }), ["accessToken", "tokenType"])
  })

  it.each<[string, unknown]>([
    ["no token", { token_type: "Bearer" }],
    ["a token that a header can't carry", { ...standard, access_token: "t0 ken" }],
    ["a token that is too long", { ...standard, access_token: "t".repeat(15_361) }],
    ["no type", { access_token: "t0ken" }],
    ["a type that is no text", { ...standard, token_type: 7 }],
    ["a lifetime that is no number", { ...standard, expires_in: "3600.5" }],
    ["a refresh token that is no text", { ...standard, refresh_token: 7 }],
    ["scopes that are no texts", { ...standard, scope: [7] }],
    ["no object", "t0ken"],
    ["nothing", undefined]
  ])("refuses a reply with %s", (_, input) => {
    assert.isTrue(isRefused(TokenReply.Standard, input))
  })
})

describe("TokenReply.make", () => {
  const Adds = TokenReply.make({
    tier: TokenReply.optional(Schema.String),
    since: TokenReply.optional(Schema.Finite),
    idToken: TokenReply.optional(Schema.RedactedFromValue(Schema.String))
  }, { fields: { idToken: "id_token" } })
  const adds = (input: object) => {
    const { accessToken: _, expiresIn: __, tokenType: ___, ...more } = decode(Adds, { ...standard, ...input })
    return more
  }
  const json = TokenReply.more(Adds)
  const encode = (reply: TokenReply.More<typeof Adds>) => Result.getOrThrow(Schema.encodeResult(json)(reply))

  it("reads the fields that are present and valid, and omits the others", () => {
    assert.deepStrictEqual(adds({ tier: "gold", since: 7, other: true }), { tier: "gold", since: 7 })
    assert.deepStrictEqual(adds({}), {})
    assert.deepStrictEqual(adds({ tier: 7, since: "7", id_token: null }), {})
  })

  it("has no field of the provider's own by a name of OAuth's: that is a type error", () => {
    const scopes = Schema.Array(Schema.String)
    // @ts-expect-error: scope is a field of OAuth's: take another name
    const shaped = TokenReply.make({ scope: scopes, tier: Schema.String })
    // @ts-expect-error: likewise
    TokenReply.make({ expiresIn: TokenReply.optional(Schema.Number) })
    // @ts-expect-error: likewise, by the name in a reply
    TokenReply.make({ refresh_token: Schema.String })
    const decode = (text: string) => ({ accessToken: Redacted.make(text), access_token: text })
    // @ts-expect-error: likewise
    TokenReply.from(Schema.String, { access_token: Schema.String }, decode)
    assert.isTrue(isRefused(shaped, standard))
    assert.isFalse(isRefused(TokenReply.make({ granted: scopes }, { fields: { granted: "scope" } }), {
      ...standard,
      scope: ["a"]
    }))
  })

  it("fails for a reply without a required field", () => {
    assert.isTrue(isRefused(TokenReply.make({ tier: Schema.String }), standard))
    assert.isFalse(isRefused(TokenReply.make({ tier: Schema.String }), { ...standard, tier: "gold" }))
  })

  it("encodes its fields as JSON, secrets included, for a shared store", () => {
    for (const input of [{ tier: "gold", since: 7, id_token: "s3cret" }, { since: 0 }, {}]) {
      const { id_token: idToken, ...rest } = { id_token: undefined, ...input }
      const stored = JSON.parse(JSON.stringify(encode(adds(input))))
      assert.deepStrictEqual(stored, idToken === undefined ? rest : { ...rest, idToken })
      assert.deepStrictEqual(encode(decode(json, stored)), stored)
    }
    assert.isTrue(isRefused(json, "nothing"))
    assert.isTrue(isRefused(json, { tier: 7 }))
  })

  it("keeps a secret field Redacted", () => {
    const { idToken } = adds({ id_token: "s3cret" })
    assert.isTrue(Redacted.isRedacted(idToken))
    assert.notInclude(JSON.stringify(idToken), "s3cret")
  })
})

describe("TokenReply.make: a reply of another shape", () => {
  const read = (shape: TokenReply.Shape, input: unknown) => decode(TokenReply.make({}, shape), input)
  const bare = { requiresTokenType: false }
  const end = Date.UTC(2030, 0, 1)

  it("has the token at another path", () => {
    const shape = { ...bare, accessToken: "data.token", expiresIn: "data.ttl" }
    const reply = read(shape, { data: { token: "t0ken", ttl: "60" } })
    assert.strictEqual(Redacted.value(reply.accessToken), "t0ken")
    assert.strictEqual(reply.expiresIn, 60)
    for (const input of [{ token: "t0ken" }, { data: "t0ken" }, { data: null }, { data: [] }, {}]) {
      assert.isTrue(isRefused(TokenReply.make({}, shape), input))
    }
    assert.isTrue(isRefused(TokenReply.make({}, { ...bare, accessToken: "constructor.name" }), {}))
  })

  it("has the token in one of several fields", () => {
    const shape = { ...bare, accessToken: ["token", "jwt"] }
    assert.strictEqual(Redacted.value(read(shape, { jwt: "t0ken" }).accessToken), "t0ken")
    assert.strictEqual(Redacted.value(read(shape, { token: "t0ken", jwt: "other" }).accessToken), "t0ken")
  })

  it.each([
    ["an ISO date", "2030-01-01T00:00:00Z"],
    ["an ISO date with milliseconds and a zone", "2030-01-01T01:00:00.000+01:00"],
    ["a date as in a header", "Tue, 01 Jan 2030 00:00:00 GMT"],
    ["seconds", end / 1000],
    ["seconds as a text", String(end / 1000)],
    ["milliseconds", end],
    ["milliseconds as a text", String(end)],
    ["microseconds", end * 1000],
    ["microseconds as a text", `${end * 1000}`],
    ["a date as in a header of old, with two digits for the year", "Tuesday, 01-Jan-30 00:00:00 GMT"],
    ["a compact ISO date", "20300101T000000Z"],
    ["a date of digits alone", "20300101000000"]
  ])("expires at %s", (_, expiresAt) => {
    assert.strictEqual(read({ ...bare, expiresAt: "end" }, { access_token: "t0ken", end: expiresAt }).expiresAt, end)
  })

  it("expires in the year 9999 where a server writes so for a token that doesn't expire", () => {
    for (const never of [253_402_300_799_000, "253402300799999", "9999-12-31T23:59:59Z"]) {
      const { expiresAt = 0 } = read({ ...bare, expiresAt: "end" }, { access_token: "t0ken", end: never })
      assert.strictEqual(new Date(expiresAt).getUTCFullYear(), 9999)
    }
  })

  it("has no URL of the API where that is empty, and is refused where no request could be sent to it", () => {
    const shape = { ...bare, apiUrl: "url" }
    for (const url of ["", null]) assert.isUndefined(read(shape, { access_token: "t0ken", url }).apiUrl)
    for (const url of ["https://api.acme.test", "https://api.acme.test/v2/", "http://127.0.0.1:4000/a?b"]) {
      assert.strictEqual(read(shape, { access_token: "t0ken", url }).apiUrl, url)
    }
    for (
      const url of ["/v2", "api.acme.test", "//api.acme.test", "https://a:b@api.acme.test", "https://a.test/#x", 7]
    ) {
      assert.isTrue(isRefused(TokenReply.make({}, shape), { access_token: "t0ken", url }), String(url))
    }
  })

  it.each(["soon", "", true, [], {}])("fails for an expiry that is not a time: %j", (expiresAt) => {
    assert.isTrue(
      isRefused(TokenReply.make({}, { ...bare, expiresAt: "end" }), { access_token: "t0ken", end: expiresAt })
    )
  })

  it("has a lifetime in milliseconds, or in minutes", () => {
    const input = { access_token: "t0ken", ttl: 90_000, refresh_expires_in: "30000" }
    const millis = read({ ...bare, expiresIn: "ttl", unit: "milliseconds" }, input)
    assert.strictEqual(millis.expiresIn, 90)
    assert.strictEqual(millis.refreshTokenExpiresIn, 30)
    assert.strictEqual(read({ ...bare, expiresIn: "ttl", unit: "minutes" }, { ...input, ttl: "2" }).expiresIn, 120)
  })

  it("expires at the exp of a JWT", () => {
    const jwt = (claims: unknown) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`
    const ends = (access_token: string) => read({ ...bare, isJwt: true }, { access_token }).expiresAt
    assert.strictEqual(ends(jwt({ exp: end / 1000, name: "\u00FC\u00DF\u{1F511}?>" })), end)
    for (
      const token of [jwt({}), jwt(null), jwt({ exp: null }), "t0ken", "a.b.c", "a.!.c", "..", `a.${"x".repeat(9)}.c`]
    ) {
      assert.isUndefined(ends(token))
    }
    assert.isUndefined(read({ ...bare, isJwt: true }, { access_token: jwt({ exp: 1 }), expires_in: 60 }).expiresAt)
  })

  it("has no token type, or its own names for it", () => {
    assert.isUndefined(read(bare, { access_token: "t0ken" }).tokenType)
    assert.strictEqual(read({ bearerTypes: ["JWT"] }, { access_token: "t0ken", token_type: "jwt" }).tokenType, "Bearer")
    assert.strictEqual(read({ bearerTypes: ["JWT"] }, { access_token: "t0ken", token_type: "MAC" }).tokenType, "MAC")
    assert.strictEqual(read({ tokenType: "type" }, { access_token: "t0ken", type: "Bearer" }).tokenType, "Bearer")
  })

  it("has scopes separated by commas", () => {
    const shape = { ...bare, scope: "perms", scopeSeparator: "," }
    assert.deepStrictEqual(read(shape, { access_token: "t0ken", perms: "a,b" }).scope, ["a", "b"])
    assert.deepStrictEqual(read(shape, { access_token: "t0ken", perms: ["a", "b"] }).scope, ["a", "b"])
  })

  it("contains the URL of the API", () => {
    const input = { access_token: "t0ken", instance_url: "https://acme.my.example" }
    assert.strictEqual(read({ ...bare, apiUrl: "instance_url" }, input).apiUrl, "https://acme.my.example")
  })
})

describe("TokenReply.from", () => {
  it("decodes a reply that has nothing in common with OAuth's", () => {
    const Pair = Schema.Tuple([Schema.NonEmptyString, Schema.Int, Schema.String])
    const schema = TokenReply.from(Pair, { tier: Schema.String }, ([token, expiresIn, tier]) => ({
      accessToken: Redacted.make(token),
      expiresIn,
      tier
    }))
    const reply = decode(schema, ["t0ken", 60, "gold"])
    assert.strictEqual(Redacted.value(reply.accessToken), "t0ken")
    assert.strictEqual(reply.expiresIn, 60)
    assert.strictEqual(reply.tier, "gold")
    assert.isTrue(isRefused(schema, ["t0ken", "60", "gold"]))
    assert.isTrue(isRefused(schema, standard))
  })
})
