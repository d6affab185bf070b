import type { TokenError } from "@mintmark/core/TokenError"
import * as Aead from "effect/crypto/Aead"
import * as Mac from "effect/crypto/Mac"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Hex from "effect/encoding/Hex"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { invalidOption, keysVariable } from "./Options.ts"

/** Encrypts what is stored, and makes the names that it is stored under. */
export interface TokenCipher {
  /** The name for an identity. It can't be used to guess a password. */
  readonly name: (identity: Redacted.Redacted) => Effect.Effect<string>
  /** A name that is the same with any keys, for an identity that holds a secret which can't be guessed. */
  readonly lastingName: (identity: Redacted.Redacted) => Effect.Effect<string>
  /** Encrypts a text for one place, with the first key. */
  readonly seal: (text: string, place: string) => Effect.Effect<string>
  /** Decrypts what was sealed for that place with any of the keys; `undefined` where it wasn't. */
  readonly open: (sealed: string, place: string) => Effect.Effect<string | undefined>
}

/*
 * What is sealed, in Base64:
 *
 *   1 byte   version of this layout
 *   4 bytes  id of the key: the start of its HMAC over a fixed text
 *   12 bytes nonce, random
 *   n bytes  AES-256-GCM ciphertext and its tag, the place as associated data
 */
const version = 1
const keyIdLength = 4
const nonceAt = 1 + keyIdLength
const ciphertextAt = nonceAt + Aead.aes256Gcm.nonceLength

/** The cipher of a key ring. Fails with `InvalidOption` where a key is not 32 bytes in Base64, or there is none. */
export const make = Effect.fnUntraced(
  function*(keys: ReadonlyArray<Redacted.Redacted> | undefined): Effect.fn.Return<
    TokenCipher,
    TokenError,
    Aead.Aead | Mac.Mac | SecureRandom.SecureRandom
  > {
    const aead = yield* Aead.Aead
    const mac = yield* Mac.Mac
    const random = yield* SecureRandom.SecureRandom

    // A caller without types may give anything.
    if (!Array.isArray(keys ?? [])) return yield* invalid("must be an array of Redacted")
    const ring = yield* Effect.forEach(
      keys ?? [],
      Effect.fnUntraced(function*(key: unknown) {
        if (!Redacted.isRedacted(key)) return yield* invalid("must be Redacted: [Redacted.make(key)]")
        const bytes = Result.getOrUndefined(Base64.decode(String(Redacted.value(key)).trim()))
        if (bytes?.length !== Aead.aes256Gcm.keyLength) {
          return yield* invalid("holds a key that is not 32 bytes in Base64")
        }
        const secret = yield* Effect.orDie(Mac.key(Mac.hmacSha256, bytes))
        const derive = (purpose: string) => Effect.orDie(mac.sign(secret, utf8.encode(`mintmark ${purpose}`)))
        return {
          id: (yield* derive("key id")).slice(0, keyIdLength),
          key: yield* Effect.orDie(Aead.key(Aead.aes256Gcm, bytes)),
          naming: yield* Effect.orDie(Mac.key(Mac.hmacSha256, yield* derive("names")))
        }
      })
    )
    const first = ring[0]
    const last = ring.at(-1)
    if (first === undefined || last === undefined) return yield* invalid("is missing or empty")

    const lasting = yield* Effect.orDie(Mac.key(Mac.hmacSha256, utf8.encode("mintmark refresh tokens")))
    const named = (key: typeof lasting) => (identity: Redacted.Redacted) =>
      mac.sign(key, utf8.encode(Redacted.value(identity))).pipe(Effect.map(Hex.encode), Effect.orDie)

    return {
      // A new key comes first, so that names change only when the last of the old ones is dropped.
      name: named(last.naming),
      lastingName: named(lasting),
      seal: Effect.fnUntraced(function*(text, place) {
        const nonce = yield* random.randomBytes(Aead.aes256Gcm.nonceLength)
        const aad = utf8.encode(place)
        const ciphertext = yield* Effect.orDie(aead.encrypt(first.key, utf8.encode(text), { nonce, aad }))
        const sealed = new Uint8Array(ciphertextAt + ciphertext.length)
        sealed[0] = version
        sealed.set(first.id, 1)
        sealed.set(nonce, nonceAt)
        sealed.set(ciphertext, ciphertextAt)
        return Base64.encode(sealed)
      }),
      open: Effect.fnUntraced(function*(text, place) {
        const sealed = Result.getOrUndefined(Base64.decode(text))
        if (sealed === undefined || sealed[0] !== version) return undefined
        const known = ring.find(({ id }) => id.every((byte, index) => byte === sealed[index + 1]))
        if (known === undefined) return undefined
        const nonce = sealed.subarray(nonceAt, ciphertextAt)
        const aad = utf8.encode(place)
        return yield* aead.decrypt(known.key, sealed.subarray(ciphertextAt), { nonce, aad }).pipe(
          Effect.map((bytes) => utf8Decoder.decode(bytes)),
          Effect.orElseSucceed(() => undefined)
        )
      })
    }
  },
  Effect.provide(Layer.provideMerge(Layer.merge(Aead.layerWebCrypto, Mac.layerWebCrypto), SecureRandom.layerWebCrypto))
)

const invalid = (problem: string) => Effect.fail(invalidOption("keys", problem, keysVariable))

const utf8 = new TextEncoder()
const utf8Decoder = new TextDecoder()
