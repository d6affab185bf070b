/**
 * The authorization server's reply: status, headers and bytes in, an access token or a `TokenError` out.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { AccessToken } from "./AccessToken.ts"
import type { ClientAuthentication } from "./ClientAuthentication.ts"
import * as Lifetime from "./internal/engine/Lifetime.ts"
import * as ReplyMeaning from "./internal/engine/ReplyMeaning.ts"
import { readBody } from "./internal/http/replyBody.ts"
import { readRetryAfter } from "./internal/http/retryAfter.ts"
import type { Resolved } from "./internal/request/resolve.ts"
import type { TokenRequest } from "./internal/request/TokenRequest.ts"
import { shown, shownCode, whole } from "./internal/text/shown.ts"
import * as TokenError from "./TokenError.ts"

/**
 * A reply as it came.
 *
 * @since 0.1.0
 * @category models
 */
export interface TokenResponse {
  readonly status: number
  readonly retryAfter: string | undefined
  /** The `Date` header, by which a date in `retryAfter` is meant. */
  readonly date: string | undefined
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
  provider: Resolved<Reply>
): (request: TokenRequest, response: TokenResponse) => Result.Result<AccessToken<Reply>, TokenError.TokenError> => {
  const decodeReply = Schema.decodeUnknownSync(provider.reply)

  // Many accounts are told the same besides their tokens: it is read once, and kept once.
  let last: { readonly words: string; readonly scopes: ReadonlyArray<string>; readonly reply: Reply } | undefined

  return (request, response) => {
    const { requestedAt, status } = response
    const fail = (reason: TokenError.Reason) =>
      Result.fail(new TokenError.TokenError({ provider: provider.id, reason, retryAt: readRetryAfter(response) }))
    const notUnderstood = (problem: string) => fail(new TokenError.ReplyNotUnderstood({ status, problem }))

    const { code, description, fields: body, isEmpty } = readBody(response.body)
    const { isRenewal, secrets } = request
    const grant = request.grant.name
    const meaning = ReplyMeaning.meaningOf(
      {
        grant,
        isRefresh: isRenewal,
        refusedAs: provider.grant.refusedAs,
        hasClientSecret: hasSecret(provider.clientAuthentication),
        hasFallback: isRenewal
      },
      { status, code, isEmpty },
      provider.errors
    )
    if (meaning !== undefined) {
      const refused = (certain: boolean) => ({
        status,
        certain,
        code: code && shownCode(code, secrets),
        description: description === undefined ? undefined : shown(description, secrets),
        fullDescription: description === undefined ? undefined : whole(description)
      })
      switch (meaning.reason) {
        case "CredentialsRefused":
          return fail(new TokenError.CredentialsRefused(refused(meaning.certain)))
        case "GrantRefused":
          return fail(new TokenError.GrantRefused({ grant, ...refused(meaning.certain) }))
        case "RequestRefused":
          return fail(new TokenError.RequestRefused(refused(meaning.certain)))
        case "Throttled":
          return fail(new TokenError.Throttled({ status }))
        case "Unavailable":
          return fail(new TokenError.Unavailable({ kind: meaning.kind, status }))
        case "Unsafe":
          return fail(
            new TokenError.Unsafe({ kind: meaning.kind, problem: `the token endpoint redirects (status ${status})` })
          )
        case "ReplyNotUnderstood":
          return notUnderstood("invalid HTTP status")
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

const hasSecret = ({ needs }: ClientAuthentication): boolean =>
  Object.values(needs).some((kind) => !kind.startsWith("text"))

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
