/**
 * The reply of a token endpoint as a Schema: OAuth's fields, those that a provider adds, and the places of both where
 * they are not OAuth's.
 *
 * @since 0.1.0
 */
// Longer than 300 lines: half of it is the documentation of the shapes, and what reads them needs their types.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaParser from "effect/SchemaParser"
import { moreOf, standardFields } from "./internal/http/standardFields.ts"
import { readInstant } from "./internal/text/instant.ts"
import { isToken } from "./internal/text/isToken.ts"
import { orUndefined } from "./internal/text/orUndefined.ts"

/**
 * The part of a reply that core understands, whatever the reply looks like. Everything besides it is on `token.reply`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1 | RFC 6749 section 5.1}
 * @since 0.1.0
 * @category models
 */
export interface Standard {
  readonly accessToken: Redacted.Redacted
  /** The type of the token. Only a bearer token, in upper or lower case, is accepted; so is a reply without a type. */
  readonly tokenType?: string
  /** The lifetime in seconds, counted from the request. It takes precedence over `expiresAt`. */
  readonly expiresIn?: number
  /** The end of the lifetime, in milliseconds since the Unix epoch by the clock of the server. */
  readonly expiresAt?: number
  readonly refreshToken?: Redacted.Redacted
  /** The lifetime of the refresh token in seconds; 0 for one that doesn't expire. */
  readonly refreshTokenExpiresIn?: number
  /** The end of the refresh token, in milliseconds since the Unix epoch by the clock of the server. */
  readonly refreshTokenExpiresAt?: number
  /** The scopes that were granted; those of the request if the reply has none. */
  readonly scope?: ReadonlyArray<string>
  /** The base URL of the API, if the reply names it. It must have an allowed origin. */
  readonly apiUrl?: string
}

/**
 * Where a reply has its fields, if not where OAuth has them. A name is a path: `data.token` is the field `token` of the
 * object `data`. Of several names, the first that the reply has is used.
 *
 * @since 0.1.0
 * @category models
 */
export interface Shape {
  /** `access_token` by default. */
  readonly accessToken?: Name
  /** `token_type` by default. */
  readonly tokenType?: Name
  /** Whether a reply without a type is not understood: `true` by default, as RFC 6749 has it. */
  readonly requiresTokenType?: boolean
  /** What the server calls a bearer token, besides `Bearer`. */
  readonly bearerTypes?: ReadonlyArray<string>
  /** `expires_in` by default. */
  readonly expiresIn?: Name
  /** The unit of `expiresIn`: `seconds` by default. */
  readonly unit?: "milliseconds" | "seconds" | "minutes"
  /** None by default. A date (ISO 8601, or as in an HTTP header), or a time since the Unix epoch in s or ms. */
  readonly expiresAt?: Name
  /** Whether the token is a JWT whose `exp` is its end. The JWT is not verified: that is for the API. */
  readonly isJwt?: boolean
  /** `refresh_token` by default. */
  readonly refreshToken?: Name
  /** `refresh_expires_in` or `refresh_token_expires_in` by default, in the same unit as `expiresIn`. */
  readonly refreshTokenExpiresIn?: Name
  /** None by default. As `expiresAt`. */
  readonly refreshTokenExpiresAt?: Name
  /** `scope` by default: a text or a list. */
  readonly scope?: Name
  /** What stands between the scopes of a text: a space by default. */
  readonly scopeSeparator?: string
  /** None by default. */
  readonly apiUrl?: Name
  /** The places of the provider's own fields, by the names that they have in the Schema. */
  readonly fields?: Readonly<Record<string, Name>>
}

/**
 * A path in a reply, or several.
 *
 * @since 0.1.0
 * @category models
 */
export type Name = string | ReadonlyArray<string>

/**
 * What a provider may add to a reply: fields of a `Schema.Struct` that need no services.
 *
 * @since 0.1.0
 * @category models
 */
export type Fields = Readonly<Record<string, Schema.Constraint & { readonly DecodingServices: never }>>

