/*
 * JWTs that a client signs: as its authentication, as its grant, and as the token itself.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it, vi } from "@effect/vitest"
import * as AccessToken from "@mintmark/core/AccessToken"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as JwtBearer from "@mintmark/core/JwtBearer"
import * as PrivateKeyJwt from "@mintmark/core/PrivateKeyJwt"
import * as Provider from "@mintmark/core/Provider"
import * as ProviderClient from "@mintmark/core/ProviderClient"
import { ProviderService } from "@mintmark/core/ProviderService"
import type { TokenError } from "@mintmark/core/TokenError"
import { TokenErrorSchema } from "@mintmark/core/TokenError"
import * as TokenExchange from "@mintmark/core/TokenExchange"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as ConfigProvider from "effect/ConfigProvider"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as Jose from "jose"
import { generateKeyPairSync, type KeyObject } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { inspect } from "node:util"
import { Provider as OidcProvider } from "oidc-provider"
import { serve } from "./support/RealServer.ts"

const pairs: Readonly<
  Record<PrivateKeyJwt.Algorithm, { readonly privateKey: KeyObject; readonly publicKey: KeyObject }>
> = {
  RS256: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  PS256: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ES256: generateKeyPairSync("ec", { namedCurve: "P-256" }),
  EdDSA: generateKeyPairSync("ed25519"),
  Ed25519: generateKeyPairSync("ed25519")
}
const algorithms = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"] as const

const pkcs8 = (key: KeyObject) => String(key.export({ type: "pkcs8", format: "pem" }))
const pkcs1 = (encryption: { cipher?: string; passphrase?: string } = {}) =>
  String(pairs.RS256.privateKey.export({ type: "pkcs1", format: "pem", ...encryption }))
const secret = (text: string) => Redacted.make(text)

const certificate = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----"

/** The same private key in each notation that an application may have it in. */
const notations = (algorithm: PrivateKeyJwt.Algorithm): ReadonlyArray<readonly [what: string, key: string]> => {
  const { privateKey } = pairs[algorithm]
  return [
    ["PEM", pkcs8(privateKey)],
    ["PEM with line ends of Windows", pkcs8(privateKey).replaceAll("\n", "\r\n")],
    ["PEM in one line, as a variable has it", pkcs8(privateKey).trim().replaceAll("\n", "\\n")],
    ["PEM with spaces around it", `\n  ${pkcs8(privateKey)}\n\n`],
    ["PEM whose line ends became spaces", pkcs8(privateKey).trim().replaceAll("\n", " ")],
    ["PEM with Windows line ends in one line", pkcs8(privateKey).trim().replaceAll("\n", "\\r\\n")],
    ["PEM that is indented", pkcs8(privateKey).replaceAll("\n", "\n    ")],
    ["PEM whose line ends became no-break spaces", pkcs8(privateKey).trim().replaceAll("\n", "\u00A0")],
    ["PEM in one line that was escaped twice", pkcs8(privateKey).trim().replaceAll("\n", "\\\\n")],
    ["PEM with a byte order mark", `\uFEFF${pkcs8(privateKey)}`],
    ["PEM in quotes", JSON.stringify(pkcs8(privateKey))],
    ["PEM with a certificate before it", `${certificate}\n${pkcs8(privateKey)}`],
    ["PEM with a certificate after it", `${pkcs8(privateKey)}${certificate}`],
    ["PEM with a text before it", `Bag Attributes\n    friendlyName: my key\n${pkcs8(privateKey)}`],
    ["a JWK", JSON.stringify(privateKey.export({ format: "jwk" }))],
    [
      "a JWK with spaces around it, and a byte order mark",
      `\uFEFF${JSON.stringify(privateKey.export({ format: "jwk" }))}\n`
    ],
    [
      "a JWK that was made for another use",
      JSON.stringify({ ...privateKey.export({ format: "jwk" }), use: "enc", key_ops: ["deriveBits"] })
    ],
    [
      "a JWK with its name, algorithm and use",
      JSON.stringify({
        ...privateKey.export({ format: "jwk" }),
        kid: "k",
        alg: algorithm,
        use: "sig",
        key_ops: ["sign"]
      })
    ],
    ...(algorithm === "ES256"
      ? [
        ["SEC1", String(privateKey.export({ type: "sec1", format: "pem" }))] as const,
        [
          "SEC1 behind the parameters that openssl writes before it",
          `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${
            privateKey.export({ type: "sec1", format: "pem" })
          }`
        ] as const
      ]
      : []),
    ...(algorithm === "RS256" || algorithm === "PS256"
      ? [["PKCS#1", String(privateKey.export({ type: "pkcs1", format: "pem" }))] as const]
      : []),
    ...(algorithm === "EdDSA" || algorithm === "Ed25519"
      ? ["EdDSA", "Ed25519"].map((alg) =>
        [`a JWK whose alg is ${alg}`, JSON.stringify({ ...privateKey.export({ format: "jwk" }), alg })] as const
      )
      : [])
  ]
}

const common = {
  id: "acme",
  tokenEndpoint: "https://auth.acme.test/token",
  apiUrl: "https://api.acme.test",
  grant: Grant.clientCredentials,
  reply: TokenReply.Standard
}

/** A server that keeps the requests it is sent, and the header `Authorization` of each. */
const recording = (answers: ReadonlyArray<number> = []) => {
  const sent: Array<{ readonly fields: URLSearchParams; readonly authorization: string | undefined }> = []
  const http = HttpClient.make((request) =>
    Effect.sync(() => {
      const text = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
      sent.push({ fields: new URLSearchParams(text), authorization: request.headers["authorization"] })
      const status = answers[sent.length - 1] ?? 200
      return HttpClientResponse.fromWeb(
        request,
        status === 200
          ? Response.json({ access_token: `token-${sent.length}`, token_type: "Bearer", expires_in: 60 })
          : new Response(null, { status })
      )
    })
  )
  return { http, sent }
}

const field = (sent: ReadonlyArray<{ readonly fields: URLSearchParams }>, name: string, index = 0): string =>
  sent[index]?.fields.get(name) ?? ""

const verified = (jwt: string, publicKey: KeyObject | CryptoKey, audience?: string) =>
  Effect.promise(() =>
    Jose.jwtVerify(jwt, publicKey, { currentDate: new Date(1_000), ...(audience === undefined ? {} : { audience }) })
  )

