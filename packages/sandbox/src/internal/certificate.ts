import * as Effect from "effect/Effect"

/** `Certificate` of `Sandbox`, which this can't import without a cycle. */
type Certificate = "self-signed" | "wrong-name" | "expired"

/** A certificate and its private key, in PEM. */
export interface KeyPair {
  readonly key: string
  readonly cert: string
}

const day = 24 * 60 * 60 * 1000

// A client checks a certificate by the system's clock, whichever clock the sandbox uses.
const validity = (certificate: Certificate): { readonly notBeforeDate: Date; readonly notAfterDate: Date } => {
  const now = new Date().getTime()
  return certificate === "expired"
    ? { notBeforeDate: new Date(now - 2 * day), notAfterDate: new Date(now - day) }
    : { notBeforeDate: new Date(now - day), notAfterDate: new Date(now + day) }
}

/** Makes a certificate of this kind. What makes it is loaded only if one is wanted. */
export const makeCertificate = (certificate: Certificate): Effect.Effect<KeyPair> =>
  Effect.promise(async () => {
    const { generate } = await import("selfsigned")
    const isWrong = certificate === "wrong-name"
    const made = await generate([{ name: "commonName", value: "Mintmark sandbox" }], {
      ...validity(certificate),
      keyType: "ec",
      algorithm: "sha256",
      extensions: [
        { name: "basicConstraints", cA: true },
        {
          name: "subjectAltName",
          altNames: isWrong
            ? [{ type: 2, value: "elsewhere.example" }]
            : [{ type: 2, value: "localhost" }, { type: 7, ip: "127.0.0.1" }, { type: 7, ip: "::1" }]
        }
      ]
    })
    return { key: made.private, cert: made.cert }
  })
