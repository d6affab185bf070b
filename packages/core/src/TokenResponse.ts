/**
 * The authorization server's reply: status, headers and bytes in, an access token or a `TokenError` out.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import { constUndefined } from "effect/Function"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { AccessToken } from "./AccessToken.ts"
import { scrub } from "./internal/scrub.ts"
import { parseObject } from "./internal/strictJson.ts"
import * as Lifetime from "./Lifetime.ts"
import type { Failure, Provider, Refusal } from "./Provider.ts"
import * as TokenError from "./TokenError.ts"
import type { TokenRequest } from "./TokenRequest.ts"

/**
 * A reply as it came.
 *
 * @since 0.1.0
 * @category models
 */
export interface TokenResponse {
  readonly status: number
  readonly retryAfter: string | undefined
  /** The whole body; `undefined` where it was too large to be read to its end. */
  readonly body: Uint8Array | undefined
  /** When the request was sent, in milliseconds since the Unix epoch. */
  readonly requestedAt: number
  /** When the reply had come, likewise. */
  readonly receivedAt: number
}

/**
 * The longest access token that is taken for one, in characters: 15 KiB. Node's own limit is 16 KiB for all headers
 * of a request together, and few servers allow more.
 *
 * @since 0.1.0
 * @category constants
 */
export const longestToken = 15_360

/**
 * The longest time that a `Retry-After` is believed, in milliseconds: an hour.
 *
 * @since 0.1.0
 * @category constants
 */
export const longestRetryAfter = 3_600_000

/**
 * Makes the function that reads a provider's replies. Its Schema is compiled once.
 *
 * What came decides, leniently where servers are known to differ (the content type is ignored, `token_type` is in any
 * case, `expires_in` may be digits in a string, `scope` may be a list), strictly where safety needs it (a whole JSON
 * object in valid UTF-8, with no key twice; a token that a header can carry; nothing but a bearer token).
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5 | RFC 6749 section 5}
 * @since 0.1.0
 * @category constructors
 */
export const makeReader = <Reply>(
  provider: Provider<Reply>
): (request: TokenRequest, response: TokenResponse) => Result.Result<AccessToken<Reply>, TokenError.TokenError> => {
  const decodeReply = Schema.decodeUnknownSync(provider.reply)
  const fail = (reason: TokenError.Reason, retryAt?: number) =>
    Result.fail(new TokenError.TokenError({ provider: provider.id, reason, retryAt }))

  // Many accounts are told the same besides their tokens: it is read once, and kept once.
  let last: { readonly words: string; readonly scopes: ReadonlyArray<string>; readonly reply: Reply } | undefined

  return (request, response) => {
    const { requestedAt, status } = response
    const notUnderstood = (problem: string) => fail(new TokenError.ReplyNotUnderstood({ status, problem }))

    // A browser hides a redirect that it was told not to follow behind a status of 0.
    if (status === 0 || status >= 300 && status < 400) {
      return fail(
        new TokenError.Unsafe({ kind: "redirect", problem: `the token endpoint redirects (status ${status})` })
      )
    }
    if (status < 200 || status > 599) return notUnderstood("its status means nothing")

    const body = parseBody(response.body)
    const error = body?.["error"] ?? undefined
    if (status >= 400 || error !== undefined) {
      const { grant, secrets } = request
      const shown = (text: unknown) => Predicate.isString(text) ? scrub(text, secrets) : undefined
      const failure: Failure = { status, code: Predicate.isString(error) ? error : undefined, grant }
      const refused = { status, code: shown(error), description: shown(body?.["error_description"]) }
      switch (provider.refusal(failure) ?? refusalOf(failure)) {
        case "credentials":
          return fail(new TokenError.CredentialsRefused(refused))
        case "grant":
          return fail(new TokenError.GrantRefused({ grant, ...refused }))
        case "request":
          return fail(new TokenError.RequestRefused(refused))
        case "throttled":
          return fail(new TokenError.Throttled({ status }), readRetryAfter(response))
        case "unavailable":
          return fail(new TokenError.Unavailable({ kind: "status", status }), readRetryAfter(response))
      }
    }
    if (body === undefined) {
      return notUnderstood(response.body === undefined ? "it is too large" : "it is not a JSON object")
    }
    // A Schema that lets its input through must not show what is Redacted elsewhere.
    const { access_token: value, refresh_token: refreshToken = null, ...rest } = body
    if (!isToken(value)) return notUnderstood("access_token is missing or is no token")

    const tokenType = body["token_type"] ?? (provider.tokenTypeRequired ? undefined : "bearer")
    if (!Predicate.isString(tokenType)) return notUnderstood("token_type is missing or is no text")
    if (tokenType.toLowerCase() !== "bearer") {
      return fail(
        new TokenError.Unsafe({ kind: "token_type", problem: "the token is no bearer token (token_type)" })
      )
    }

    const { assumedLifetime, refreshTokenExpiresIn } = provider
    const expiresIn = readSeconds(body["expires_in"] ?? (assumedLifetime && Duration.toSeconds(assumedLifetime)))
    if (expiresIn === undefined) return notUnderstood("expires_in is missing or is no number of seconds")

    // Half of a character can't be sent back as it came.
    if (refreshToken !== null && (!Predicate.isString(refreshToken) || /\p{Cs}/u.test(refreshToken))) {
      return notUnderstood("refresh_token can't be read")
    }
    // A lifetime that can't be read is no reason to lose the tokens: the server says when the refresh token is over.
    const refreshExpiresIn = readSeconds(refreshTokenExpiresIn && body[refreshTokenExpiresIn])

    const words = JSON.stringify([rest, request.scopes])
    if (words !== last?.words) {
      const scopes = readScopes(body["scope"] ?? request.scopes)
      if (scopes === undefined) return notUnderstood("scope is not a list of scopes")
      // A Schema that throws may quote its input.
      const reply = Result.try(() => decodeReply(rest))
      if (Result.isFailure(reply)) return notUnderstood("a field of the provider can't be read")
      last = { words, scopes, reply: reply.success }
    }

    return Result.succeed({
      value: Redacted.make(value, { label: "access token" }),
      requestedAt,
      expiresAt: endOf(requestedAt, expiresIn),
      scopes: last.scopes,
      refreshToken: refreshToken
        ? {
          value: Redacted.make(refreshToken, { label: "refresh token" }),
          expiresAt: refreshExpiresIn ? endOf(requestedAt, refreshExpiresIn) : undefined
        }
        : undefined,
      reply: last.reply
    })
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true })