describe("PrivateKeyJwt", () => {
  for (const algorithm of algorithms) {
    for (const [what, key] of notations(algorithm)) {
      it.effect(`signs with ${algorithm} and ${what}, verified by another library`, () =>
        Effect.gen(function*() {
          const { http, sent } = recording()
          const acme = Provider.make({ ...common, clientAuthentication: PrivateKeyJwt.make({ algorithm }) })
          const client = yield* ProviderClient.make(acme, {
            clientId: "my-client",
            privateKey: secret(key),
            keyId: "key-1",
            certificateThumbprint: "abc"
          }).pipe(Effect.provideService(HttpClient.HttpClient, http))
          yield* client.token
          assert.strictEqual(field(sent, "client_id"), "my-client")
          assert.strictEqual(
            field(sent, "client_assertion_type"),
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
          )
          const { payload, protectedHeader } = yield* verified(
            field(sent, "client_assertion"),
            pairs[algorithm].publicKey,
            common.tokenEndpoint
          )
          assert.deepStrictEqual(protectedHeader, { alg: algorithm, typ: "JWT", kid: "key-1", "x5t#S256": "abc" })
          assert.include(payload, { iss: "my-client", sub: "my-client", iat: 0, exp: 60 })
          assert.match(payload.jti ?? "", /^[\da-f-]{36}$/)
        }))
    }
  }

  it.effect("signs each attempt anew: three attempts have three values of jti", () =>
    Effect.gen(function*() {
      const { http, sent } = recording([503, 503])
      const acme = Provider.make({ ...common, clientAuthentication: PrivateKeyJwt.make({ algorithm: "ES256" }) })
      const { token } = yield* ProviderClient.make(acme, {
        clientId: "my-client",
        privateKey: secret(pkcs8(pairs.ES256.privateKey))
      }).pipe(Effect.provideService(HttpClient.HttpClient, http))
      const waiting = yield* Effect.forkChild(token, { startImmediately: true })
      // Signing takes real time, the pauses between attempts the test's.
      for (let look = 0; look < 2_000 && waiting.pollUnsafe() === undefined; look++) {
        yield* TestClock.withLive(Effect.sleep(1))
        yield* TestClock.adjust("100 millis")
      }
      assert.strictEqual(waiting.pollUnsafe()?._tag, "Success")
      const ids = yield* Effect.forEach([0, 1, 2], (index) =>
        Effect.sync(() => Jose.decodeJwt(field(sent, "client_assertion", index)).jti))
      assert.strictEqual(new Set(ids).size, 3)
    }))

  it.effect("signs once for 10,000 callers", () =>
    Effect.gen(function*() {
      const { http, sent } = recording()
      const acme = Provider.make({ ...common, clientAuthentication: PrivateKeyJwt.make({ algorithm: "ES256" }) })
      const { token } = yield* ProviderClient.make(acme, {
        clientId: "my-client",
        privateKey: secret(pkcs8(pairs.ES256.privateKey))
      }).pipe(Effect.provideService(HttpClient.HttpClient, http))
      const sign = vi.spyOn(crypto.subtle, "sign")
      yield* Effect.addFinalizer(() => Effect.sync(() => sign.mockRestore()))
      const tokens = yield* Effect.all(Array.from({ length: 10_000 }, () => token), { concurrency: "unbounded" })
      assert.strictEqual(new Set(tokens).size, 1)
      assert.strictEqual(sent.length, 1)
      assert.strictEqual(sign.mock.calls.length, 1)
    }))

  for (
    const [what, algorithm, key, problem] of [
      ["text that is no key", "RS256", "s3cret", /must be a private key: PEM \(-----BEGIN/],
      ["a broken PEM", "RS256", "-----BEGIN PRIVATE KEY-----\nc3Vycm91bmRlZA==\n-----END PRIVATE KEY-----", /is not a/],
      [
        "a PEM that has lost lines",
        "RS256",
        pkcs8(pairs.RS256.privateKey).split("\n").toSpliced(5, 9).join("\n"),
        /is not a private key for RS256, which needs an RSA key, or is damaged$/
      ],
      [
        "a PEM whose line ends became letters",
        "ES256",
        pkcs8(pairs.ES256.privateKey).replaceAll("\n", "n"),
        /is not a private key for ES256, which needs an EC key on the curve P-256, or is damaged$/
      ],
      [
        "a PEM with other characters",
        "RS256",
        pkcs8(pairs.RS256.privateKey).replace("\n", "\n\u00FC-"),
        /is not a private key for RS256/
      ],
      [
        "Base64 without its first and last line",
        "RS256",
        pkcs8(pairs.RS256.privateKey).split("\n").slice(1, -2).join("\n"),
        /must be a private key: PEM \(-----BEGIN PRIVATE KEY-----\)/
      ],
      ["the name of a file", "RS256", "/run/secrets/acme.pem", /must be a private key/],
      ["half of a PEM", "RS256", pkcs8(pairs.RS256.privateKey).slice(0, 400), /has no line -----END PRIVATE KEY-----/],
      [
        "the first line of a PEM that was not quoted in a .env file",
        "RS256",
        "-----BEGIN RSA PRIVATE KEY-----",
        /has no line -----END RSA PRIVATE KEY-----; in a .env file, quote the whole key/
      ],
      ["nothing", "RS256", "", /is missing or empty/],
      ["spaces", "RS256", " \n ", /is missing or empty/],
      [
        "a PEM without a body",
        "RS256",
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
        /is not a private key/
      ],
      ["PEM in Base64", "RS256", Buffer.from(pkcs8(pairs.RS256.privateKey)).toString("base64"), /in Base64; decode it/],
      ["an EC PEM for RS256", "RS256", pkcs8(pairs.ES256.privateKey), /RS256, which needs an RSA key/],
      ["an RSA key of PKCS#1 for ES256", "ES256", pkcs1(), /ES256, which needs an EC key on the curve P-256/],
      ["an RSA key for Ed25519", "Ed25519", pkcs8(pairs.RS256.privateKey), /needs an Ed25519 key/],
      [
        "an encrypted key of PKCS#1",
        "RS256",
        pkcs1({ cipher: "aes-128-cbc", passphrase: "p" }),
        /is encrypted; decrypt/
      ],
      [
        "a key in OpenSSH's format",
        "RS256",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----",
        /ssh-keygen -p -m PKCS8/
      ],
      [
        "the whole file of a service account",
        "RS256",
        JSON.stringify({ type: "service_account", private_key: pkcs8(pairs.RS256.privateKey) }),
        /is JSON without kty; give its private_key/
      ],
      [
        "a set of JWKs",
        "RS256",
        JSON.stringify({ keys: [pairs.RS256.privateKey.export({ format: "jwk" })] }),
        /is JSON without kty; give its private_key, or one of its keys$/
      ],
      [
        "a JSON file that has the key further inside",
        "RS256",
        JSON.stringify({ boxAppSettings: { appAuth: { privateKey: pkcs8(pairs.RS256.privateKey) } } }),
        /is JSON without kty/
      ],
      [
        "a JWK of another algorithm",
        "RS256",
        JSON.stringify({ ...pairs.RS256.privateKey.export({ format: "jwk" }), alg: "PS256" }),
        /is a JWK whose alg is not RS256/
      ],
      [
        "a JWK whose algorithm is no algorithm",
        "Ed25519",
        JSON.stringify({ ...pairs.Ed25519.privateKey.export({ format: "jwk" }), alg: "constructor" }),
        /is a JWK whose alg is not Ed25519/
      ],
      [
        "a secret as a JWK",
        "RS256",
        JSON.stringify({ kty: "oct", k: "c3Vycm91bmRlZA" }),
        /is not a private key for RS256/
      ],
      [
        "a JWK of another curve",
        "ES256",
        JSON.stringify(generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey.export({ format: "jwk" })),
        /P-256/
      ],
      ["a key of another kind", "ES256", pkcs8(pairs.RS256.privateKey), /needs an EC key on the curve P-256/],
      [
        "a key of another curve",
        "ES256",
        pkcs8(generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey),
        /P-256/
      ],
      [
        "a key of another curve in SEC1",
        "ES256",
        String(
          generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey.export({ type: "sec1", format: "pem" })
        ),
        /is not a private key for ES256, which needs an EC key on the curve P-256/
      ],
      ["an EC key for RSA", "PS256", pkcs8(pairs.ES256.privateKey), /which needs an RSA key/],
      [
        "a public key",
        "RS256",
        String(pairs.RS256.publicKey.export({ type: "spki", format: "pem" })),
        /is a public key; the private key is needed/
      ],
      [
        "a public key of PKCS#1",
        "RS256",
        String(pairs.RS256.publicKey.export({ type: "pkcs1", format: "pem" })),
        /is a rsa public key; the private key is needed/
      ],
      [
        "a request for a certificate",
        "RS256",
        "-----BEGIN CERTIFICATE REQUEST-----\nAA==\n-----END CERTIFICATE REQUEST-----",
        /is a certificate request; the private key is needed/
      ],
      [
        "a JWK without its private half",
        "RS256",
        JSON.stringify(pairs.RS256.publicKey.export({ format: "jwk" })),
        /is a public key; the private key is needed/
      ],
      ["a JWK that is broken", "RS256", "{\"kty\":\"RSA\",", /JSON is broken/],
      ["a certificate", "RS256", certificate, /is a certificate; the private key is needed/],
      [
        "an encrypted key",
        "RS256",
        String(pairs.RS256.privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "p" })),
        /is encrypted; decrypt it/
      ]
    ] as const
  ) {
    it.effect(`does not accept ${what}: fails at the start, names the option, shows nothing of the key`, () =>
      Effect.gen(function*() {
        const { http, sent } = recording()
        const acme = Provider.make({
          ...common,
          names: { privateKey: "signingKey" },
          clientAuthentication: PrivateKeyJwt.make({ algorithm })
        })
        const error = yield* ProviderClient.make(acme, { clientId: "my-client", signingKey: secret(key) }).pipe(
          Effect.provideService(HttpClient.HttpClient, http),
          Effect.flip
        )
        assert.match(error.message, /^acme: signingKey \(ACME_SIGNING_KEY\) /)
        assert.match(error.message, problem)
        const shown = inspect(error, { depth: Infinity, showHidden: true })
        for (const line of key.split("\n").filter((line) => line.length > 20 && !line.startsWith("-----"))) {
          assert.notInclude(shown, line.slice(0, 16))
        }
        assert.deepStrictEqual(sent, [])
      }))
  }

  it.effect("decodes a key once, for all clients and tokens", () =>
    Effect.gen(function*() {
      const { http, sent } = recording()
      const acme = Provider.make({ ...common, clientAuthentication: PrivateKeyJwt.make({ algorithm: "ES256" }) })
      const importKey = vi.spyOn(crypto.subtle, "importKey")
      yield* Effect.addFinalizer(() => Effect.sync(() => importKey.mockRestore()))
      const account = { clientId: "my-client", privateKey: secret(pkcs8(pairs.ES256.privateKey)) }
      for (let client = 0; client < 2; client++) {
        const { renew } = yield* Effect.provideService(ProviderClient.make(acme, account), HttpClient.HttpClient, http)
        yield* renew
        yield* renew
      }
      assert.strictEqual(sent.length, 4)
      assert.strictEqual(importKey.mock.calls.length, 1)
    }))

  it.effect("says so at the start where the platform can't sign: no crypto.subtle, or none of this algorithm", () =>
    Effect.gen(function*() {
      yield* Effect.addFinalizer(() => Effect.sync(() => vi.unstubAllGlobals()))
      const unsupported = () => Promise.reject(new DOMException("Unrecognized name", "NotSupportedError"))
      for (
        const [crypto, problem] of [
          [undefined, "needs crypto.subtle, which browsers have only over https and on localhost"],
          [{}, "needs crypto.subtle, which browsers have only over https and on localhost"],
          [
            { subtle: { importKey: unsupported } },
            "is not supported by this platform's crypto.subtle for EdDSA, which needs an Ed25519 key, or is damaged"
          ]
        ] as const
      ) {
        vi.stubGlobal("crypto", crypto)
        const error = yield* ProviderClient.make(
          Provider.make({ ...common, clientAuthentication: PrivateKeyJwt.make({ algorithm: "EdDSA" }) }),
          { clientId: "my-client", privateKey: secret(pkcs8(pairs.EdDSA.privateKey)) }
        ).pipe(Effect.provideService(HttpClient.HttpClient, recording().http), Effect.flip)
        assert.strictEqual(error.message, `acme: privateKey (ACME_PRIVATE_KEY) ${problem}`)
      }
    }))

  it.effect("does not accept such a key from an effect: fails when it is read", () =>
    Effect.gen(function*() {
      const { http, sent } = recording()
      const acme = Provider.make({ ...common, clientAuthentication: PrivateKeyJwt.make({ algorithm: "RS256" }) })
      const { token } = yield* ProviderClient.make(acme, {
        clientId: "my-client",
        privateKey: Effect.succeed(secret("s3cret"))
      }).pipe(Effect.provideService(HttpClient.HttpClient, http))
      const error = yield* Effect.flip(token)
      assert.include(error.message, "acme: privateKey (ACME_PRIVATE_KEY) must be a private key")
      assert.deepStrictEqual(sent, [])
    }))

  it.effect("is sent in the Authorization header of the token request, if the provider says so", () =>
    Effect.gen(function*() {
      const { http, sent } = recording()
      const acme = Provider.make({
        ...common,
        clientAuthentication: PrivateKeyJwt.bearer({ algorithm: "RS256", lifetime: "10 minutes" }),
        request: { fields: { grant_type: false } }
      })
      const { token } = yield* ProviderClient.make(acme, {
        clientId: "app-1",
        privateKey: secret(pkcs8(pairs.RS256.privateKey))
      }).pipe(Effect.provideService(HttpClient.HttpClient, http))
      yield* token
      const [jwt = ""] = sent.map(({ authorization }) => authorization?.replace("Bearer ", ""))
      const { payload } = yield* verified(jwt, pairs.RS256.publicKey)
      assert.include(payload, { iss: "app-1", exp: 600 })
      assert.strictEqual(sent[0]?.fields.toString(), "")
    }))
})