/**
 * The Schema of a reply with fields of the provider's own, and of one that looks different from OAuth's:
 *
 * ```ts
 * import * as TokenReply from "@mintmark/core/TokenReply"
 * import * as Schema from "effect/Schema"
 *
 * // {"access_token": "...", "token_type": "Bearer", "expires_in": 3600, "tier": "gold"}
 * const acme = TokenReply.make({ tier: TokenReply.optional(Schema.String) })
 *
 * // {"data": {"token": "...", "expires": "2030-01-01T00:00:00Z"}}
 * const other = TokenReply.make({}, { accessToken: "data.token", requiresTokenType: false, expiresAt: "data.expires" })
 * ```
 *
 * Fields that are neither OAuth's nor in `fields` are dropped. A field that isn't `optional` makes the whole reply one
 * that is not understood if it is missing.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <const F extends Fields>(
  fields: F,
  shape: Shape = {}
): Schema.Codec<Standard & Schema.Struct.Type<F>, unknown> => {
  const places = placesOf(shape, Object.keys(fields))
  const struct = Schema.make<Schema.Codec<Standard & Schema.Struct.Type<F>, unknown>>(structOf(fields, shape).ast)
  return transform(Schema.Unknown, struct, (reply) => pick(places, shape, reply))
}

/**
 * The Schema of a reply that no `Shape` describes: any Schema of it, and a function that makes of what it decodes to
 * OAuth's fields and those of the provider.
 *
 * ```ts
 * import * as TokenReply from "@mintmark/core/TokenReply"
 * import * as Redacted from "effect/Redacted"
 * import * as Schema from "effect/Schema"
 *
 * // ["...", 3600]
 * const Pair = Schema.Tuple([Schema.NonEmptyString, Schema.Int])
 *
 * const reply = TokenReply.from(Pair, {}, ([token, expiresIn]) => ({ accessToken: Redacted.make(token), expiresIn }))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const from = <S extends Schema.Constraint & { readonly DecodingServices: never }, const F extends Fields>(
  schema: S,
  fields: F,
  decode: (reply: S["Type"]) => Standard & Schema.Struct.Type<F>
): Schema.Codec<Standard & Schema.Struct.Type<F>, unknown> => {
  const { ast } = Schema.toType(structOf(fields, { requiresTokenType: false }))
  return transform(schema, Schema.make<Schema.Codec<Standard & Schema.Struct.Type<F>, unknown>>(ast), decode)
}

/**
 * The type of `token.reply` of a provider with this Schema.
 *
 * @since 0.1.0
 * @category models
 */
export type More<S> = S extends Schema.ConstraintDecoder<Standard & infer Reply> ? Reply : never

/**
 * A field that is left out where the reply doesn't have it, and also where the reply has something else there: a token
 * that is fine otherwise is not lost for it.
 *
 * @since 0.1.0
 * @category combinators
 */
export const optional = <T, E>(schema: Schema.ConstraintCodec<T, E>) =>
  Schema.optionalKey(Schema.Unknown).pipe(
    Schema.decodeTo(
      Schema.optionalKey(Schema.toType(schema)),
      read(SchemaGetter.transformOptional(Option.flatMap(Schema.decodeUnknownOption(schema))))
    )
  )

/**
 * What a reply's Schema adds to OAuth's fields, as JSON: for a store, which keeps `token.reply` with a token.
 *
 * @since 0.1.0
 * @category combinators
 */
export const more = <Reply>(schema: Schema.ConstraintDecoder<Standard & Reply>): Schema.Codec<Reply, unknown> => {
  const json = Schema.toCodecJson(Schema.toType(schema))
  const decode = SchemaParser.decodeUnknownEffect(json)
  const encode = SchemaParser.encodeUnknownEffect(json)
  // OAuth's fields have places of their own in a store.
  const standard = { tokenType: "Bearer", expiresIn: 0, expiresAt: 0, scope: [] }
  const accessToken = "-"
  return Schema.Unknown.pipe(Schema.decodeTo(Schema.declare((value): value is Reply => Predicate.isObject(value)), {
    decode: SchemaGetter.transformEffect((stored: unknown, options) =>
      Effect.map(
        decode(Predicate.isObject(stored) ? { ...stored, ...standard, accessToken } : stored, options),
        (reply) => moreOf<Reply>(reply)
      )
    ),
    encode: SchemaGetter.transformEffect((reply: Reply, options) =>
      Effect.map(
        encode({ ...reply, ...standard, accessToken: Redacted.make(accessToken) }, options),
        (stored) => moreOf<unknown>(Object(stored))
      )
    )
  }))
}

// -- the Schemas of OAuth's fields ------------------------------------------------------------------------------------

// A reply is only read: what is stored of it is stored by `more`, by its names here.
const read = <Decode>(decode: Decode) => ({ decode, encode: SchemaGetter.forbiddenEncoding })

const transform = <To>(
  source: Schema.Constraint,
  target: Schema.Codec<To, unknown>,
  decode: (reply: unknown) => unknown
): Schema.Codec<To, unknown> => {
  const getters = read(SchemaGetter.transform(decode))
  return Schema.make(Schema.make<Schema.Codec<unknown>>(source.ast).pipe(Schema.decodeTo(target, getters)).ast)
}

const structOf = <F extends Fields>(
  fields: F,
  { bearerTypes = [], requiresTokenType = true, unit = "seconds" }: Shape
) => {
  const Lifetime = unit === "seconds" ? Seconds : inSeconds(units[unit])
  const Type = bearerTypes.length === 0 ? Schema.String : bearer(bearerTypes.map((type) => type.toLowerCase()))
  return Schema.Struct({
    accessToken: secret(Token, "access token"),
    tokenType: requiresTokenType ? Type : Schema.optionalKey(Type),
    expiresIn: Schema.optionalKey(Lifetime),
    expiresAt: Schema.optionalKey(Instant),
    refreshToken: Schema.optionalKey(secret(Schema.String, "refresh token")),
    // A lifetime that can't be read is no reason to lose the tokens: the server says when the refresh token is expired.
    refreshTokenExpiresIn: optional(Lifetime),
    refreshTokenExpiresAt: optional(Instant),
    scope: Schema.optionalKey(Schema.Array(Schema.String)),
    apiUrl: Schema.optionalKey(Schema.String),
    ...fields
  })
}

