import * as Duration from "effect/Duration"
import * as Equal from "effect/Equal"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SchemaIssue from "effect/SchemaIssue"
import type { AccessToken, RefreshToken } from "../../AccessToken.ts"
import * as TokenError from "../../TokenError.ts"
import type { Standard } from "../../TokenReply.ts"
import { readBody } from "../http/replyBody.ts"
import { readRetryAfter } from "../http/retryAfter.ts"
import { moreOf, standardFields } from "../http/standardFields.ts"
import type { Resolved } from "../request/resolve.ts"
import { sentAs } from "../request/sentAs.ts"
import type { TokenRequest } from "../request/TokenRequest.ts"
import { readInstant } from "../text/instant.ts"
import { isToken, longestToken } from "../text/isToken.ts"
import { shown, shownCode, whole } from "../text/shown.ts"
import * as Lifetime from "./Lifetime.ts"
import * as ReplyMeaning from "./ReplyMeaning.ts"

/** A reply as it came. */
export interface TokenResponse {
  readonly status: number
  readonly retryAfter: string | undefined
  /** The `Date` header, by which the other dates of the reply are meant. */
  readonly date: string | undefined
  /** The whole body; `undefined` where it was too large to be read to its end. */
  readonly body: Uint8Array | undefined
  /** When the request was sent, in milliseconds since the Unix epoch. */
  readonly requestedAt: number
  /** When the reply had come, likewise. */
  readonly receivedAt: number
}

/**
 * Makes the function that reads a provider's replies. Its Schema is compiled once.
 *
 * A failed reply means what `ReplyMeaning` says. Of any other the whole body must be one JSON object in valid UTF-8 with
 * no key twice, which the provider's Schema decodes. What comes out is checked again, whatever the Schema did: a token
 * that a header can carry, and that is a bearer token.
 */
export const make = <Reply>(
  provider: Resolved<Reply>
): (request: TokenRequest, response: TokenResponse) => Result.Result<AccessToken<Reply>, TokenError.TokenError> => {
  const decode = Schema.decodeUnknownResult(provider.reply)
  const assumed = provider.assumedLifetime === undefined ? undefined : Duration.toSeconds(provider.assumedLifetime)

  const primary = sentAs(provider, false)
  const renewal = sentAs(provider, true)

  // What the replies of many accounts have in common is kept once.
  let last: { readonly scopes: ReadonlyArray<string>; readonly reply: Reply } | undefined

  return (request, response) => {
    const { requestedAt, status } = response
    const fail = (reason: TokenError.Reason) =>
      Result.fail(new TokenError.TokenError({ provider: provider.id, reason, retryAt: readRetryAfter(response) }))
    const notUnderstood = (problem: string) => fail(new TokenError.ReplyNotUnderstood({ status, problem }))
    const unreadable = (field: string | undefined) => notUnderstood(problemOf(field, request))

    const { code, description, fields, isEmpty } = readBody(response.body)
    const sent = request.isRenewal ? renewal : primary
    const meaning = ReplyMeaning.meaningOf(sent, { status, code, isEmpty }, provider.errors)
    if (meaning !== undefined) {
      const { secrets } = request
      return fail(toReason(sent, meaning, {
        status,
        code: code && (ReplyMeaning.isRegistered(code) ? code : shownCode(code, secrets)),
        description: description === undefined ? undefined : shown(description, secrets),
        fullDescription: description === undefined ? undefined : whole(description),
        hint: provider.clientAuthentication.hint?.(response) ?? request.grant.hint?.(response)
      }))
    }
    if (fields === undefined) {
      return notUnderstood(response.body === undefined ? "it is too large" : "it is not a JSON object")
    }

    // A Schema that throws may quote its input; so does an issue.
    const decoded = Result.flatMap(Result.try(() => decode(fields)), (result) => result)
    if (Result.isFailure(decoded)) {
      const error: unknown = decoded.failure
      return unreadable(Schema.isSchemaError(error) ? fieldOf(error.issue) : undefined)
    }
    const { accessToken, apiUrl, expiresAt, expiresIn, scope, tokenType } = decoded.success
    const value = Redacted.isRedacted(accessToken) ? Redacted.value(accessToken) : undefined
    if (!isToken(value)) return unreadable("accessToken")
    if (tokenType !== undefined && String(tokenType).toLowerCase() !== "bearer") {
      return fail(
        new TokenError.Unsafe({ kind: "token_type", problem: "the token is not a bearer token (token_type)" })
      )
    }
    const lifetime = lifetimeOf(expiresIn, expiresAt, response) ?? assumed
    if (lifetime === undefined || Number.isNaN(lifetime)) return unreadable("expiresIn")
    const refreshToken = refreshTokenOf(decoded.success, response)
    if (refreshToken === null) return unreadable("refreshToken")
    const scopes = scopesOf(scope ?? request.scopes)
    if (scopes === undefined) return unreadable("scope")
    const reply = moreOf<Reply>(decoded.success)
    if (last === undefined || !Equal.equals(last, { scopes, reply })) last = { scopes, reply }

    const token = {
      value: labeled(accessToken, value, "access token"),
      requestedAt,
      expiresAt: endOf(requestedAt, lifetime),
      scopes: last.scopes,
      refreshToken,
      reply: last.reply
    }
    return Result.succeed(apiUrl === undefined ? token : { ...token, apiUrl })
  }
}