describe("the audience of a JWT", () => {
  it.effect("is the account's, else the method's or the grant's, else the token endpoint, or none", () =>
    Effect.gen(function*() {
      const { http, sent } = recording()
      const key = { privateKey: secret(pkcs8(pairs.ES256.privateKey)) }
      const options = { algorithm: "ES256" } as const
      const omitted = ClientAuthentication.omitted
      for (
        const [ofValue, ofAccount, expected] of [
          [undefined, undefined, common.tokenEndpoint],
          ["https://acme.test", undefined, "https://acme.test"],
          ["https://acme.test", "https://tenant.acme.test/", "https://tenant.acme.test/"]
        ] as const
      ) {
        const method = PrivateKeyJwt.make({ ...options, audience: ofValue })
        const grant = JwtBearer.make({ ...options, audience: ofValue })
        const self = JwtBearer.selfSigned({ ...options, audience: ofValue })
        const byMethod = yield* ProviderClient.make(Provider.make({ ...common, clientAuthentication: method }), {
          clientId: "my-client",
          audience: ofAccount,
          ...key
        }).pipe(Effect.provideService(HttpClient.HttpClient, http))
        const byGrant = yield* ProviderClient.make(Provider.make({ ...common, clientAuthentication: omitted, grant }), {
          issuer: "me",
          audience: ofAccount,
          ...key
        }).pipe(Effect.provideService(HttpClient.HttpClient, http))
        const bySelf = yield* ProviderClient.make(
          Provider.make({ ...common, clientAuthentication: omitted, grant: self }),
          { issuer: "me", audience: ofAccount, ...key }
        ).pipe(Effect.provideService(HttpClient.HttpClient, http))
        yield* byMethod.token
        yield* byGrant.token
        const own = Redacted.value((yield* bySelf.token).value)
        const jwts = [field(sent, "client_assertion", sent.length - 2), field(sent, "assertion", sent.length - 1)]
        for (const jwt of jwts) assert.strictEqual(Jose.decodeJwt(jwt).aud, expected)
        assert.strictEqual(Jose.decodeJwt(own).aud, ofAccount ?? ofValue)
      }
    }))
})

