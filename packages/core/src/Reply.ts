/**
 * Schemas for what a provider's reply adds to OAuth's fields.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"

/**
 * The reply of a provider that adds nothing. An empty `Schema.Struct` would not do: it lets through all that it is
 * given, and what it is given may hold secrets.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Nothing: Schema.Codec<{}, unknown> = Schema.Unknown.pipe(
  Schema.decodeTo(Schema.Struct({}), {
    decode: SchemaGetter.transform(() => ({})),
    encode: SchemaGetter.transform(() => ({}))
  })
)

/**
 * A field that is left out where the reply doesn't have it, and also where the reply has something else there: a token
 * that is fine otherwise is not lost for it.
 *
 * @since 0.1.0
 * @category combinators
 */
export const optional = <T, E>(schema: Schema.ConstraintCodec<T, E>) =>
  Schema.optionalKey(Schema.Unknown).pipe(
    Schema.decodeTo(Schema.optionalKey(Schema.toType(schema)), {
      decode: SchemaGetter.transformOptional(Option.flatMap(Schema.decodeUnknownOption(schema))),
      encode: SchemaGetter.transformOptional(Option.flatMap(Schema.encodeOption(schema)))
    })
  )