const parseBody = (bytes: Uint8Array | undefined): Readonly<Record<string, unknown>> | undefined =>
  Result.getOrElse(Result.try(() => parseObject(utf8.decode(bytes))), constUndefined)

// RFC 6749 appendix A.12, less the space, which ends a token in a header.
const isToken = (value: unknown): value is string =>
  Predicate.isString(value) && value.length <= longestToken && /^[\x21-\x7E]+$/.test(value)

const readSeconds = (value: unknown): number | undefined =>
  Predicate.isNumber(value)
    ? value
    : Predicate.isString(value) && /^-?\d{1,20}$/.test(value)
    ? Number(value)
    : undefined

const endOf = (requestedAt: number, seconds: number): number =>
  Math.min(requestedAt + Math.max(0, seconds * 1000), Lifetime.endOfTime)

const readScopes = (scope: unknown): ReadonlyArray<string> | undefined => {
  const names = Array.isArray(scope) && scope.every(Predicate.isString) ? scope.join(" ") : scope
  if (!Predicate.isString(names) || /[\p{Cc}\p{Cs}]/u.test(names)) return undefined
  return [...new Set(names.split(" ").filter((name) => name !== ""))]
}

// The status goes before the code where the server says that it is in trouble, so that no 5xx costs a refresh token or
// a password. Wording never decides.
const refusalOf = ({ code, grant, status }: Failure): Refusal => {
  if (status === 429) return "throttled"
  if (status >= 500 || status === 408 || status === 421 || status === 425) return "unavailable"
  switch (code) {
    case "invalid_client":
      return "credentials"
    case "invalid_grant":
      return grant === "client_credentials" ? "credentials" : "grant"
    case "unauthorized_client":
      return status === 401 ? "credentials" : "request"
    case "slow_down":
      return "throttled"
    case "server_error":
    case "temporarily_unavailable":
      return "unavailable"
    case "invalid_request":
    case "invalid_scope":
    case "unsupported_grant_type":
    case "access_denied":
      return "request"
  }
  // No OAuth code: a server with a grammar of its own, a gateway, an empty body.
  if (status !== 401 && status !== 403) return "request"
  return grant === "password" ? "grant" : "credentials"
}

const readRetryAfter = ({ receivedAt, retryAfter = "" }: TokenResponse): number | undefined => {
  const text = retryAfter.trim()
  // A header that came twice: the longer wait offends nobody.
  const at = /^\d{1,15}(?:, *\d{1,15})*$/.test(text)
    ? receivedAt + Math.max(...text.split(",").map(Number)) * 1000
    : /^[A-Z][a-z]+, .* GMT$/.test(text)
    ? Date.parse(text)
    : 0
  return at > receivedAt ? Math.min(at, receivedAt + longestRetryAfter) : undefined
}