describe("the lifetime of a JWT", () => {
  const key = { privateKey: secret(pkcs8(pairs.ES256.privateKey)) }
  const omitted = ClientAuthentication.omitted
  const made = <A, E>(client: Effect.Effect<A, E, HttpClient.HttpClient | Scope.Scope>) =>
    Effect.provideService(client, HttpClient.HttpClient, recording().http)
  const assertion = (lifetime: Duration.Input) =>
    made(ProviderClient.make(
      Provider.make({ ...common, clientAuthentication: PrivateKeyJwt.make({ algorithm: "ES256", lifetime }) }),
      { clientId: "my-client", ...key }
    ))
  const bearer = (lifetime: Duration.Input) =>
    made(ProviderClient.make(
      Provider.make({ ...common, clientAuthentication: PrivateKeyJwt.bearer({ algorithm: "ES256", lifetime }) }),
      { clientId: "my-client", ...key }
    ))
  const grant = (grant: Grant.Grant<JwtBearer.Issuer>) =>
    made(ProviderClient.make(Provider.make({ ...common, clientAuthentication: omitted, grant }), {
      issuer: "me",
      ...key
    }))

  it.effect("of a client assertion is 300 seconds at most", () =>
    Effect.gen(function*() {
      yield* assertion("5 minutes")
      const { message } = yield* Effect.flip(assertion("301 seconds"))
      assert.strictEqual(
        message,
        "acme: clientAuthentication has JWTs whose lifetime must be a positive, finite duration of 1 to 300 s"
      )
      yield* bearer("10 minutes")
      yield* grant(JwtBearer.make({ algorithm: "ES256", lifetime: "1 hour" }))
    }))

  it.effect("must be valid, whatever signs the JWT", () =>
    Effect.gen(function*() {
      for (const lifetime of [0, -60_000, 400, Infinity, "Infinity"] as const) {
        for (
          const [option, client] of [
            ["clientAuthentication", assertion(lifetime)],
            ["clientAuthentication", bearer(lifetime)],
            ["grant", grant(JwtBearer.make({ algorithm: "ES256", lifetime }))],
            ["grant", grant(JwtBearer.selfSigned({ algorithm: "ES256", lifetime }))]
          ] as const
        ) {
          assert.include((yield* Effect.flip(client)).reason, { _tag: "InvalidOption", option }, String(lifetime))
        }
      }
    }))
})

describe("the algorithm of a JWT", () => {
  it.effect("is one of those that can sign, whatever signs the JWT: any other is refused by its name", () =>
    Effect.gen(function*() {
      const { http, sent } = recording()
      const refused = <A>(client: Effect.Effect<A, TokenError, HttpClient.HttpClient | Scope.Scope>) =>
        Effect.flip(Effect.provideService(client, HttpClient.HttpClient, http))
      const omitted = { ...common, clientAuthentication: ClientAuthentication.omitted }
      const later = Effect.succeed(secret(pkcs8(pairs.ES256.privateKey)))
      for (const algorithm of ["HS256", "RS512", "rs256", "none", "toString", "", null, 256]) {
        const options = Object.assign({ algorithm: "RS256" as const }, JSON.parse(JSON.stringify({ algorithm })))
        const methods = [PrivateKeyJwt.make(options), PrivateKeyJwt.bearer(options)]
        const grants = [JwtBearer.make(options), JwtBearer.selfSigned(options)]
        for (const privateKey of [secret(pkcs8(pairs.ES256.privateKey)), later]) {
          for (const clientAuthentication of methods) {
            const acme = Provider.make({ ...common, clientAuthentication })
            const { message } = yield* refused(ProviderClient.make(acme, { clientId: "my-client", privateKey }))
            assert.strictEqual(
              message,
              `acme: clientAuthentication has the algorithm "${algorithm}"; those that can sign are RS256, PS256, ES256, EdDSA, Ed25519`
            )
          }
          for (const grant of grants) {
            const { message } = yield* refused(
              ProviderClient.make(Provider.make({ ...omitted, grant }), { issuer: "me", privateKey })
            )
            assert.include(message, `acme: grant has the algorithm "${algorithm}"; those that can sign are`)
          }
        }
      }
      assert.deepStrictEqual(sent, [])
    }))
})