// As `Schema.RedactedFromValue`, at a fifth of its cost: what is inside has been checked before.
const secret = (text: typeof Schema.String, label: string) =>
  text.pipe(Schema.decodeTo(Secret, read(SchemaGetter.transform((text: string) => Redacted.make(text, { label })))))

const Secret = Schema.declare(
  (value): value is Redacted.Redacted => Redacted.isRedacted(value) && Predicate.isString(Redacted.value(value)),
  {
    toCodecJson: () =>
      Schema.link<Redacted.Redacted>()(Schema.String, {
        decode: SchemaGetter.transform((text: string) => Redacted.make(text)),
        encode: SchemaGetter.transform((secret: Redacted.Redacted) => Redacted.value(secret))
      })
  }
)

const Token = Schema.String.check(Schema.makeFilter(isToken))

const Digits = Schema.String.check(Schema.isPattern(/^-?\d{1,20}$/))

const Seconds = Schema.Union([
  Schema.Number,
  Digits.pipe(Schema.decodeTo(Schema.Number, read(SchemaGetter.transform(Number))))
])

const units = { milliseconds: 0.001, minutes: 60 }

const inSeconds = (unit: number) =>
  Seconds.pipe(Schema.decodeTo(Schema.Number, read(SchemaGetter.transform((value: number) => value * unit))))

const Instant = Schema.Union([Schema.Number, Schema.String])
  .check(Schema.makeFilter((value) => instantOf(value) !== undefined))
  .pipe(Schema.decodeTo(
    Schema.Number,
    read(SchemaGetter.transform((value: string | number) => instantOf(value) ?? NaN))
  ))

// As milliseconds, a number below this is before 1973; as seconds, it is before the year 5138.
const fewestMillis = 1e11

const instantOf = (value: string | number): number | undefined => {
  const number = Predicate.isNumber(value) ? value : /^\d{1,16}(?:\.\d{1,9})?$/.test(value) ? Number(value) : undefined
  return number === undefined ? readInstant(String(value), 0) : number < fewestMillis ? number * 1000 : number
}

const bearer = (types: ReadonlyArray<string>) =>
  Schema.String.pipe(Schema.decodeTo(
    Schema.String,
    read(SchemaGetter.transform((type: string) => types.includes(type.toLowerCase()) ? "Bearer" : type))
  ))

// -- from the places of a reply to the names of the Schema ------------------------------------------------------------

interface Place {
  readonly name: string
  readonly paths: ReadonlyArray<ReadonlyArray<string>>
  /** Whether the field is OAuth's: there null is as if the field were absent. */
  readonly isStandard: boolean
}

const placesOf = (shape: Shape, fields: ReadonlyArray<string>): ReadonlyArray<Place> => {
  const standard: Readonly<Record<keyof Standard, { readonly at: ReadonlyArray<string> }>> = standardFields
  const place = (name: string, names: unknown, isStandard: boolean): Place => ({
    name,
    paths: [names].flat().filter(Predicate.isString).map((path) => path.split(".")),
    isStandard
  })
  return [
    ...Object.entries(standard).map(([name, { at }]) => place(name, Reflect.get(shape, name) ?? at, true)),
    ...fields.map((name) => place(name, shape.fields?.[name] ?? name, false))
  ]
}

const pick = (places: ReadonlyArray<Place>, shape: Shape, reply: unknown): Readonly<Record<string, unknown>> => {
  const found: Record<string, unknown> = {}
  for (const { isStandard, name, paths } of places) {
    for (const path of paths) {
      const value = valueAt(reply, path)
      if (value === undefined || isStandard && value === null) continue
      found[name] = value
      break
    }
  }
  const { accessToken, expiresAt, expiresIn, scope } = found
  if (Predicate.isString(scope)) found["scope"] = scope.split(shape.scopeSeparator ?? " ")
  const end = shape.isJwt === true && (expiresAt ?? expiresIn) === undefined ? endOfJwt(accessToken) : undefined
  if (end !== undefined) found["expiresAt"] = end
  return found
}

const valueAt = (reply: unknown, path: ReadonlyArray<string>): unknown =>
  path.reduce(
    (value, key) => Predicate.isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined,
    reply
  )

const endOfJwt = (token: unknown): unknown => {
  const [, payload = ""] = String(token).split(".")
  const claims = orUndefined(() => JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))))
  return valueAt(claims, ["exp"]) ?? undefined
}

/**
 * A reply without fields of the provider's own.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1 | RFC 6749 section 5.1}
 * @since 0.1.0
 * @category schemas
 */
export const Standard: Schema.Codec<Standard, unknown> = make({})
