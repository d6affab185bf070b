import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
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
import { type Field, moreOf, placeNames, standardFields } from "../http/standardFields.ts"
import { isRecord } from "../plain.ts"
import type { Resolved } from "../request/resolve.ts"
import { sentAs } from "../request/sentAs.ts"
import { namesOf } from "../request/settings.ts"
import type { TokenRequest } from "../request/TokenRequest.ts"
import { readInstant } from "../text/instant.ts"
import { isToken, longestToken } from "../text/isToken.ts"
import { orUndefined } from "../text/orUndefined.ts"
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
  const decode = Schema.decodeUnknownExit(provider.reply)
  const assumed = provider.assumedLifetime && provider.assumedLifetime / 1000
  const places = placeNames.get(provider.reply)

  const primary = sentAs(provider, false)
  const renewal = sentAs(provider, true)

  // What the replies of many accounts have in common is kept once.
  let last: Pick<AccessToken<Reply>, "scopes" | "reply"> | undefined
  const shared = (scopes: ReadonlyArray<string>, reply: Reply) =>
    // A getter of the application's own may throw.
    orUndefined(() => last !== undefined && isSame(last.scopes, scopes) && isSame(last.reply, reply) ? last : undefined)
      ?? (last = { scopes, reply })

  const tokenOf = (
    { scopes: requested, secrets }: TokenRequest,
    response: TokenResponse,
    fields: Readonly<Record<string, unknown>>
  ): AccessToken<Reply> | TokenError.Reason => {
    const unreadable = (field: string | undefined) => notUnderstood(response, problemOf(field, places, secrets))
    // A Schema that throws may quote its input; so does an issue.
    const decoded = decode(fields)
    if (Exit.isFailure(decoded)) {
      const error = Cause.squash(decoded.cause)
      return unreadable(Schema.isSchemaError(error) ? fieldOf(error.issue) : undefined)
    }
    const { accessToken: value, apiUrl, expiresAt, expiresIn, scope, tokenType } = decoded.value
    if (!Redacted.isRedacted(value) || !isToken(Redacted.value(value))) return unreadable("accessToken")
    if (tokenType !== undefined && String(tokenType).toLowerCase() !== "bearer") {
      return new TokenError.Unsafe({ kind: "token_type", problem: "the token is not a bearer token (token_type)" })
    }
    const end = endOf(response, expiresIn ?? (expiresAt === undefined ? assumed : undefined), expiresAt)
    if (end === undefined) return unreadable(places?.["expiresAt"] ? "expiresAt" : "expiresIn")
    const refreshToken = refreshTokenOf(response, decoded.value)
    if (refreshToken === null) return unreadable("refreshToken")
    const named = scope ?? requested
    const granted = isSame(last?.scopes, named) ? last?.scopes : scopesOf(named)
    if (granted === undefined) return unreadable("scope")
    const { reply, scopes } = shared(granted, moreOf<Reply>(decoded.value))
    const token = { value, requestedAt: response.requestedAt, expiresAt: end, scopes, refreshToken, reply }
    return apiUrl === undefined ? token : { ...token, apiUrl }
  }

  return (request, response) => {
    const { status } = response
    const { code, description, fields, isEmpty } = readBody(response.body)
    const found = ReplyMeaning.reasonOf(
      request.isRenewal ? renewal : primary,
      { status, code, isEmpty },
      provider.errors,
      (about) => {
        const { grant, isRenewal, secrets } = request
        const hint = orUndefined(() => provider.clientAuthentication.hint?.(response) ?? grant.hint?.(response))
        const needs = {
          ...about === "grant" ? {} : provider.clientAuthentication.needs,
          // The refresh token of a renewal is no option: the server has issued it.
          ...about === "client" || isRenewal ? {} : grant.needs
        }
        return {
          status,
          code: code && (ReplyMeaning.isRegistered(code) ? code : shownCode(code, secrets)),
          description: description === undefined ? undefined : shown(description, secrets),
          fullDescription: description === undefined ? undefined : whole(description),
          hint,
          check: about && hint === undefined ? namesOf(provider, needs) : undefined
        }
      }
    ) ?? (fields === undefined
      ? notUnderstood(response, response.body === undefined ? "it is too large" : "it is not a JSON object")
      : tokenOf(request, response, fields))
    return "_tag" in found
      ? Result.fail(
        new TokenError.TokenError({ provider: provider.id, reason: found, retryAt: readRetryAfter(response) })
      )
      : Result.succeed(found)
  }
}

