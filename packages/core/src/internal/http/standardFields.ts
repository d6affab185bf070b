import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import { readInstant } from "../text/instant.ts"
import { problemOf } from "./url.ts"

/** What of a reply's shape decides how its fields are read. */
interface Shape {
  readonly bearerTypes?: ReadonlyArray<string>
  readonly unit?: keyof typeof units
  readonly scopeSeparator?: string
}

/** One of OAuth's fields. */
export interface Field {
  /** Where a reply has it, if the shape doesn't say so and if it has it at all. */
  readonly at?: string | ReadonlyArray<string>
  /** What an error says of one that can't be read, after its name, if there is more to say than that. */
  readonly problem?: string
  /**
   * What the Schema gets of it; nothing, where it is as if the field were absent. What can't be read stays as it is: the
   * Schema refuses it.
   */
  readonly read?: (value: unknown, shape: Shape) => unknown
}

const secret = (label: string) => (value: unknown) =>
  Predicate.isString(value) ? Redacted.make(value, { label }) : value

const numberOf = (value: unknown, form: RegExp): unknown =>
  Predicate.isString(value) && form.test(value) ? Number(value) : value

const units = { milliseconds: 0.001, seconds: 1, minutes: 60 }

const secondsOf = (value: unknown, { unit = "seconds" }: Shape): unknown => {
  const count = numberOf(value, /^-?\d{1,20}$/)
  return Predicate.isNumber(count) ? count * units[unit] : count
}

// As milliseconds, a number below this is before 1973; as seconds, it is before the year 5138.
const fewestMillis = 1e11

// As microseconds, a number below this is before 2001; as milliseconds, it is after the year 9999.
const fewestMicros = 1e15

// A year of two digits is near this one.
const present = Date.UTC(2026)

/** A time in milliseconds since the Unix epoch, from a date, or from a time since the Unix epoch in s, ms or µs. */
export const instantOf = (value: unknown): unknown => {
  const at = numberOf(value, /^(?!\d{14}$)\d{1,16}(?:\.\d{1,9})?$/)
  return Predicate.isNumber(at)
    ? at < fewestMillis ? at * 1000 : at < fewestMicros ? at : at / 1000
    : Predicate.isString(at)
    ? readInstant(at, present) ?? at
    : at
}

// A lifetime that can't be read is no reason to lose the tokens: the server says when the refresh token is expired.
const orAbsent = (value: unknown): unknown => Predicate.isNumber(value) ? value : undefined

/** OAuth's fields, by their names in a reply's Schema. */
export const standardFields = {
  accessToken: {
    at: "access_token",
    problem: "is missing or not a valid token",
    read: secret("access token")
  },
  tokenType: {
    at: "token_type",
    problem: "is missing or not a string",
    read: (type, { bearerTypes = [] }) =>
      bearerTypes.some((own) => own.toLowerCase() === String(type).toLowerCase()) ? "Bearer" : type
  },
  expiresIn: {
    at: "expires_in",
    problem: "is missing or not a number",
    read: secondsOf
  },
  expiresAt: { problem: "is missing or not a time", read: instantOf },
  refreshToken: { at: "refresh_token", read: secret("refresh token") },
  refreshTokenExpiresIn: {
    at: ["refresh_expires_in", "refresh_token_expires_in"],
    read: (value, shape) => orAbsent(secondsOf(value, shape))
  },
  refreshTokenExpiresAt: { read: (value) => orAbsent(instantOf(value)) },
  scope: {
    at: "scope",
    problem: "is not a list of scopes",
    read: (scope, { scopeSeparator = " " }) => Predicate.isString(scope) ? scope.split(scopeSeparator) : scope
  },
  // One that no request could be sent to would be taken for a mistake of the caller.
  apiUrl: {
    problem: "is not an absolute URL",
    read: (url) => url === "" ? undefined : Predicate.isString(url) && problemOf(url, true) !== undefined ? null : url
  }
} satisfies Readonly<Record<string, Field>>

/** Where the replies of a Schema have their fields, by the names of the fields: as an error names a place. */
export const placeNames = new WeakMap<object, Readonly<Record<string, string>>>()

// A Schema that lets its input through must not show what is Redacted elsewhere.
const own = { ...standardFields, access_token: 0, refresh_token: 0 }

/** What a decoded reply holds besides OAuth's fields. */
export function moreOf<Reply>(reply: { readonly accessToken: unknown } & Reply): Reply
export function moreOf(reply: Readonly<Record<string, unknown>>): object {
  const more: Record<string, unknown> = {}
  for (const name of Object.keys(reply)) {
    if (!Object.hasOwn(own, name)) more[name] = reply[name]
  }
  return more
}
