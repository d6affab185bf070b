/**
 * The Schema of `TokenError`, for its way over a wire or into a store.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as TokenError from "./TokenError.ts"

const ofClass = <Fields, Encoded, Self extends Fields>(
  self: new(fields: Fields) => Self,
  fields: Schema.Codec<Fields, Encoded>
): Schema.Codec<Self, Encoded> =>
  fields.pipe(Schema.decodeTo(Schema.instanceOf(self), {
    decode: SchemaGetter.transform((fields: Fields) => new self(fields)),
    encode: SchemaGetter.transform((error: Self): Fields => error)
  }))

const refused = {
  status: Schema.Finite,
  certain: Schema.Boolean,
  code: Schema.optional(Schema.String),
  description: Schema.optional(Schema.String),
  hint: Schema.optional(Schema.String)
}

const GrantRefused = Schema.TaggedStruct("GrantRefused", {
  ...refused,
  grant: Schema.String
})

const Unavailable = Schema.TaggedStruct("Unavailable", {
  kind: Schema.Literals(["connection", "interrupted", "timeout", "status", "credentials", "closed", "store"]),
  status: Schema.optional(Schema.Finite),
  code: Schema.optional(Schema.String),
  address: Schema.optional(Schema.String)
})

const ReplyNotUnderstood = Schema.TaggedStruct("ReplyNotUnderstood", {
  status: Schema.optional(Schema.Finite),
  problem: Schema.String
})

const Unsafe = Schema.TaggedStruct("Unsafe", {
  kind: Schema.Literals(["redirect", "certificate", "token_type", "origin"]),
  problem: Schema.String
})

const InvalidOption = Schema.TaggedStruct("InvalidOption", {
  option: Schema.String,
  variable: Schema.optional(Schema.String),
  problem: Schema.String
})

const Reason = Schema.Union([
  ofClass(TokenError.CredentialsRefused, Schema.TaggedStruct("CredentialsRefused", refused)),
  ofClass(TokenError.GrantRefused, GrantRefused),
  ofClass(TokenError.RequestRefused, Schema.TaggedStruct("RequestRefused", refused)),
  ofClass(TokenError.Throttled, Schema.TaggedStruct("Throttled", { status: Schema.Finite })),
  ofClass(TokenError.Unavailable, Unavailable),
  ofClass(TokenError.ReplyNotUnderstood, ReplyNotUnderstood),
  ofClass(TokenError.Unsafe, Unsafe),
  ofClass(TokenError.InvalidOption, InvalidOption)
])

const Fields = Schema.TaggedStruct("TokenError", {
  provider: Schema.String,
  reason: Reason,
  retryAt: Schema.optional(Schema.Finite)
})

/**
 * `TokenError`, as plain values that JSON can hold.
 *
 * @since 0.1.0
 * @category schemas
 */
export const TokenErrorSchema: Schema.Codec<TokenError.TokenError, typeof Fields.Encoded> = ofClass(
  TokenError.TokenError,
  Fields
)
