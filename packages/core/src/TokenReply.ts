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
import { type Field, instantOf, moreOf, placeNames, standardFields } from "./internal/http/standardFields.ts"
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
  /** None by default. A date (ISO 8601, or as in an HTTP header), or a time since the Unix epoch in s, ms or µs. */
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
 * Refuses a field of the provider's own that is named like one of OAuth's: those have places of their own, in a token and
 * in `Shape`, and are not on `token.reply`.
 *
 * @since 0.1.0
 * @category models
 */
export type OwnFields<F> = string extends keyof F ? unknown : {
  readonly [Name in keyof F & (keyof Standard | "access_token" | "refresh_token")]:
    `${Name} is a field of OAuth's: take another name`
}

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
  fields: F & OwnFields<F>,
  shape: Shape = {}
): Schema.Codec<Standard & Schema.Struct.Type<F>, unknown> => {
  const places = placesOf(shape, Object.keys(fields))
  const struct = Schema.make<Schema.Codec<Standard & Schema.Struct.Type<F>, unknown>>(structOf(fields, shape).ast)
  const schema = Schema.Unknown.pipe(
    Schema.decodeTo(struct, read(SchemaGetter.transform((reply: unknown) => pick(places, shape, reply))))
  )
  placeNames.set(
    schema,
    Object.fromEntries(places.map(({ name, paths }) => [name, paths.map((path) => path.join(".")).join(" or ")]))
  )
  return schema
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
  fields: F & OwnFields<F>,
  decode: (reply: S["Type"]) => Standard & Schema.Struct.Type<F>
): Schema.Codec<Standard & Schema.Struct.Type<F>, unknown> => {
  const { ast } = Schema.toType(structOf(fields, { requiresTokenType: false }))
  const struct = Schema.make<Schema.Codec<Standard & Schema.Struct.Type<F>, unknown>>(ast)
  return Schema.make<Schema.Codec<unknown>>(schema.ast).pipe(
    Schema.decodeTo(struct, read(SchemaGetter.transform(decode)))
  )
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

const structOf = <F extends Fields>(fields: F, { requiresTokenType = true }: Shape) =>
  Schema.Struct({
    accessToken: secret(isToken),
    tokenType: requiresTokenType ? Schema.String : Schema.optionalKey(Schema.String),
    expiresIn: Schema.optionalKey(Schema.Number),
    expiresAt: Schema.optionalKey(Schema.Number),
    refreshToken: Schema.optionalKey(secret(Predicate.isString)),
    refreshTokenExpiresIn: Schema.optionalKey(Schema.Number),
    refreshTokenExpiresAt: Schema.optionalKey(Schema.Number),
    scope: Schema.optionalKey(Schema.Array(Schema.String)),
    apiUrl: Schema.optionalKey(Schema.String),
    ...fields
  })

const secret = (isText: (value: unknown) => boolean) =>
  Schema.declare((value): value is Redacted.Redacted => Redacted.isRedacted(value) && isText(Redacted.value(value)), {
    toCodecJson: () =>
      Schema.link<Redacted.Redacted>()(Schema.String, {
        decode: SchemaGetter.transform((text: string) => Redacted.make(text)),
        encode: SchemaGetter.transform((secret: Redacted.Redacted) => Redacted.value(secret))
      })
  })

// -- from the places of a reply to the names of the Schema ------------------------------------------------------------

interface Place {
  readonly name: string
  readonly paths: ReadonlyArray<ReadonlyArray<string>>
  /** Of OAuth's fields alone. */
  readonly standard?: Field
}

const placesOf = (shape: Shape, fields: ReadonlyArray<string>): ReadonlyArray<Place> => {
  const all: Readonly<Record<keyof Standard, Field>> = standardFields
  const pathsOf = (names: Name = []) => [names].flat().map((path) => path.split("."))
  return [
    ...Object.entries(all).map(([name, standard]) => ({
      name,
      paths: pathsOf(Reflect.get(shape, name) ?? standard.at),
      standard
    })),
    ...fields.map((name) => ({ name, paths: pathsOf(shape.fields?.[name] ?? name) }))
  ]
}

const pick = (places: ReadonlyArray<Place>, shape: Shape, reply: unknown): Readonly<Record<string, unknown>> => {
  const found: Record<string, unknown> = {}
  for (const { name, paths, standard } of places) {
    for (const path of paths) {
      const value = valueAt(reply, path)
      // An OAuth field that is null is as if it were absent.
      if (value === undefined || standard !== undefined && value === null) continue
      const known = standard?.read === undefined ? value : standard.read(value, shape)
      if (known !== undefined) found[name] = known
      break
    }
  }
  const { accessToken, expiresAt, expiresIn } = found
  if (shape.isJwt === true && (expiresAt ?? expiresIn) === undefined && Redacted.isRedacted(accessToken)) {
    const end = endOfJwt(String(Redacted.value(accessToken)))
    if (end !== undefined) found["expiresAt"] = end
  }
  return found
}

const valueAt = (reply: unknown, path: ReadonlyArray<string>): unknown =>
  path.reduce(
    (value, key) => Predicate.isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined,
    reply
  )

const endOfJwt = (token: string): unknown => {
  const [, payload = ""] = token.split(".")
  const claims = orUndefined(() => JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))))
  return instantOf(valueAt(claims, ["exp"]) ?? undefined)
}

/**
 * A reply without fields of the provider's own.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1 | RFC 6749 section 5.1}
 * @since 0.1.0
 * @category schemas
 */
export const Standard: Schema.Codec<Standard, unknown> = make({})
