import * as Account from "@mintmark/sandbox/Account"
import * as Jose from "jose"
import { generateKeyPairSync } from "node:crypto"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { inInsecurePage, layOut, runtimes } from "../src/runtimes.mjs"
import { startSandbox } from "../src/sandbox.mjs"

describe("the packed provider gets a token and calls an API", () => {
  let project, sandbox
  beforeAll(async () => {
    project = layOut("routee")
    sandbox = await startSandbox()
  })
  afterAll(() => sandbox.stop())

  for (const [name, ask] of Object.entries(runtimes)) {
    it(`on ${name}`, async () => {
      await sandbox.clear()
      const { clientId, clientSecret } = Account.routee
      const answer = await ask(project, {
        applicationId: clientId,
        applicationSecret: clientSecret,
        baseUrl: sandbox.urls.routee
      })
      assert.strictEqual(answer.status, 200)
      assert.isAbove(answer.scopes, 0)
      assert.match(answer.shown, /^<redacted/)
      const kinds = (await sandbox.journal()).map(({ kind, status }) => `${kind} ${status}`)
      assert.deepStrictEqual(kinds, ["token 200", "api 200"])
    })
  }
})

const pairs = {
  rsa: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  "P-256": generateKeyPairSync("ec", { namedCurve: "P-256" }),
  "P-384": generateKeyPairSync("ec", { namedCurve: "P-384" }),
  secp256k1: generateKeyPairSync("ec", { namedCurve: "secp256k1" }),
  ed25519: generateKeyPairSync("ed25519"),
  x25519: generateKeyPairSync("x25519")
}

const pem = (pair, type = "pkcs8") => String(pairs[pair].privateKey.export({ type, format: "pem" }))
const jwk = (pair, more) => JSON.stringify({ ...pairs[pair].privateKey.export({ format: "jwk" }), ...more })

/** Private keys in each notation, with the algorithm that they are for. */
const signing = [
  ["RS256", "rsa", pem("rsa")],
  ["RS256", "rsa", pem("rsa", "pkcs1")],
  ["RS256", "rsa", jwk("rsa", { alg: "RS256", use: "sig", key_ops: ["sign"], ext: false })],
  ["PS256", "rsa", pem("rsa")],
  ["PS256", "rsa", pem("rsa", "pkcs1")],
  ["PS256", "rsa", jwk("rsa")],
  ["ES256", "P-256", pem("P-256")],
  ["ES256", "P-256", pem("P-256", "sec1")],
  ["ES256", "P-256", jwk("P-256", { alg: "ES256" })],
  ["Ed25519", "ed25519", pem("ed25519")],
  ["Ed25519", "ed25519", jwk("ed25519", { alg: "EdDSA" })],
  ["EdDSA", "ed25519", jwk("ed25519", { alg: "Ed25519" })]
]

/** Keys that are for something else, which platforms notice at different steps, and why they are refused. */
const other = [
  ["RS256", pem("P-256", "sec1"), "is not a private key for RS256, which needs an RSA key, or is damaged"],
  ["RS256", jwk("rsa", { alg: "PS256" }), "is a JWK whose alg is not RS256"],
  [
    "RS256",
    JSON.stringify({ kty: "oct", k: "c2Vj" }),
    "is not a private key for RS256, which needs an RSA key, or is damaged"
  ],
  ...[pem("P-384"), pem("P-384", "sec1"), pem("secp256k1"), pem("secp256k1", "sec1"), jwk("P-384"), pem("rsa", "pkcs1")]
    .map((
      key
    ) => ["ES256", key, "is not a private key for ES256, which needs an EC key on the curve P-256, or is damaged"]),
  ...[pem("rsa"), pem("x25519")]
    .map((key) => ["Ed25519", key, "is not a private key for Ed25519, which needs an Ed25519 key, or is damaged"]),
  ["EdDSA", jwk("ed25519", { alg: "ES256" }), "is a JWK whose alg is not EdDSA"]
]

describe("the packed core signs with private keys in each notation, and refuses others at the start", () => {
  const keys = [
    ...signing.map(([algorithm, , key]) => ({ algorithm, key })),
    ...other.map(([algorithm, key]) => ({ algorithm, key }))
  ]
  let project
  beforeAll(() => {
    project = layOut("core")
  })

  for (const [name, ask] of Object.entries(runtimes)) {
    it(`on ${name}`, async () => {
      const answers = await ask(project, { keys, baseUrl: "http://localhost" })
      for (const [index, [algorithm, pair]] of signing.entries()) {
        const { payload, protectedHeader } = await Jose.jwtVerify(answers[index], pairs[pair].publicKey)
        assert.strictEqual(protectedHeader.alg, algorithm)
        assert.strictEqual(payload.iss, "my-client")
      }
      assert.deepStrictEqual(
        answers.slice(signing.length),
        other.map(([, , problem]) => `acme: privateKey (ACME_PRIVATE_KEY) ${problem}`)
      )
    })
  }

  it("and a page that isn't secure says so", async () => {
    const [{ algorithm, key }] = keys
    assert.deepStrictEqual(await inInsecurePage(project, { keys: [{ algorithm, key }] }), [
      "acme: privateKey (ACME_PRIVATE_KEY) needs crypto.subtle, which browsers have only over https and on localhost"
    ])
  })
})
