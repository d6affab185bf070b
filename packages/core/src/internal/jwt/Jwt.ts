import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type { Problem, Times } from "../../ClientAuthentication.ts"
import { copyOf, reveal } from "../plain.ts"
import { kindOf } from "../request/check.ts"
import { readInstant } from "../text/instant.ts"
import { orUndefined } from "../text/orUndefined.ts"
import { printable } from "../text/printable.ts"
import { millisOf, notASpan } from "../timeSpan.ts"

/*
 * Signed JWTs (RFC 7519, RFC 7515), by Web Crypto.
 */

const byWebCrypto = (name: string, kind: string) => ({
  // What an algorithm doesn't have of these is ignored.
  parameters: { name, hash: "SHA-256", namedCurve: "P-256", saltLength: 32 },
  /** The key that it needs, in words. */
  kind,
  // A key is decoded once, for as long as its secret lives.
  keys: new WeakMap<Redacted.Redacted, CryptoKey>()
})

const ed25519 = byWebCrypto("Ed25519", "an Ed25519 key")

const algorithms = {
  RS256: byWebCrypto("RSASSA-PKCS1-v1_5", "an RSA key"),
  PS256: byWebCrypto("RSA-PSS", "an RSA key"),
  ES256: byWebCrypto("ECDSA", "an EC key on the curve P-256"),
  EdDSA: ed25519,
  Ed25519: ed25519
}

type Algorithm = keyof typeof algorithms

/** What signs, and what a method or a grant says of all its JWTs. */
export interface Options {
  readonly algorithm: Algorithm
  readonly lifetime?: Duration.Input | undefined
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}

/** A JWT that is valid from now on, with an id of its own. The claims of the options take precedence. */
export const sign = (
  { algorithm, claims, lifetime }: Options,
  privateKey: Redacted.Redacted,
  header: Readonly<Record<string, string | undefined>>,
  own: Readonly<Record<string, unknown>>
): Effect.Effect<Redacted.Redacted, unknown> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    Effect.tryPromise(async () => {
      const key = await keyOf(algorithm, privateKey)
      if (typeof key === "string") throw new TypeError(key)
      const iat = Math.floor(now / 1000)
      const input = [
        { alg: algorithm, typ: "JWT", ...header },
        { ...own, ...claims, iat, exp: iat + secondsOf(lifetime), jti: crypto.randomUUID() }
      ].map((part) => Base64Url.encode(JSON.stringify(copyOf(part, reveal)))).join(".")
      const signature = await crypto.subtle.sign(algorithms[algorithm].parameters, key, new TextEncoder().encode(input))
      return Redacted.make(`${input}.${Base64Url.encode(new Uint8Array(signature))}`, { label: "signed JWT" })
    }))

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
export const secondsOf = (lifetime: Duration.Input = 60_000): number => Math.round((millisOf(lifetime) ?? 0) / 1000)

/**
 * What is wrong with the algorithm, or with the lifetime of the JWTs, of a method or a grant, which is an option of that
 * name, or with the private key. A key that is read later is `undefined`, and has no problem.
 */
export const problem = (
  { algorithm, lifetime }: Options,
  privateKey: Redacted.Redacted | undefined,
  name: string,
  most = Infinity
): Effect.Effect<Problem | undefined> =>
  Effect.promise(async () => {
    if (!Object.hasOwn(algorithms, algorithm)) {
      const known = Object.keys(algorithms).join(", ")
      return { name, problem: `has the algorithm ${printable(String(algorithm))}; those that can sign are ${known}` }
    }
    const seconds = secondsOf(lifetime)
    if (!(seconds > 0 && seconds <= most)) {
      return {
        name,
        problem: `has JWTs whose lifetime ${notASpan} of ${most < Infinity ? `1 to ${most}` : "at least 1"} s`
      }
    }
    const key = privateKey && await keyOf(algorithm, privateKey)
    return typeof key === "string" ? { name: "privateKey", problem: key } : undefined
  })

const keyOf = async (algorithm: Algorithm, privateKey: Redacted.Redacted): Promise<CryptoKey | string> => {
  const { keys } = algorithms[algorithm]
  const key = keys.get(privateKey)
    ?? await (readers.get(privateKey) ?? decode)(algorithm, Redacted.value(privateKey).trim())
  if (typeof key !== "string") keys.set(privateKey, key)
  return key
}

/** The key of a text, or what is wrong with it. */
const decode = async (algorithm: Algorithm, text: string): Promise<CryptoKey | string> => {
  const source = text.startsWith("{") ? jwkOf(algorithm, text) : pkcs8Of(text)
  if (typeof source === "string") return source
  const { kind, parameters } = algorithms[algorithm]
  const subtle = globalThis.crypto?.subtle
  try {
    const key = source instanceof Uint8Array
      ? await subtle.importKey("pkcs8", source, parameters, false, ["sign"])
      : await subtle.importKey("jwk", source, parameters, false, ["sign"])
    // Not every platform looks at the curve or the kind of a key before it signs.
    await subtle.sign(parameters, key, new Uint8Array())
    return lengthProblem(algorithm, key) ?? key
  } catch (error) {
    return subtle === undefined
      ? "needs crypto.subtle, which browsers have only over https and on localhost"
      : `is not ${
        String(error).startsWith("NotSupportedError") ? "supported by this platform's crypto.subtle" : "a private key"
      } for ${algorithm}, which needs ${kind}, or is damaged`
  }
}

const isPublic = "is a public key; the private key is needed"

