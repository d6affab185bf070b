import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as Crypto from "node:crypto"
import { Account, Sandbox, Server } from "../src/index.ts"
import { basic, basicOf, bearer, field, fields, post, request } from "./support/wire.ts"

const form = (parameters: Record<string, string>) => new URLSearchParams(parameters).toString()
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")

const rsa = Crypto.generateKeyPairSync("rsa", { modulusLength: 2048 })
const ec = Crypto.generateKeyPairSync("ec", { namedCurve: "P-256" })
const ed = Crypto.generateKeyPairSync("ed25519")

const signers = {
  RS256: (data: Buffer) => Crypto.sign("sha256", data, rsa.privateKey),
  PS256: (data: Buffer) =>
    Crypto.sign("sha256", data, {
      key: rsa.privateKey,
      padding: Crypto.constants.RSA_PKCS1_PSS_PADDING,
      saltLength: 32
    }),
  ES256: (data: Buffer) => Crypto.sign("sha256", data, { key: ec.privateKey, dsaEncoding: "ieee-p1363" }),
  EdDSA: (data: Buffer) => Crypto.sign(null, data, ed.privateKey)
}

const publicKeys = {
  RS256: rsa.publicKey.export({ type: "spki", format: "pem" }).toString(),
  PS256: rsa.publicKey.export({ type: "spki", format: "pem" }).toString(),
  ES256: JSON.stringify(ec.publicKey.export({ format: "jwk" })),
  EdDSA: ed.publicKey.export({ type: "spki", format: "pem" }).toString()
}

let count = 0
const signed = (
  algorithm: keyof typeof signers,
  claims: Record<string, unknown>,
  header: Record<string, unknown> = {}
) => {
  const data = `${part({ alg: algorithm, typ: "JWT", ...header })}.${
    part({ iat: 0, exp: 60, jti: `jti-${++count}`, ...claims })
  }`
  return `${data}.${signers[algorithm](Buffer.from(data)).toString("base64url")}`
}

const reasons = Effect.flatMap(
  Sandbox,
  ({ journal }) => Effect.map(journal, (entries) => entries.map(({ reason }) => reason))
)

