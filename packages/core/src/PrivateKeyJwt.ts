/**
 * Client authentication by a JWT that the client signs.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { ClientAuthentication, Context } from "./ClientAuthentication.ts"
import * as Jwt from "./internal/jwt/Jwt.ts"

/**
 * The algorithms: RSA with PKCS#1 v1.5 padding, RSA with PSS padding, ECDSA on P-256, each with SHA-256; and Ed25519,
 * where the platform has it. `Ed25519` is the newer name of `EdDSA` with that key. An RSA key has 2048 bits or more.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7518#section-3.1 | RFC 7518 section 3.1}, RFC 8037 and RFC 9864
 * @since 0.1.0
 * @category models
 */
export type Algorithm = "RS256" | "PS256" | "ES256" | "EdDSA" | "Ed25519"

/**
 * What an authorization server expects of the JWT.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The algorithm to sign with. */
  readonly algorithm: Algorithm
  /** The claim `aud` where an account has none of its own: the URL of the token endpoint by default. */
  readonly audience?: string | undefined
  /**
   * How long the JWT is valid, such as `"2 minutes"`; a number is in milliseconds. 60 seconds by default, and 300 at most
   * where it is a client assertion.
   */
  readonly lifetime?: Duration.Input | undefined
  /** Further claims. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}

/**
 * What an account needs: the client's id, its private key (PEM, a JWK as JSON, or `fromCryptoKey`), and optionally the key's id (`kid`),
 * the SHA-256 thumbprint of its certificate (`x5t#S256`, Base64url), and the claim `aud`, such as the issuer of its
 * tenant.
 *
 * @since 0.1.0
 * @category models
 */
export type PrivateKey = {
  readonly clientId: "text"
  readonly privateKey: "key"
  readonly keyId: "text?"
  readonly certificateThumbprint: "text?"
  readonly audience: "text?"
}

/**
 * A `CryptoKey` of the platform as an account's `privateKey`, for keys that can't be read as text. It has the usage
 * `sign`; it need not be extractable.
 *
 * Processes share a token only if they name their key alike: give it an `id`, such as its `kid`. By default the key is
 * known to this process alone.
 *
 * ```ts
 * import * as PrivateKeyJwt from "@mintmark/core/PrivateKeyJwt"
 *
 * const accountOf = (key: CryptoKey) => ({
 *   clientId: "my-client",
 *   privateKey: PrivateKeyJwt.fromCryptoKey(key, { id: "key-1" })
 * })
 * ```
 *
 * @see {@link https://www.w3.org/TR/webcrypto/#cryptokey-interface | Web Cryptography API, CryptoKey}
 * @since 0.1.0
 * @category constructors
 */
export const fromCryptoKey = (
  key: CryptoKey,
  options?: { readonly id?: string | undefined }
): Redacted.Redacted => Jwt.fromCryptoKey(key, options?.id)

const needs: PrivateKey = {
  clientId: "text",
  privateKey: "key",
  keyId: "text?",
  certificateThumbprint: "text?",
  audience: "text?"
}

interface Account {
  readonly clientId: string
  readonly privateKey: Redacted.Redacted
  readonly keyId?: string | undefined
  readonly certificateThumbprint?: string | undefined
  readonly audience?: string | undefined
}

const sign = (options: Options, account: Account, context: Context) =>
  Jwt.sign(options, account.privateKey, { kid: account.keyId, "x5t#S256": account.certificateThumbprint }, {
    iss: account.clientId,
    sub: account.clientId,
    aud: account.audience ?? options.audience ?? context.tokenEndpoint
  })

/**
 * `private_key_jwt`: the fields `client_assertion_type` and `client_assertion`, and `client_id`. Each attempt is signed
 * anew, with a `jti` of its own.
 *
 * ```ts
 * import * as Grant from "@mintmark/core/Grant"
 * import * as PrivateKeyJwt from "@mintmark/core/PrivateKeyJwt"
 * import * as Provider from "@mintmark/core/Provider"
 * import * as TokenReply from "@mintmark/core/TokenReply"
 *
 * const acme = Provider.make({
 *   id: "acme",
 *   tokenEndpoint: "https://auth.acme.example/token",
 *   apiUrl: "https://api.acme.example",
 *   clientAuthentication: PrivateKeyJwt.make({ algorithm: "PS256" }),
 *   grant: Grant.clientCredentials,
 *   reply: TokenReply.Standard
 * })
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7523#section-2.2 | RFC 7523 section 2.2}
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication | OpenID Connect Core section 9}
 * @since 0.1.0
 * @category methods
 */
export const make = (options: Options): ClientAuthentication<PrivateKey> => ({
  name: "private_key_jwt",
  variant: options,
  needs,
  validate: ({ privateKey }) => Jwt.problem(options, privateKey, "clientAuthentication", 300),
  hint: Jwt.clockHint,
  authenticate: (account, context) =>
    Effect.map(sign(options, account, context), (assertion) => ({
      parameters: {
        client_id: account.clientId,
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: assertion
      }
    }))
})

/**
 * A signed JWT as bearer of the token request itself, in the header `Authorization`: for APIs whose tokens are requested
 * as an application, such as GitHub Apps and the Vonage Network APIs.
 *
 * @since 0.1.0
 * @category methods
 */
export const bearer = (options: Options): ClientAuthentication<PrivateKey> => ({
  name: "private_key_jwt_bearer",
  variant: options,
  needs,
  validate: ({ privateKey }) => Jwt.problem(options, privateKey, "clientAuthentication"),
  hint: Jwt.clockHint,
  authenticate: (account, context) =>
    Effect.map(sign(options, account, context), (jwt) => ({
      headers: { authorization: Redacted.make(`Bearer ${Redacted.value(jwt)}`) }
    }))
})