const jwkOf = (algorithm: Algorithm, text: string): JsonWebKey | string => {
  const json = orUndefined((): JsonWebKey => JSON.parse(text))
  if (json === undefined) return "is a JWK whose JSON is broken"
  // Not every platform compares `alg`, or knows both names of Ed25519; the application says what the key is used for.
  const { alg, key_ops: _, use: __, ...jwk } = json
  return jwk.kty === undefined
    ? "is JSON without kty; give its private_key, or one of its keys"
    : jwk.d === undefined && jwk.kty !== "oct"
    ? isPublic
    : alg !== undefined && Reflect.get(algorithms, alg) !== algorithms[algorithm]
    ? `is a JWK whose alg is not ${algorithm}`
    : jwk
}

const pkcs8Of = (text: string): Uint8Array<ArrayBuffer> | string => {
  const [, label = /-----BEGIN ([A-Z\d ]+)-/.exec(text)?.[1], body, end] =
    /-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----([^]*?)(-----END \1-----|$)/.exec(text) ?? []
  return label === undefined
    ? text.startsWith("LS0tLS1CRUdJTi")
      ? "is PEM in Base64; decode it"
      : "must be a private key: PEM (-----BEGIN PRIVATE KEY-----), or a JWK"
    : body === undefined
    ? `is a ${label.toLowerCase()}; the private key is needed`
    : /ENCRYPTED/.test(label + body)
    ? "is encrypted; decrypt it: openssl pkcs8 -in key.pem -out plain.pem"
    : label.startsWith("OPENSSH")
    ? "is in OpenSSH's own format; convert it: ssh-keygen -p -m PKCS8 -f key"
    : end === ""
    ? `has no line -----END ${label}-----; in a .env file, quote the whole key`
    // A variable of one line has \n or spaces instead of line ends, of any kind.
    : pkcs8(starts[label], orUndefined(() => atob(body.replaceAll(/\\+[rn]|\s/g, ""))) ?? "")
}

const pkcs8 = (start: string | undefined, key: string) =>
  Uint8Array.from(start === undefined ? key : der(0x30, atob(start) + der(0x04, key)), (byte) => byte.charCodeAt(0))

/** What PKCS#8 has before a key of PKCS#1 or SEC1, in Base64: its version, and the kind of key. */
const starts: Readonly<Record<string, string>> = {
  "RSA PRIVATE KEY": "AgEAMA0GCSqGSIb3DQEBAQUA",
  "EC PRIVATE KEY": "AgEAMBMGByqGSM49AgEGCCqGSM49AwEH"
}

/** A value in DER with its tag and its length, a character for each byte. */
const der = (tag: number, content: string): string => {
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [129, length] : [130, length >> 8, length & 255]
  return String.fromCharCode(tag, ...size) + content
}

/** RFC 7518 sections 3.3 and 3.5; Web Crypto takes shorter ones, too. */
const lengthProblem = (algorithm: Algorithm, key: CryptoKey): string | undefined => {
  const { modulusLength = Infinity }: Partial<RsaHashedKeyAlgorithm> = key.algorithm
  return modulusLength < 2048
    ? `is an RSA key of ${modulusLength} bits; ${algorithm} needs one of 2048 bits or more`
    : undefined
}

// Accounts are told apart by texts, so a `CryptoKey` has one.
const readers = new WeakMap<Redacted.Redacted, (algorithm: Algorithm) => CryptoKey | string>()
const ids = new WeakMap<CryptoKey, string>()

/** A `CryptoKey` as the key of an account: the same text for the same key, or for the same id. */
export const fromCryptoKey = (key: CryptoKey, id: string = idOf(key)): Redacted.Redacted => {
  const made = Redacted.make(`CryptoKey ${id}`, { label: "CryptoKey" })
  readers.set(made, (algorithm) => cryptoKeyProblem(algorithm, key) ?? key)
  return made
}

const idOf = (key: CryptoKey): string => {
  const id = ids.get(key) ?? crypto.randomUUID()
  if (isCryptoKey(key)) ids.set(key, id)
  return id
}

// A caller without types may give anything.
const isCryptoKey = (key: unknown): boolean => Predicate.hasProperty(key, "algorithm")

/** What is given instead of a `CryptoKey`, in words, by a property that it has. */
const others = [
  ["privateKey", "a pair of keys: give its privateKey"],
  ["then", "a promise: await it"],
  ["asymmetricKeyType", "a KeyObject of Node: give Redacted.make(key.export({ type: \"pkcs8\", format: \"pem\" }))"]
] as const

const otherOf = (key: unknown): string =>
  others.find(([name]) => Predicate.hasProperty(key, name))?.[1]
    ?? `${kindOf(key)}${Predicate.isString(key) ? ": give Redacted.make(text)" : ""}`

const cryptoKeyProblem = (algorithm: Algorithm, key: CryptoKey): string | undefined => {
  if (!isCryptoKey(key)) return `must be made of a CryptoKey, not of ${otherOf(key)}`
  const { hash, name, namedCurve }: Partial<RsaHashedKeyAlgorithm & EcKeyAlgorithm> = key.algorithm
  const found = [name, hash?.name ?? namedCurve].filter((part) => part !== undefined).join(" with ")
  const needed = algorithms[algorithm].parameters.name + (details[algorithm] ?? "")
  return key.type === "public"
    ? isPublic
    : key.type !== "private"
    ? `is a CryptoKey of the type ${key.type}; a private key is needed`
    : !key.usages.includes("sign")
    ? "is a CryptoKey that can't sign: import it with the usage \"sign\""
    : found === needed
    ? lengthProblem(algorithm, key)
    : `is a CryptoKey for ${found}; ${algorithm} needs one for ${needed}`
}

const details: Partial<Record<Algorithm, string>> = {
  RS256: " with SHA-256",
  PS256: " with SHA-256",
  ES256: " with P-256"
}