describe("an RSA key", () => {
  it.effect("has 2048 bits or more, in each notation and as a CryptoKey", () =>
    Effect.gen(function*() {
      const { http, sent } = recording()
      for (const [bits, algorithm] of [[512, "RS256"], [1024, "RS256"], [1024, "PS256"], [2040, "PS256"]] as const) {
        const { privateKey } = generateKeyPairSync("rsa", { modulusLength: bits })
        const jwk = privateKey.export({ format: "jwk" })
        const imported = yield* Effect.promise(() =>
          crypto.subtle.importKey(
            "jwk",
            jwk,
            { name: algorithm === "RS256" ? "RSASSA-PKCS1-v1_5" : "RSA-PSS", hash: "SHA-256" },
            false,
            ["sign"]
          )
        )
        const acme = Provider.make({ ...common, clientAuthentication: PrivateKeyJwt.make({ algorithm }) })
        const given = [
          secret(pkcs8(privateKey)),
          secret(String(privateKey.export({ type: "pkcs1", format: "pem" }))),
          secret(JSON.stringify(jwk)),
          PrivateKeyJwt.fromCryptoKey(imported)
        ]
        for (const key of given) {
          const { message } = yield* Effect.flip(Effect.provideService(
            ProviderClient.make(acme, { clientId: "my-client", privateKey: key }),
            HttpClient.HttpClient,
            http
          ))
          assert.strictEqual(
            message,
            `acme: privateKey (ACME_PRIVATE_KEY) is an RSA key of ${bits} bits; ${algorithm} needs one of 2048 bits or more`
          )
        }
      }
      assert.deepStrictEqual(sent, [])
    }))
})

describe("layerConfig", () => {
  class Acme extends ProviderService<Acme, ProviderClient.Options & Provider.Account<PrivateKeyJwt.PrivateKey>>()(
    "test/Acme",
    Provider.make({ ...common, clientAuthentication: PrivateKeyJwt.make({ algorithm: "RS256" }) })
  ) {}

  it.effect("reads a key in PEM from a variable, or from a file of its name", () =>
    Effect.gen(function*() {
      const folder = mkdtempSync(join(tmpdir(), "mintmark-keys-"))
      yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true })))
      writeFileSync(join(folder, "ACME_CLIENT_ID"), "my-client")
      writeFileSync(join(folder, "ACME_PRIVATE_KEY"), pkcs8(pairs.RS256.privateKey))
      const variables = ConfigProvider.fromEnv({
        env: {
          ACME_CLIENT_ID: "my-client",
          ACME_PRIVATE_KEY: pkcs8(pairs.RS256.privateKey).replaceAll("\n", "\\n")
        }
      })
      const files = yield* Effect.provide(ConfigProvider.fromDir({ rootPath: folder }), NodeServices.layer)
      for (const provider of [variables, files]) {
        const { http, sent } = recording()
        yield* Acme.use(({ token }) => token).pipe(
          Effect.provide(Layer.provide(Acme.layerConfig(), Layer.succeed(HttpClient.HttpClient, http))),
          Effect.provideService(ConfigProvider.ConfigProvider, provider)
        )
        yield* verified(field(sent, "client_assertion"), pairs.RS256.publicKey)
      }
    }))
})

