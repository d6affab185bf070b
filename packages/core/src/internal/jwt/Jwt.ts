import * as Clock from "effect/Clock"
import * as KeyFormat from "effect/crypto/KeyFormat"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Signature from "effect/crypto/Signature"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { Problem, Times } from "../../ClientAuthentication.ts"
import { readInstant } from "../text/instant.ts"
import { millisOf, notASpan } from "../timeSpan.ts"

/*
 * Signed JWTs (RFC 7519, RFC 7515), by Web Crypto.
 */

const signatures = {
  RS256: Signature.rsaPkcs1v15Sha256,
  PS256: Signature.rsaPssSha256,
  ES256: Signature.ecdsaP256,
  EdDSA: Signature.ed25519,
  Ed25519: Signature.ed25519
}

type Algorithm = keyof typeof signatures

/** What is signed, and with what. */
export interface Options {
  readonly algorithm: Algorithm
  readonly privateKey: Redacted.Redacted
  readonly header: Readonly<Record<string, string | undefined>>
  /** `iat`, `exp` and `jti` are added. */
  readonly claims: Readonly<Record<string, unknown>>
  readonly lifetime: Duration.Input
}

const crypto = Signature.layerWebCrypto.pipe(Layer.provide(SecureRandom.layerWebCrypto))

// A key is decoded once, for as long as its secret lives.
const decoded = new WeakMap<Redacted.Redacted, Map<Algorithm, Signature.PrivateKey>>()

/** A JWT that is valid from now on, with an id of its own. */
export const sign = (options: Options): Effect.Effect<Redacted.Redacted, unknown> =>
  Effect.provide(signed(options), crypto)

const signed = Effect.fnUntraced(function*(
  { algorithm, claims, header, lifetime, privateKey }: Options
): Effect.fn.Return<Redacted.Redacted, unknown, Signature.Signature> {
  const key = yield* keyOf(algorithm, privateKey)
  const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
  const input = [
    { alg: algorithm, typ: "JWT", ...header },
    {
      ...claims,
      iat: now,
      exp: now + secondsOf(lifetime),
      jti: SecureRandom.uuidV4Unsafe()
    }
  ].map((part) => Base64Url.encode(JSON.stringify(part))).join(".")
  const signature = yield* Signature.Signature.use((service) => service.sign(key, new TextEncoder().encode(input)))
  return Redacted.make(`${input}.${Base64Url.encode(signature)}`, { label: "signed JWT" })
})

/** That this machine's clock is wrong, where it is: a JWT from the future, or from the past, is refused. */
export const clockHint = ({ date = "", receivedAt, requestedAt }: Times): string | undefined => {
  const server = readInstant(date, receivedAt)
  if (server === undefined) return undefined
  // The header has whole seconds: half a second is lost on average.
  const ahead = Math.round(((requestedAt + receivedAt) / 2 - server - 500) / 1000)
  return Math.abs(ahead) <= agreement
    ? undefined
    : `this machine's clock is ${Math.abs(ahead)} s ${ahead > 0 ? "ahead of" : "behind"} the server's`
}

/** By how many seconds two clocks may differ that are taken for right. */
const agreement = 5

/** The whole seconds of a lifetime that has no problem. */
export const secondsOf = (lifetime: Duration.Input): number => Math.round((millisOf(lifetime) ?? 0) / 1000)

/** What is wrong with the lifetime of the JWTs of a method or a grant, if anything is. */
export const lifetimeProblem = (name: string, lifetime: Duration.Input, most = Infinity): Problem | undefined => {
  const seconds = secondsOf(lifetime)
  return seconds > 0 && seconds <= most
    ? undefined
    : { name, problem: `has JWTs whose lifetime ${notASpan} of ${most < Infinity ? `1 to ${most} s` : "1 s or more"}` }
}

/** What is wrong with a private key, if anything is; `undefined` also for a key that is read later. */
export const keyProblem = (
  algorithm: Algorithm,
  privateKey: Redacted.Redacted | undefined,
  name: string
): Effect.Effect<Problem | undefined> =>
  privateKey === undefined
    ? Effect.succeed(undefined)
    : Effect.match(keyOf(algorithm, privateKey), {
      onFailure: (problem) => ({ name, problem }),
      onSuccess: () => undefined
    })

const keyOf = (algorithm: Algorithm, privateKey: Redacted.Redacted): Effect.Effect<Signature.PrivateKey, string> =>
  Effect.suspend(() => {
    const keys = decoded.get(privateKey) ?? new Map<Algorithm, Signature.PrivateKey>()
    const known = keys.get(algorithm)
    if (known !== undefined) return Effect.succeed(known)
    const cryptoKey = cryptoKeys.get(privateKey)
    const key = cryptoKey === undefined
      ? decode(algorithm, Redacted.value(privateKey).trim())
      : wrap(algorithm, cryptoKey)
    return Effect.map(key, (key) => {
      decoded.set(privateKey, keys.set(algorithm, key))
      return key
    })
  })