describe("A server that is described as data", () => {
  it.effect("accepts JSON bodies with its own field names, and returns a reply of its own form", () =>
    Effect.gen(function*() {
      const { at } = yield* Sandbox
      const url = at("https://login.acme.example/v2/session")
      const json = (body: unknown) =>
        request(url, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } })
      const answer = yield* json({ apiKey: "key-1", apiSecret: "s3cret-of-acme" })
      assert.strictEqual(answer.status, 201)
      const { data } = JSON.parse(answer.text)
      assert.deepStrictEqual(Object.keys(data), ["token", "expiresAt", "api"])
      assert.strictEqual(data.expiresAt, "1970-01-01T00:10:00.000Z")
      const call = (headers: Record<string, string>) => request(`${data.api}/things`, { headers })
      assert.strictEqual((yield* call({ "x-acme-token": data.token })).status, 200)
      assert.strictEqual((yield* call(bearer(data.token))).status, 401)
      const wrong = yield* json({ apiKey: "key-1", apiSecret: "wrong" })
      assert.deepStrictEqual([wrong.status, wrong.text], [422, `{"message":"no"}`])
      assert.deepStrictEqual((yield* reasons).filter((reason) => reason !== undefined), [
        "The request has no access token in x-acme-token.",
        "apiSecret is wrong."
      ])
    }).pipe(Effect.provide(Sandbox.layer({
      servers: [{
        host: "login.acme.example",
        tokens: [{
          path: "/v2/session",
          encoding: "json",
          fields: { apiKey: "key-1", apiSecret: "s3cret-of-acme" },
          strict: true,
          status: 201,
          lifetime: 600,
          reply: { data: { token: "$access_token", expiresAt: "$expires_at", api: "$origin/api" } },
          refusals: { request: { status: 422, body: { message: "no" } } }
        }],
        routes: [{ path: "/api/things", header: "x-acme-token", body: { things: [] } }]
      }]
    }))))

  it.effect("accepts GET with a query, Basic or a body, its own grant type, and its own scheme", () =>
    Effect.gen(function*() {
      const { addServer, at } = yield* Sandbox
      yield* addServer({
        host: "{region}.acme.example",
        tokens: [
          { method: "GET", path: "/token", encoding: "query", fields: { id: "a", key: true } },
          {
            path: "/token",
            client: Server.clientSecret("client_secret_basic", "client", "s+cret/="),
            fields: { grant_type: "account_credentials", account_id: "account-1" }
          },
          { path: "/body", client: Server.clientSecret("client_secret_post", "client", "s+cret/=") }
        ],
        routes: [{ path: "/me", scheme: "Token" }]
      })
      const url = at("https://emea.acme.example/token")
      const got = yield* request(`${url}?id=a&key=b`)
      assert.deepStrictEqual(fields(got), ["access_token", "token_type", "expires_in"])
      assert.strictEqual((yield* request(`${url}?id=a`)).status, 400)
      const account = form({ grant_type: "account_credentials", account_id: "account-1", scope: "x" })
      const encoded = basic(`client:${encodeURIComponent("s+cret/=")}`)
      const granted = yield* post(url, account, encoded)
      assert.strictEqual(field(granted, "scope"), "x")
      assert.strictEqual(field(yield* post(url, account, basic("client:s+cret/=")), "error"), "invalid_client")
      assert.strictEqual(
        field(yield* post(url, form({ grant_type: "client_credentials" }), encoded), "error"),
        "unsupported_grant_type"
      )
      const inBody = { grant_type: "client_credentials", client_id: "client", client_secret: "s+cret/=" }
      assert.strictEqual((yield* post(at("https://emea.acme.example/body"), form(inBody))).status, 200)
      const me = (authorization: string) => request(at("https://nam.acme.example/me"), { headers: { authorization } })
      assert.strictEqual((yield* me(`Token ${field(granted, "access_token")}`)).status, 200)
      assert.strictEqual((yield* me(`Bearer ${field(granted, "access_token")}`)).status, 401)
    }).pipe(Effect.provide(Sandbox.layer())))

  for (const algorithm of ["RS256", "PS256", "ES256", "EdDSA"] as const) {
    it.effect(`verifies an assertion that is signed with ${algorithm}: key, claims, lifetime, and once only`, () =>
      Effect.gen(function*() {
        const { at } = yield* Sandbox
        const url = at("https://idp.acme.example/token")
        const claims = { iss: "me", aud: "https://idp.acme.example/token" }
        const ask = (assertion: string) =>
          post(url, form({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion }))
        const good = signed(algorithm, claims, { kid: "1" })
        assert.strictEqual((yield* ask(good)).status, 200)
        const [head = "", , signature = ""] = good.split(".")
        const wrongs: ReadonlyArray<readonly [string, RegExp]> = [
          [good, /its jti was used before/],
          [signed(algorithm, { ...claims, aud: "elsewhere" }, { kid: "1" }), /the claim aud must be/],
          [signed(algorithm, claims), /the header kid is missing/],
          [signed(algorithm, { ...claims, exp: 3600 }, { kid: "1" }), /it may live 300 s at most/],
          [signed(algorithm, { ...claims, exp: -1 }, { kid: "1" }), /it has expired/],
          [`${head}.${part({ ...claims, iat: 0, exp: 60 })}.${signature}`, /its signature isn't that of the key/],
          [`${part({ alg: "none" })}.${part(claims)}.`, /its alg must be/],
          ["nonsense", /it isn't a JSON Web Token/]
        ]
        for (const [assertion, reason] of wrongs) {
          const answer = yield* ask(assertion)
          assert.deepStrictEqual([answer.status, field(answer, "error")], [400, "invalid_grant"])
          assert.match(String((yield* reasons).at(-1)), reason)
        }
        yield* TestClock.adjust("61 seconds")
        assert.strictEqual((yield* ask(signed(algorithm, claims, { kid: "1" }))).status, 400)
      }).pipe(Effect.provide(Sandbox.layer({
        servers: [{
          host: "idp.acme.example",
          tokens: [{
            path: "/token",
            fields: {
              grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
              assertion: Server.jwt({
                publicKey: publicKeys[algorithm],
                algorithm,
                claims: { iss: "me", aud: "https://idp.acme.example/token", jti: true },
                header: { kid: "1" }
              })
            }
          }]
        }]
      }))))
  }

  it.effect("accepts a JSON Web Token as the bearer of the token request, and returns a JSON Web Token", () =>
    Effect.gen(function*() {
      const { at } = yield* Sandbox
      const url = at("https://api.hub.example/app/installations/7/access_tokens")
      const answer = yield* request(url, { method: "POST", headers: bearer(signed("RS256", { iss: "app-1" })) })
      assert.strictEqual(answer.status, 201)
      assert.strictEqual(field(answer, "token").split(".").length, 3)
      assert.strictEqual((yield* request(url, { method: "POST" })).status, 401)
      assert.strictEqual(
        (yield* request(at("https://api.hub.example/repos"), { headers: bearer(field(answer, "token")) })).status,
        200
      )
    }).pipe(Effect.provide(Sandbox.layer({
      servers: [{
        host: "api.hub.example",
        tokens: [{
          path: "/app/installations/{installation}/access_tokens",
          client: Server.clientBearer({ publicKey: publicKeys.RS256, algorithm: "RS256", claims: { iss: "app-1" } }),
          fields: {},
          status: 201,
          reply: { token: "$jwt", expires_at: "$expires_at" }
        }],
        routes: [{ path: "/repos" }]
      }]
    }))))

  it.effect("exchanges a valid token of another server, and renews with stored refresh tokens that work once", () =>
    Effect.gen(function*() {
      const { at, revoke } = yield* Sandbox
      const routee = yield* post(
        at("https://auth.routee.net/oauth/token"),
        "grant_type=client_credentials",
        basicOf(Account.routee)
      )
      const url = at("https://sts.acme.example/token")
      const exchange = post(
        url,
        form({
          grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
          subject_token: field(routee, "access_token")
        })
      )
      assert.strictEqual((yield* exchange).status, 200)
      yield* revoke({ provider: "routee" })
      assert.strictEqual(field(yield* exchange, "error"), "invalid_grant")

      const renew = (refresh_token: string) => post(url, form({ grant_type: "refresh_token", refresh_token }))
      const first = yield* renew("stored-refresh-token")
      assert.strictEqual(first.status, 200)
      const second = yield* renew(field(first, "refresh_token"))
      assert.strictEqual(second.status, 200)
      assert.strictEqual(field(yield* renew("stored-refresh-token"), "error"), "invalid_grant")
      assert.match(String((yield* reasons).at(-1)), /was used before, and works once/)
    }).pipe(Effect.provide(Sandbox.layer({
      servers: [{
        host: "sts.acme.example",
        tokens: [
          {
            path: "/token",
            fields: { grant_type: "urn:ietf:params:oauth:grant-type:token-exchange", subject_token: Server.anyToken }
          },
          {
            path: "/token",
            fields: { grant_type: "refresh_token", refresh_token: Server.refreshToken(["stored-refresh-token"]) },
            reply: { access_token: "$access_token", token_type: "Bearer", refresh_token: "$refresh_token" }
          }
        ]
      }]
    }))))

  it.effect("serves public documents, refuses tokens of other servers, and can be added by the control endpoint", () =>
    Effect.gen(function*() {
      const { at, origin, urls } = yield* Sandbox
      const server = {
        host: "issuer.example",
        tokens: [{ path: "/token", client: Server.clientSecret("client_secret_post", "id", "s3cret-here") }],
        routes: [
          { path: "/.well-known/oauth-authorization-server", public: true, body: { token_endpoint: "$origin/token" } },
          { path: "/me" }
        ]
      }
      const added = yield* request(`${origin}/_sandbox/servers`, {
        method: "POST",
        body: JSON.stringify(server),
        headers: { "content-type": "application/json" }
      })
      assert.strictEqual(added.status, 200)
      const document = yield* request(at("https://issuer.example/.well-known/oauth-authorization-server"))
      assert.strictEqual(field(document, "token_endpoint"), `${origin}/issuer.example/token`)
      const { clientId, clientSecret } = Account.generic
      const other = yield* post(
        `${urls.generic}/token`,
        "grant_type=client_credentials",
        basic(`${clientId}:${encodeURIComponent(clientSecret)}`)
      )
      const me = yield* request(at("https://issuer.example/me"), { headers: bearer(field(other, "access_token")) })
      assert.strictEqual(me.status, 401)
      assert.strictEqual((yield* reasons).at(-1), "The access token is from another server.")
    }).pipe(Effect.provide(Sandbox.layer())))
})