describe("PrivateKeyJwt.fromCryptoKey", () => {
  const parameters = {
    RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
    PS256: { name: "RSA-PSS", hash: "SHA-256", modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
    ES256: { name: "ECDSA", namedCurve: "P-256" },
    EdDSA: { name: "Ed25519" },
    Ed25519: { name: "Ed25519" }
  }
  const generate = (algorithm: PrivateKeyJwt.Algorithm, extractable = false) =>
    Effect.promise(async (): Promise<CryptoKeyPair> => {
      const keys = await crypto.subtle.generateKey(parameters[algorithm], extractable, ["sign", "verify"])
      assert("privateKey" in keys)
      return keys
    })
  const clientWith = (algorithm: PrivateKeyJwt.Algorithm, key: CryptoKey, http: HttpClient.HttpClient) =>
    ProviderClient.make(
      Provider.make({ ...common, clientAuthentication: PrivateKeyJwt.make({ algorithm }) }),
      { clientId: "my-client", privateKey: PrivateKeyJwt.fromCryptoKey(key) }
    ).pipe(Effect.provideService(HttpClient.HttpClient, http))

  for (const algorithm of algorithms) {
    it.effect(`signs with ${algorithm} and a key that can't be exported`, () =>
      Effect.gen(function*() {
        const { http, sent } = recording()
        const { privateKey, publicKey } = yield* generate(algorithm)
        assert.isFalse(privateKey.extractable)
        const { token } = yield* clientWith(algorithm, privateKey, http)
        yield* token
        yield* verified(field(sent, "client_assertion"), publicKey, common.tokenEndpoint)
      }))
  }

  it.effect("signs a grant's assertion, and an access token", () =>
    Effect.gen(function*() {
      const { http, sent } = recording()
      const { privateKey, publicKey } = yield* generate("ES256")
      const account = { issuer: "me", privateKey: PrivateKeyJwt.fromCryptoKey(privateKey) }
      const without = { ...common, clientAuthentication: ClientAuthentication.omitted }
      const grant = Provider.make({ ...without, grant: JwtBearer.make({ algorithm: "ES256" }) })
      const self = Provider.make({ ...without, grant: JwtBearer.selfSigned({ algorithm: "ES256" }) })
      const exchanged = yield* Effect.provideService(ProviderClient.make(grant, account), HttpClient.HttpClient, http)
      const own = yield* Effect.provideService(ProviderClient.make(self, account), HttpClient.HttpClient, http)
      yield* exchanged.token
      yield* verified(field(sent, "assertion"), publicKey)
      yield* verified(Redacted.value((yield* own.token).value), publicKey)
    }))

  it.effect("does not accept a key for another algorithm, and names what is needed", () =>
    Effect.gen(function*() {
      const { http, sent } = recording()
      const rsa = yield* generate("RS256", true)
      const pss = yield* generate("PS256")
      const ec = yield* generate("ES256")
      const jwk = yield* Effect.promise(() => crypto.subtle.exportKey("jwk", rsa.privateKey))
      const decryption = yield* Effect.promise(() =>
        crypto.subtle.importKey(
          "jwk",
          { ...jwk, alg: "RSA-OAEP-256", key_ops: ["decrypt"] },
          { name: "RSA-OAEP", hash: "SHA-256" },
          false,
          ["decrypt"]
        )
      )
      const sha512 = yield* Effect.promise(() =>
        crypto.subtle.importKey(
          "jwk",
          { ...jwk, alg: "RS512" },
          { name: "RSASSA-PKCS1-v1_5", hash: "SHA-512" },
          false,
          ["sign"]
        )
      )
      const mac = yield* Effect.promise(() =>
        crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"])
      )
      for (
        const [algorithm, key, problem] of [
          [
            "RS256",
            pss.privateKey,
            "is a CryptoKey for RSA-PSS with SHA-256; RS256 needs one for RSASSA-PKCS1-v1_5 with SHA-256"
          ],
          [
            "ES256",
            rsa.privateKey,
            "is a CryptoKey for RSASSA-PKCS1-v1_5 with SHA-256; ES256 needs one for ECDSA with P-256"
          ],
          [
            "RS256",
            sha512,
            "is a CryptoKey for RSASSA-PKCS1-v1_5 with SHA-512; RS256 needs one for RSASSA-PKCS1-v1_5 with SHA-256"
          ],
          ["ES256", ec.publicKey, "is a public key; the private key is needed"],
          ["RS256", decryption, "is a CryptoKey that can't sign: import it with the usage \"sign\""],
          ["RS256", mac, "is a CryptoKey of the type secret; a private key is needed"]
        ] as const
      ) {
        const error = yield* Effect.flip(clientWith(algorithm, key, http))
        assert.include(error.message, `acme: privateKey (ACME_PRIVATE_KEY) ${problem}`)
      }
      assert.deepStrictEqual(sent, [])
    }))

  it.effect("does not accept what is no CryptoKey, from JavaScript: says what it is, and what to give", () =>
    Effect.gen(function*() {
      const { http, sent } = recording()
      const pair = yield* generate("ES256")
      const importing = crypto.subtle.digest("SHA-256", new Uint8Array())
      for (
        const [given, what] of [
          [
            pairs.ES256.privateKey,
            "a KeyObject of Node: give Redacted.make(key.export({ type: \"pkcs8\", format: \"pem\" }))"
          ],
          [pair, "a pair of keys: give its privateKey"],
          [generateKeyPairSync("ec", { namedCurve: "P-256" }), "a pair of keys: give its privateKey"],
          [importing, "a promise: await it"],
          [pkcs8(pairs.ES256.privateKey), "string: give Redacted.make(text)"],
          [secret(pkcs8(pairs.ES256.privateKey)), "Redacted"],
          [Buffer.from(pkcs8(pairs.ES256.privateKey)), "an object"],
          [pairs.ES256.privateKey.export({ format: "jwk" }), "an object"],
          [undefined, "undefined"],
          [null, "null"]
        ] as const
      ) {
        for (const id of [undefined, "key-1"]) {
          const privateKey: Redacted.Redacted = Reflect.apply(PrivateKeyJwt.fromCryptoKey, undefined, [given, { id }])
          const error = yield* Effect.flip(Effect.provideService(
            ProviderClient.make(
              Provider.make({ ...common, clientAuthentication: PrivateKeyJwt.make({ algorithm: "ES256" }) }),
              { clientId: "my-client", privateKey }
            ),
            HttpClient.HttpClient,
            http
          ))
          assert.strictEqual(
            error.message,
            `acme: privateKey (ACME_PRIVATE_KEY) must be made of a CryptoKey, not of ${what}`
          )
        }
      }
      assert.deepStrictEqual(sent, [])
    }))

  it.effect("has the id that it is given, whatever it was read with before", () =>
    Effect.gen(function*() {
      const { privateKey } = yield* generate("ES256")
      const text = (id?: string) => Redacted.value(PrivateKeyJwt.fromCryptoKey(privateKey, { id }))
      const own = text()
      assert.strictEqual(text("key-1"), "CryptoKey key-1")
      assert.strictEqual(text("key-2"), "CryptoKey key-2")
      assert.strictEqual(text("key-1"), "CryptoKey key-1")
      assert.strictEqual(text(), own)
    }))

  it.effect("is one account for one key, however often it is read, and another for another key", () =>
    Effect.gen(function*() {
      const [one, two] = [yield* generate("ES256"), yield* generate("ES256")]
      const text = (key: CryptoKey, id?: string) => Redacted.value(PrivateKeyJwt.fromCryptoKey(key, { id }))
      assert.strictEqual(text(one.privateKey), text(one.privateKey))
      assert.notStrictEqual(text(one.privateKey), text(two.privateKey))
      const [here, there] = [yield* generate("ES256"), yield* generate("ES256")]
      assert.strictEqual(text(here.privateKey, "key-1"), text(there.privateKey, "key-1"))
      const { http, sent } = recording([401])
      const acme = Provider.make({ ...common, clientAuthentication: PrivateKeyJwt.make({ algorithm: "ES256" }) })
      const { token } = yield* ProviderClient.make(acme, {
        clientId: "my-client",
        privateKey: Effect.sync(() => PrivateKeyJwt.fromCryptoKey(one.privateKey))
      }).pipe(Effect.provideService(HttpClient.HttpClient, http))
      for (let call = 0; call < 3; call++) yield* Effect.flip(token)
      // The refusal is remembered for this key.
      assert.strictEqual(sent.length, 1)
    }))
})

describe("a refused JWT", () => {
  const key = { privateKey: secret(pkcs8(pairs.ES256.privateKey)) }
  const client = { clientId: "my-client", ...key }
  const http = (date: string | undefined, status: number, body: object) =>
    HttpClient.make((request) =>
      Effect.succeed(HttpClientResponse.fromWeb(
        request,
        Response.json(body, { status, ...(date === undefined ? {} : { headers: { date } }) })
      ))
    )
  const signed = Provider.make({ ...common, clientAuthentication: PrivateKeyJwt.make({ algorithm: "ES256" }) })
  const refusal = Effect.fnUntraced(function*(
    make: Effect.Effect<ProviderClient.ProviderClient, TokenError, HttpClient.HttpClient | Scope.Scope>,
    date: string | undefined,
    status = 401,
    body: object = { error: "invalid_client" }
  ) {
    yield* TestClock.setTime(Date.UTC(2026, 0, 1, 12))
    const { token } = yield* Effect.provideService(make, HttpClient.HttpClient, http(date, status, body))
    return yield* Effect.flip(token)
  })
  const hour = "Thu, 01 Jan 2026 11:00:00 GMT"

  for (
    const [what, make, status, code] of [
      ["private_key_jwt", ProviderClient.make(signed, client), 401, "invalid_client"],
      [
        "a JWT as bearer of the token request",
        ProviderClient.make(
          Provider.make({ ...common, clientAuthentication: PrivateKeyJwt.bearer({ algorithm: "ES256" }) }),
          client
        ),
        401,
        "A JSON web token could not be decoded"
      ],
      [
        "an assertion as grant",
        ProviderClient.make(
          Provider.make({
            ...common,
            clientAuthentication: ClientAuthentication.omitted,
            grant: JwtBearer.make({ algorithm: "ES256" })
          }),
          { issuer: "my-client", ...key }
        ),
        400,
        "invalid_grant"
      ]
    ] as const
  ) {
    it.effect(`has a hint of how much the clocks differ: ${what}`, () =>
      Effect.gen(function*() {
        const error = yield* refusal(make, hour, status, { error: code, error_description: "The JWT is expired" })
        assert.match(
          error.message,
          /: The JWT is expired; this machine's clock is 3600 s ahead of the server's; no token/
        )
        const { reason } = error
        assert.strictEqual("hint" in reason ? reason.hint : "", "this machine's clock is 3600 s ahead of the server's")
        assert.include(
          JSON.stringify(yield* Schema.encodeEffect(TokenErrorSchema)(error)),
          "3600 s ahead of the server's"
        )
      }))
  }

  it.effect("has a hint that a clock is behind, with every form of date that servers send", () =>
    Effect.gen(function*() {
      for (const date of ["Thu, 01 Jan 2026 12:02:00 GMT", "Thu Jan  1 12:02:00 2026", "2026-01-01T13:02:00+01:00"]) {
        const { message } = yield* refusal(ProviderClient.make(signed, client), date)
        assert.include(message, "this machine's clock is 120 s behind the server's", date)
      }
    }))

  it.effect("has no hint if the clocks agree, the reply has no date, or nothing is signed", () =>
    Effect.gen(function*() {
      const make = ProviderClient.make(signed, client)
      for (const date of ["Thu, 01 Jan 2026 12:00:04 GMT", "Thu, 01 Jan 2026 11:59:55 GMT", undefined, "yesterday"]) {
        assert.notInclude((yield* refusal(make, date)).message, "clock", date)
      }
      const plain = ProviderClient.make(
        Provider.make({ ...common, clientAuthentication: ClientAuthentication.clientSecretPost }),
        { clientId: "my-client", clientSecret: secret("s3cret") }
      )
      assert.notInclude((yield* refusal(plain, hour)).message, "clock")
    }))

  it.effect("has no hint if the server fails", () =>
    Effect.gen(function*() {
      const error = yield* refusal(ProviderClient.make(signed, client), hour, 429)
      assert.strictEqual(error.reason._tag, "Throttled")
      assert.notInclude(error.message, "clock")
    }))
})

describe("PrivateKeyJwt at oidc-provider", () => {
  for (const algorithm of algorithms) {
    it.live(`gets a token with ${algorithm} for a requested resource`, () =>
      Effect.gen(function*() {
        const jwk = { ...pairs[algorithm].publicKey.export({ format: "jwk" }), kid: "key-1", use: "sig" }
        const origin = yield* serve((origin) =>
          new OidcProvider(origin, {
            clients: [{
              client_id: "my-client",
              grant_types: ["client_credentials"],
              redirect_uris: [],
              response_types: [],
              token_endpoint_auth_method: "private_key_jwt",
              token_endpoint_auth_signing_alg: algorithm,
              jwks: { keys: [{ ...jwk, alg: algorithm }] }
            }],
            clientAuthMethods: ["private_key_jwt"],
            enabledJWA: { clientAuthSigningAlgValues: [...algorithms] },
            features: {
              clientCredentials: { enabled: true },
              devInteractions: { enabled: false },
              resourceIndicators: {
                enabled: true,
                getResourceServerInfo: (_, indicator) => ({
                  scope: "read write",
                  audience: indicator,
                  accessTokenTTL: 120,
                  accessTokenFormat: "opaque" as const
                })
              }
            },
            jwks: { keys: [pairs.RS256.privateKey.export({ format: "jwk" })] }
          }).callback()
        )
        const real = Provider.make({
          ...common,
          tokenEndpoint: `${origin}/token`,
          clientAuthentication: PrivateKeyJwt.make({ algorithm, audience: origin })
        })
        const client = yield* ProviderClient.make(real, {
          clientId: "my-client",
          privateKey: secret(pkcs8(pairs[algorithm].privateKey)),
          keyId: "key-1",
          scopes: ["read"],
          parameters: { resource: "https://api.acme.test" }
        })
        const token = yield* client.token
        assert.deepStrictEqual(token.scopes, ["read"])
        // From the second in which it was requested.
        assert.strictEqual(token.expiresAt, Math.floor(token.requestedAt / 1000) * 1000 + 120_000)
      }).pipe(Effect.provide(FetchHttpClient.layer)))
  }
})

describe("JwtBearer", () => {
  it.effect("signs an assertion with issuer, subject, scopes as a claim, and claims of its own", () =>
    Effect.gen(function*() {
      const { http, sent } = recording()
      const acme = Provider.make({
        ...common,
        names: { issuer: "clientEmail" },
        clientAuthentication: ClientAuthentication.omitted,
        grant: JwtBearer.make({ algorithm: "RS256", scopeClaim: true, lifetime: "1 hour", claims: { tenant: "t" } })
      })
      const { token } = yield* ProviderClient.make(acme, {
        clientEmail: "robot@acme.test",
        privateKey: secret(pkcs8(pairs.RS256.privateKey)),
        subject: "carol@acme.test",
        scopes: ["b", "a"]
      }).pipe(Effect.provideService(HttpClient.HttpClient, http))
      yield* token
      assert.deepStrictEqual([...sent[0]?.fields.keys() ?? []], ["grant_type", "assertion"])
      assert.strictEqual(field(sent, "grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer")
      const { payload } = yield* verified(field(sent, "assertion"), pairs.RS256.publicKey, common.tokenEndpoint)
      assert.include(payload, {
        iss: "robot@acme.test",
        sub: "carol@acme.test",
        scope: "a b",
        tenant: "t",
        iat: 0,
        exp: 3600
      })
    }))

  it.effect("sends a ready-made assertion, read anew for each token request", () =>
    Effect.gen(function*() {
      const { http, sent } = recording()
      let read = 0
      const acme = Provider.make({
        ...common,
        clientAuthentication: ClientAuthentication.clientSecretBasic,
        grant: JwtBearer.assertion
      })
      const { renew } = yield* ProviderClient.make(acme, {
        clientId: "id",
        clientSecret: secret("s3cret"),
        assertion: Effect.sync(() => secret(`assertion-${++read}`))
      }).pipe(Effect.provideService(HttpClient.HttpClient, http))
      yield* renew
      yield* renew
      assert.deepStrictEqual([0, 1].map((index) => field(sent, "assertion", index)), ["assertion-1", "assertion-2"])
    }))

  it.effect("is the access token itself, where the API accepts a JWT that the client signs", () =>
    Effect.gen(function*() {
      const { http, sent } = recording()
      const acme = Provider.make({
        ...common,
        names: { issuer: "applicationId" },
        clientAuthentication: ClientAuthentication.omitted,
        grant: JwtBearer.selfSigned({
          algorithm: "RS256",
          issuerClaim: "application_id",
          claims: { acl: { paths: {} } }
        })
      })
      const client = yield* ProviderClient.make(acme, {
        applicationId: "app-1",
        privateKey: secret(pkcs8(pairs.RS256.privateKey))
      }).pipe(Effect.provideService(HttpClient.HttpClient, http))
      yield* client.http.get("/calls")
      const [jwt = ""] = sent.map(({ authorization }) => authorization?.replace("Bearer ", ""))
      const { payload } = yield* verified(jwt, pairs.RS256.publicKey)
      assert.include(payload, { application_id: "app-1", exp: 900 })
      assert.deepStrictEqual(payload["acl"], { paths: {} })
      assert.strictEqual(AccessToken.authorization(yield* client.token), `Bearer ${jwt}`)
      assert.strictEqual(sent.length, 1)
    }))

  it.effect("has the scopes of its claim, as the access token itself: none of an account's that are not in it", () =>
    Effect.gen(function*() {
      const { http } = recording()
      const scopesOf = Effect.fnUntraced(function*(claims?: Readonly<Record<string, unknown>>) {
        const grant = JwtBearer.selfSigned({ algorithm: "ES256", claims })
        const client = yield* ProviderClient.make(
          Provider.make({ ...common, scopes: ["usual"], clientAuthentication: ClientAuthentication.omitted, grant }),
          { issuer: "me", privateKey: secret(pkcs8(pairs.ES256.privateKey)), scopes: ["read", "write"] }
        ).pipe(Effect.provideService(HttpClient.HttpClient, http))
        const token = yield* client.token
        const { payload } = yield* verified(Redacted.value(token.value), pairs.ES256.publicKey)
        return [token.scopes, payload["scope"]]
      })
      assert.deepStrictEqual(yield* scopesOf(), [[], undefined])
      assert.deepStrictEqual(yield* scopesOf({ acl: {} }), [[], undefined])
      assert.deepStrictEqual(yield* scopesOf({ scope: "read call" }), [["read", "call"], "read call"])
      assert.deepStrictEqual(yield* scopesOf({ scope: ["read"] }), [[], ["read"]])
    }))
})

/** A token that is handed in ready-made, in each place that one has. */
describe("a token that is handed in", () => {
  const omitted = { ...common, clientAuthentication: ClientAuthentication.omitted }
  const exchanging = Provider.make({ ...omitted, grant: TokenExchange.make() })
  const asserting = Provider.make({ ...omitted, grant: JwtBearer.assertion })
  const places = [
    [
      "subjectToken",
      "subject_token",
      (token: Provider.Secret) => ProviderClient.make(exchanging, { subjectToken: token })
    ],
    [
      "actorToken",
      "actor_token",
      (token: Provider.Secret) =>
        ProviderClient.make(exchanging, { subjectToken: secret("subject"), actorToken: token })
    ],
    ["assertion", "assertion", (token: Provider.Secret) => ProviderClient.make(asserting, { assertion: token })]
  ] as const

  for (const [option, name, make] of places) {
    it.effect(`is sent without the white space around it, which the content of a file has: ${name}`, () =>
      Effect.gen(function*() {
        for (const content of ["a.b.c\n", "a.b.c\r\n", "\uFEFFa.b.c\n", "  a.b.c\t", "\n\na.b.c\u00A0", "a.b.c"]) {
          for (const given of [secret(content), Effect.succeed(secret(content))]) {
            const { http, sent } = recording()
            const { token } = yield* Effect.provideService(make(given), HttpClient.HttpClient, http)
            yield* token
            assert.strictEqual(field(sent, name), "a.b.c", JSON.stringify(content))
          }
        }
      }))

    it.effect(`must not have a line break within it: ${name}`, () =>
      Effect.gen(function*() {
        for (const content of ["a.b\n.c", "a.b.c\nd.e.f\n", "a.b\r.c", "a.b.c\0"]) {
          const { http, sent } = recording()
          const provide = Effect.provideService(HttpClient.HttpClient, http)
          const now = yield* Effect.flip(provide(make(secret(content))))
          const { token } = yield* provide(make(Effect.succeed(secret(content))))
          for (const error of [now, yield* Effect.flip(token)]) {
            assert.include(error.reason, {
              _tag: "InvalidOption",
              option,
              problem: "contains a control character (such as a line break)"
            })
            assert.notInclude(inspect(error), content)
          }
          const empty = yield* Effect.flip(provide(make(secret(" \n"))))
          assert.include(empty.message, "is missing or empty")
          assert.deepStrictEqual(sent, [])
        }
      }))
  }
})

describe("TokenExchange", () => {
  it.effect("sends the subject token and the actor token with their types, the audience and the resource", () =>
    Effect.gen(function*() {
      const { http, sent } = recording()
      const acme = Provider.make({
        ...common,
        clientAuthentication: ClientAuthentication.omitted,
        grant: TokenExchange.make({ requestedTokenType: "urn:ietf:params:oauth:token-type:access_token" })
      })
      const { token } = yield* ProviderClient.make(acme, {
        subjectToken: Effect.succeed(secret("subject")),
        actorToken: secret("actor"),
        parameters: { audience: "//sts.acme.test/pool", resource: ["https://a.test", "https://b.test"] }
      }).pipe(Effect.provideService(HttpClient.HttpClient, http))
      yield* token
      assert.deepStrictEqual([...sent[0]?.fields ?? []], [
        ["grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"],
        ["requested_token_type", "urn:ietf:params:oauth:token-type:access_token"],
        ["subject_token", "subject"],
        ["subject_token_type", "urn:ietf:params:oauth:token-type:jwt"],
        ["actor_token", "actor"],
        ["actor_token_type", "urn:ietf:params:oauth:token-type:jwt"],
        ["audience", "//sts.acme.test/pool"],
        ["resource", "https://a.test"],
        ["resource", "https://b.test"]
      ])
    }))

  it.effect("reads the subject token anew for each token request: a file, or another client's token", () =>
    Effect.gen(function*() {
      const { http, sent } = recording()
      const subject = yield* ProviderClient.make(
        Provider.make({ ...common, id: "idp", clientAuthentication: ClientAuthentication.clientSecretPost }),
        { clientId: "my-client", clientSecret: secret("s3cret") }
      ).pipe(Effect.provideService(HttpClient.HttpClient, http))
      const exchanging = Provider.make({
        ...common,
        clientAuthentication: ClientAuthentication.omitted,
        grant: TokenExchange.make()
      })
      const file = join(mkdtempSync(join(tmpdir(), "mintmark-subject-")), "token")
      const make = (subjectToken: Provider.Secret) =>
        Effect.provideService(ProviderClient.make(exchanging, { subjectToken }), HttpClient.HttpClient, http)
      const ofClient = yield* make(Effect.map(subject.token, ({ value }) => value))
      const ofFile = yield* make(Effect.sync(() => Redacted.make(readFileSync(file, "utf8"))))
      for (const content of ["first", "second"]) {
        writeFileSync(file, content)
        yield* ofFile.token
        yield* ofClient.token
        yield* TestClock.adjust("61 seconds")
      }
      const subjects = sent.flatMap(({ fields }) => fields.get("subject_token") ?? [])
      assert.deepStrictEqual(subjects, ["first", "token-2", "second", "token-5"])
    }))
})
