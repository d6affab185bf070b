import * as Crypto from "node:crypto"
import type { Jwt } from "../Server.ts"

const keyOf = (text: string): Crypto.KeyObject =>
  text.trimStart().startsWith("{")
    ? Crypto.createPublicKey({ key: JSON.parse(text), format: "jwk" })
    : Crypto.createPublicKey(text)

const isSigned = (algorithm: Jwt["algorithm"], key: Crypto.KeyObject, data: Buffer, signature: Buffer): boolean => {
  switch (algorithm) {
    case "RS256":
      return Crypto.verify("sha256", data, key, signature)
    case "PS256": {
      const options = { key, padding: Crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
      return Crypto.verify("sha256", data, options, signature)
    }
    case "ES256":
      return Crypto.verify("sha256", data, { key, dsaEncoding: "ieee-p1363" }, signature)
    case "EdDSA":
      return Crypto.verify(null, data, key, signature)
  }
}

const part = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString())
    return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : undefined
  } catch {
    return undefined
  }
}

const mismatch = (
  what: string,
  wanted: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>>
): string | undefined => {
  for (const [name, value] of Object.entries(wanted)) {
    const has = given[name]
    if (has === undefined) return `the ${what} ${name} is missing`
    if (value !== true && JSON.stringify(has) !== JSON.stringify(value)) {
      return `the ${what} ${name} must be ${JSON.stringify(value)}`
    }
  }
  return undefined
}

/** Verifies JSON Web Tokens, and remembers each `jti`. Says what is wrong with one, or nothing. */
export const makeVerifying = () => {
  const seen = new Set<string>()
  return (jwt: Jwt, text: string, now: number): string | undefined => {
    const [head = "", body = "", signature = "", ...more] = text.split(".")
    const header = part(head)
    const claims = part(body)
    if (header === undefined || claims === undefined || more.length > 0) return "it isn't a JSON Web Token"
    if (header["alg"] !== jwt.algorithm) return `its alg must be ${jwt.algorithm}`
    if (
      !isSigned(
        jwt.algorithm,
        keyOf(jwt.publicKey),
        Buffer.from(`${head}.${body}`),
        Buffer.from(signature, "base64url")
      )
    ) {
      return "its signature isn't that of the key"
    }
    const wrong = mismatch("header", jwt.header ?? {}, header) ?? mismatch("claim", jwt.claims, claims)
    if (wrong !== undefined) return wrong
    const { exp, iat, jti } = claims
    const seconds = now / 1000
    const most = jwt.maxLifetime ?? 300
    if (typeof exp !== "number" || exp <= seconds) return "it has expired, or has no exp"
    if (exp - (typeof iat === "number" ? iat : seconds) > most + 1) return `it may live ${most} s at most`
    if (typeof iat === "number" && iat > seconds + 60) return "its iat is ahead of this server's clock"
    if (typeof jti === "string") {
      if (seen.has(jti)) return "its jti was used before"
      if (seen.size >= 100_000) seen.clear()
      seen.add(jti)
    }
    return undefined
  }
}