type Details = Omit<ConstructorParameters<typeof TokenError.RequestRefused>[0], "certain">

const toReason = (sent: ReplyMeaning.Sent, meaning: ReplyMeaning.Meaning, details: Details): TokenError.Reason => {
  const { status } = details
  switch (meaning.reason) {
    case "CredentialsRefused":
      return new TokenError.CredentialsRefused({ ...details, certain: meaning.certain })
    case "GrantRefused":
      return new TokenError.GrantRefused({ ...details, certain: meaning.certain, grant: sent.grant })
    case "RequestRefused":
      return new TokenError.RequestRefused({ ...details, certain: meaning.certain })
    case "Throttled":
      return new TokenError.Throttled({ status })
    case "Unavailable":
      return new TokenError.Unavailable({ kind: meaning.kind, status })
    case "Unsafe":
      return new TokenError.Unsafe({
        kind: meaning.kind,
        problem: `the token endpoint redirects (status ${status})`
      })
    case "ReplyNotUnderstood":
      return new TokenError.ReplyNotUnderstood({ status, problem: "invalid HTTP status" })
  }
}

// -- what came out of the Schema --------------------------------------------------------------------------------------

/** In seconds; NaN where the Schema gave no number. */
const lifetimeOf = (expiresIn: unknown, expiresAt: unknown, response: TokenResponse): number | undefined =>
  expiresIn !== undefined
    ? numberOf(expiresIn)
    : expiresAt === undefined
    ? undefined
    : (numberOf(expiresAt) - serverTime(response)) / 1000

// The server's clock need not be right.
const serverTime = ({ date = "", receivedAt }: TokenResponse): number => readInstant(date, receivedAt) ?? receivedAt

const numberOf = (value: unknown): number => Predicate.isNumber(value) ? value : NaN

// Many servers keep whole seconds: a lifetime counts from the second in which the request was sent, rounded down.
const endOf = (requestedAt: number, seconds: number): number => {
  const since = Math.floor(requestedAt / 1000) * 1000
  return Math.max(requestedAt, Math.min(since + seconds * 1000, Lifetime.endOfTime))
}

/** The secret as it is shown; one that the Schema has made so is kept. */
const labeled = (secret: Redacted.Redacted, text: string, label: string): Redacted.Redacted =>
  secret.label === label ? secret : Redacted.make(text, { label })

/** The refresh token, if there is one; `null` if it can't be sent back as it came. */
const refreshTokenOf = (reply: Standard, response: TokenResponse): RefreshToken | undefined | null => {
  const { refreshToken: value, refreshTokenExpiresAt: expiresAt, refreshTokenExpiresIn: expiresIn } = reply
  if (value === undefined) return undefined
  const text = Redacted.isRedacted(value) ? Redacted.value(value) : undefined
  if (!Predicate.isString(text) || text.length <= longestToken && /\p{Cs}/u.test(text)) return null
  // One that is too long to be kept is as none: the access token is fine, and the primary grant gets the next one.
  if (text === "" || text.length > longestToken) return undefined
  const lifetime = lifetimeOf(expiresIn || undefined, expiresAt, response)
  return {
    value: labeled(value, text, "refresh token"),
    expiresAt: lifetime === undefined || Number.isNaN(lifetime) ? undefined : endOf(response.requestedAt, lifetime)
  }
}

const scopesOf = (scope: unknown): ReadonlyArray<string> | undefined => {
  if (!Array.isArray(scope) || !scope.every(Predicate.isString)) return undefined
  const names = scope.join(" ")
  return /[\p{Cc}\p{Cs}]/u.test(names) ? undefined : [...new Set(names.split(" ").filter((name) => name !== ""))]
}

// -- what went wrong --------------------------------------------------------------------------------------------------

/** The name of the first field that a Schema didn't accept, if it is a field's. */
const fieldOf = (issue: SchemaIssue.Issue | undefined): string | undefined =>
  issue?._tag === "Pointer"
    ? String(issue.path[0])
    : issue && fieldOf("issue" in issue ? issue.issue : "issues" in issue ? issue.issues[0] : undefined)

// A Schema with names of the reply's own gets its names from the reply.
const problemOf = (field: string | undefined, { secrets }: TokenRequest): string =>
  field === undefined
    ? "a field can't be read"
    : Object.entries(standardFields).find(([name]) => name === field)?.[1].problem ??
      `${shownCode(field, secrets)} can't be read`