// Of texts, numbers, lists and records alone: `Equal` takes two objects that hide their data for the same, and looks at
// no prototype.
const isSame = (a: unknown, b: unknown): boolean =>
  Object.is(a, b)
  || Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((each, index) => isSame(each, b[index]))
  || isRecord(a) && isRecord(b) && isSame(Object.entries(a), Object.entries(b))

// -- what came out of the Schema --------------------------------------------------------------------------------------

/** Nothing where it is not known, or no number. */
const endOf = (
  { date = "", receivedAt, requestedAt }: TokenResponse,
  expiresIn: unknown,
  expiresAt: unknown
): number | undefined => {
  if (expiresIn === undefined && expiresAt === undefined) return undefined
  const lifetime = expiresIn === undefined
    // The server's clock need not be right.
    ? numberOf(expiresAt) - (readInstant(date, receivedAt) ?? receivedAt)
    : numberOf(expiresIn) * 1000
  // Many servers keep whole seconds: a lifetime counts from the second in which the request was sent, rounded down.
  const since = Math.floor(requestedAt / 1000) * 1000
  const end = Math.max(requestedAt, Math.min(since + lifetime, Lifetime.endOfTime))
  return Number.isNaN(end) ? undefined : end
}

const numberOf = (value: unknown): number => Predicate.isNumber(value) ? value : NaN

/** The refresh token, if there is one; `null` if it can't be sent back as it came. */
const refreshTokenOf = (response: TokenResponse, reply: Standard): RefreshToken | undefined | null => {
  const { refreshToken: value, refreshTokenExpiresAt: expiresAt, refreshTokenExpiresIn: expiresIn } = reply
  if (value === undefined) return undefined
  const text = Redacted.isRedacted(value) ? Redacted.value(value) : undefined
  if (!Predicate.isString(text) || text.length <= longestToken && /\p{Cs}/u.test(text)) return null
  // One that is too long to be kept is as none: the access token is fine, and the primary grant gets the next one.
  if (text === "" || text.length > longestToken) return undefined
  return { value, expiresAt: endOf(response, expiresIn || undefined, expiresAt) }
}

const scopesOf = (scope: unknown): ReadonlyArray<string> | undefined => {
  if (!Array.isArray(scope) || !scope.every(Predicate.isString)) return undefined
  const names = scope.join(" ")
  return /[\p{Cc}\p{Cs}]/u.test(names) ? undefined : [...new Set(names.match(/[^ ]+/g))]
}

// -- what went wrong --------------------------------------------------------------------------------------------------

/** The name of the first field that a Schema didn't accept, if it is a field's. */
const fieldOf = (issue: SchemaIssue.Issue | undefined): string | undefined =>
  issue?._tag === "Pointer"
    ? String(issue.path[0])
    : issue && fieldOf("issue" in issue ? issue.issue : "issues" in issue ? issue.issues[0] : undefined)

// A Schema with names of the reply's own gets its names from the reply.
const problemOf = (
  field: string | undefined,
  places: Readonly<Record<string, string>> | undefined,
  secrets: TokenRequest["secrets"]
): string => {
  if (field === undefined) return "a field can't be read"
  const known: Readonly<Record<string, Field>> = standardFields
  const name = places?.[field] || (Object.hasOwn(known, field) ? field : shownCode(field, secrets))
  return `${name} ${known[field]?.problem ?? "can't be read"}`
}

const notUnderstood = ({ status }: TokenResponse, problem: string): TokenError.Reason =>
  new TokenError.ReplyNotUnderstood({ status, problem })
