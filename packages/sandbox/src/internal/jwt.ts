import { createHmac, randomBytes } from "node:crypto"

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")

/** Makes a signer of JSON Web Tokens (HS256) with a key of its own. */
export const makeJwt = (): (claims: Readonly<Record<string, unknown>>) => string => {
  const key = randomBytes(32)
  const head = part({ kid: randomBytes(9).toString("base64url"), alg: "HS256" })
  return (claims) => {
    const signed = `${head}.${part(claims)}`
    return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`
  }
}
