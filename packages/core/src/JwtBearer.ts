/**
 * Grants by a JWT: an assertion that is exchanged for an access token, or a JWT that is the access token itself.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Grant from "./Grant.ts"
import * as Jwt from "./internal/jwt/Jwt.ts"
import * as Ready from "./internal/request/readyToken.ts"
import type { Algorithm } from "./PrivateKeyJwt.ts"

/**
 * What an authorization server expects of the assertion.
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
   * How long the JWT is valid, such as `"2 minutes"`; a number is in milliseconds. 60 seconds by default. Many servers
   * refuse more than 300 seconds.
   */
  readonly lifetime?: Duration.Input | undefined
  /** Whether the scopes are the claim `scope` rather than a field of the request: `false` by default. */
  readonly scopeClaim?: boolean | undefined
  /** Further claims. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}

/**
 * What an account needs: who issues the JWT (`iss`), whom it is about (`sub`; the issuer by default), the private key
 * (PEM, a JWK as JSON, or `PrivateKeyJwt.fromCryptoKey`), and optionally the key's id (`kid`) and the claim
 * `aud`, such as that of a test system.
 *
 * @since 0.1.0
 * @category models
 */
export type Issuer = {
  readonly issuer: "text"
  readonly subject: "text?"
  readonly privateKey: "key"
  readonly keyId: "text?"
  readonly audience: "text?"
}

const needs: Issuer = { issuer: "text", subject: "text?", privateKey: "key", keyId: "text?", audience: "text?" }

const grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer"

/**
 * The JWT bearer grant, with an assertion that the client signs: anew for each attempt, with a `jti` of its own.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7523#section-2.1 | RFC 7523 section 2.1}
 * @since 0.1.0
 * @category grants
 */
export const make = (options: Options): Grant.Grant<Issuer> => ({
  name: grantType,
  variant: options,
  needs,
  refusedAs: "client_credentials",
  scopes: options.scopeClaim === true ? "grant" : "request",
  hint: Jwt.clockHint,
  validate: ({ privateKey }) => Jwt.problem(options, privateKey, "grant"),
  request: (
    { audience = options.audience, issuer, keyId, privateKey, subject = issuer },
    { scopes, tokenEndpoint }
  ) =>
    Effect.map(
      Jwt.sign(options, privateKey, { kid: keyId }, {
        iss: issuer,
        sub: subject,
        aud: audience ?? tokenEndpoint,
        ...(options.scopeClaim === true && scopes.length > 0 ? { scope: scopes.join(" ") } : {})
      }),
      (assertion) => ({ parameters: { grant_type: grantType, assertion } })
    )
})

/**
 * The JWT bearer grant, with an assertion that is handed in ready-made. Where it expires, give an effect that reads a
 * new one: it is run for each token request. White space around it, such as a file's last line break, is not sent.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7523#section-2.1 | RFC 7523 section 2.1}
 * @since 0.1.0
 * @category grants
 */
export const assertion: Grant.Grant<{ readonly assertion: "key" }> = {
  name: grantType,
  needs: { assertion: "key" },
  refusedAs: "client_credentials",
  validate: Ready.problem("assertion"),
  request: ({ assertion }) => ({ parameters: { grant_type: grantType, assertion: Ready.trimmed(assertion) } })
}

/**
 * What an API expects of a JWT that is the access token itself.
 *
 * @since 0.1.0
 * @category models
 */
export interface SelfSignedOptions extends Omit<Options, "scopeClaim" | "audience"> {
  /** The claim `aud` where an account has none of its own: none by default. */
  readonly audience?: string | undefined
  /** The name of the claim of the account's issuer: `iss` by default. */
  readonly issuerClaim?: string | undefined
}

/**
 * A JWT that the client signs is the access token: no token request is made. It is cached and renewed like any other.
 * It is valid for 15 minutes by default. Its scopes are those of its claim `scope`, which `claims` may have: those of an
 * account, which are requested, are not in it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7519 | RFC 7519}
 * @since 0.1.0
 * @category grants
 */
export const selfSigned = (options: SelfSignedOptions): Grant.Grant<Issuer> => {
  const { claims, issuerClaim = "iss", lifetime = Duration.minutes(15) } = options
  const scope = claims?.["scope"]
  const ofJwts = { ...options, lifetime }
  return Grant.produce({
    name: "self_signed_jwt",
    variant: options,
    needs,
    refusedAs: "client_credentials",
    validate: ({ privateKey }) => Jwt.problem(ofJwts, privateKey, "grant"),
    // A claim that is `undefined` is none.
    produce: ({ audience = options.audience, issuer, keyId, privateKey, subject }) =>
      Effect.map(
        Jwt.sign(ofJwts, privateKey, { kid: keyId }, { [issuerClaim]: issuer, sub: subject, aud: audience }),
        (jwt) => ({
          access_token: Redacted.value(jwt),
          token_type: "Bearer",
          expires_in: Jwt.secondsOf(lifetime),
          scope: Predicate.isString(scope) ? scope : ""
        })
      )
  })
}