// Accounts are told apart by texts, so a `CryptoKey` has one.
const cryptoKeys = new WeakMap<Redacted.Redacted, CryptoKey>()
const named = new WeakMap<CryptoKey, Redacted.Redacted>()

/** A `CryptoKey` as the key of an account: always the same for the same key. */
export const fromCryptoKey = (key: CryptoKey, id: string = SecureRandom.uuidV4Unsafe()): Redacted.Redacted => {
  const known = named.get(key)
  if (known !== undefined) return known
  const made = Redacted.make(`CryptoKey ${id}`, { label: "CryptoKey" })
  cryptoKeys.set(made, key)
  named.set(key, made)
  return made
}

const wrap = (algorithm: Algorithm, key: CryptoKey): Effect.Effect<Signature.PrivateKey, string> =>
  key.type !== "private"
    ? Effect.fail(key.type === "public" ? isPublic : `is a CryptoKey of the type ${key.type}; a private key is needed`)
    : Effect.mapError(
      Signature.privateKeyFromCryptoKey(signatures[algorithm], key),
      () =>
        key.usages.includes("sign")
          ? `is a CryptoKey for ${key.algorithm.name}; ${algorithm} needs one for ${cryptoNames[algorithm]}`
          : "is a CryptoKey that can't sign: import it with the usage \"sign\""
    )

const isPublic = "is a public key; the private key is needed"

const decode = (algorithm: Algorithm, text: string): Effect.Effect<Signature.PrivateKey, string> => {
  const signature = signatures[algorithm]
  const wrongKind = () => `is not a private key for ${algorithm}, which needs ${kinds[algorithm]}`
  if (text.startsWith("{")) {
    const jwk = Result.try((): JsonWebKey => JSON.parse(text))
    if (Result.isFailure(jwk)) return Effect.fail("is not a JWK that can be read: its JSON is broken")
    return "private_key" in jwk.success
      ? Effect.fail("is a whole JSON file; the key is its private_key")
      : "keys" in jwk.success
      ? Effect.fail("is a set of JWKs; one JWK is needed")
      : jwk.success.d === undefined && jwk.success.kty !== "oct"
      ? Effect.fail(isPublic)
      : Effect.mapError(KeyFormat.decodePrivate(KeyFormat.jwk, signature, jwk.success), wrongKind)
  }
  const [, label = "", body = ""] =
    /-----BEGIN ((?:RSA |EC |ENCRYPTED |OPENSSH )?PRIVATE KEY)-----([^-]*)(?:-----END|$)/.exec(text)
      ?? /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text) ?? []
  const problem = pemProblem(text, label)
  if (problem !== undefined) return Effect.fail(problem)
  // A variable of one line has \n or spaces instead of line ends.
  const pem = `-----BEGIN ${label}-----\n${body.replaceAll(/\\[rn]|\s/g, "")}\n-----END ${label}-----`
  const format = label === "RSA PRIVATE KEY"
    ? KeyFormat.pkcs1
    : label === "EC PRIVATE KEY"
    ? KeyFormat.sec1
    : KeyFormat.pkcs8
  return Effect.mapError(KeyFormat.decodePrivate(KeyFormat.pem(format), signature, pem), wrongKind)
}

const pemProblem = (text: string, label: string): string | undefined => {
  switch (label) {
    case "PRIVATE KEY":
    case "RSA PRIVATE KEY":
    case "EC PRIVATE KEY":
      return text.includes("Proc-Type:")
        ? isEncrypted
        : text.includes(`-----END ${label}-----`)
        ? undefined
        : `has no line -----END ${label}-----; in a file of variables, put the whole key into quotes`
    case "ENCRYPTED PRIVATE KEY":
      return isEncrypted
    case "OPENSSH PRIVATE KEY":
      return "is in OpenSSH's own format; convert it: ssh-keygen -p -m PKCS8 -f key"
    case "PUBLIC KEY":
    case "RSA PUBLIC KEY":
      return isPublic
    case "CERTIFICATE":
      return "is a certificate; its private key is needed"
    default:
      return text.startsWith("LS0tLS1CRUdJTi")
        ? "is PEM in Base64; decode it"
        : "must be a private key: PEM that begins with -----BEGIN PRIVATE KEY-----, or a JWK"
  }
}

const isEncrypted = "is encrypted; decrypt it: openssl pkcs8 -in key.pem -out plain.pem"

const cryptoNames: Readonly<Record<Algorithm, string>> = {
  RS256: "RSASSA-PKCS1-v1_5 with SHA-256",
  PS256: "RSA-PSS with SHA-256",
  ES256: "ECDSA with P-256",
  EdDSA: "Ed25519",
  Ed25519: "Ed25519"
}

const kinds: Readonly<Record<Algorithm, string>> = {
  RS256: "an RSA key",
  PS256: "an RSA key",
  ES256: "an EC key on the curve P-256",
  EdDSA: "an Ed25519 key",
  Ed25519: "an Ed25519 key"
}
