import { createHash, randomBytes } from "node:crypto"

/** Makes a function that tells values apart without telling the values. */
export const makeFingerprint = (): (value: string) => string => {
  const salt = randomBytes(32)
  return (value) => createHash("sha256").update(salt).update(value).digest("hex").slice(0, 12)
}
