/**
 * The one error of getting a token, with a reason for each thing that a program would do differently.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

const told = {
  /** What happened, in a sentence without secrets. */
  message: Schema.String
}

const refusal = {
  /** The status of the reply. */
  status: Schema.Number,
  /**
   * Whether the server itself said so: with an `error` in its reply, or with one that the provider declares. `false`
   * where the reply was unclear, such as an HTML page or an empty body, and may come from a gateway.
   */
  certain: Schema.Boolean,
  /** The `error` of the reply, if it had one. */
  code: Schema.UndefinedOr(Schema.String),
  /** The `error_description` of the reply: cut, and cleaned of control characters and secrets. */
  description: Schema.UndefinedOr(Schema.String),
  /** The options of the credentials that were refused, and the environment variables that `layerConfig` reads them from. */
  check: Schema.optional(Schema.String),
  ...told
}

/**
 * The server refused the client's credentials. The same credentials are not sent again for a while, unless `renew`
 * is called.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 | RFC 6749 section 5.2}, `invalid_client`
 * @since 0.1.0
 * @category reasons
 */
export class CredentialsRefused extends Schema.TaggedError<CredentialsRefused>()("CredentialsRefused", refusal) {}

/**
 * The server refused the grant itself: the password, or a refresh token with nothing to fall back to. A process never
 * sends a refused password again by itself: call `renew`, or provide another one.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 | RFC 6749 section 5.2}, `invalid_grant`
 * @since 0.1.0
 * @category reasons
 */
export class GrantRefused extends Schema.TaggedError<GrantRefused>()("GrantRefused", {
  /** The name of the grant that was refused, such as `password` or `refresh_token`. */
  grant: Schema.String,
  ...refusal
}) {}

/**
 * The server refused the request for another reason, such as a scope that it doesn't know.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 | RFC 6749 section 5.2}
 * @since 0.1.0
 * @category reasons
 */
export class RequestRefused extends Schema.TaggedError<RequestRefused>()("RequestRefused", refusal) {}

/**
 * The server limits token requests until the error's `retryAt`. Until then no token request is sent.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6585#section-4 | RFC 6585 section 4}
 * @since 0.1.0
 * @category reasons
 */
export class Throttled extends Schema.TaggedError<Throttled>()("Throttled", { status: Schema.Number, ...told }) {}

/**
 * The server can't be reached, fails, or doesn't reply in time.
 *
 * @since 0.1.0
 * @category reasons
 */
export class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", {
  /**
   * What happened. `connection`: nothing was sent. `interrupted`: the connection broke after the request may have
   * been sent. `timeout`: the deadline passed. `status`: the server replied that it failed. `credentials`: the
   * effect that provides the credentials failed. `closed`: the scope of the service has ended.
   */
  kind: Schema.Literal("connection", "interrupted", "timeout", "status", "credentials", "closed", "store"),
  /** The status of the reply, where there was one. */
  status: Schema.UndefinedOr(Schema.Number),
  /** The system's code for it, such as `ECONNREFUSED`, where there was one. */
  code: Schema.UndefinedOr(Schema.String),
  /** The origin that was not reached, such as `https://auth.routee.net`, where it is the authorization server's. */
  address: Schema.UndefinedOr(Schema.String),
  ...told
}) {}

/**
 * The server's reply could not be understood.
 *
 * @since 0.1.0
 * @category reasons
 */
export class ReplyNotUnderstood extends Schema.TaggedError<ReplyNotUnderstood>()("ReplyNotUnderstood", {
  /** The status of the reply; `undefined` where not even that could be read. */
  status: Schema.UndefinedOr(Schema.Number),
  /** What was wrong with it: never a piece of the reply. */
  problem: Schema.String,
  ...told
}) {}

/**
 * Mintmark itself refused, for safety: a redirect, a certificate that doesn't fit, a token that is not a bearer
 * token, a request to another origin.
 *
 * @since 0.1.0
 * @category reasons
 */
export class Unsafe extends Schema.TaggedError<Unsafe>()("Unsafe", {
  kind: Schema.Literal("redirect", "certificate", "token_type", "origin"),
  /** What was refused, and which option allows it, if one does. */
  problem: Schema.String,
  ...told
}) {}

/**
 * An option is missing or can't be used. Found before any request.
 *
 * @since 0.1.0
 * @category reasons
 */
export class InvalidOption extends Schema.TaggedError<InvalidOption>()("InvalidOption", {
  /** The option's name. */
  option: Schema.String,
  /** The environment variable that `layerConfig` reads it from. */
  variable: Schema.UndefinedOr(Schema.String),
  /** What is wrong with it. Holds the offending value only where that is no secret. */
  problem: Schema.String,
  ...told
}) {}

const reason = Schema.Union(
  CredentialsRefused,
  GrantRefused,
  RequestRefused,
  Throttled,
  Unavailable,
  ReplyNotUnderstood,
  Unsafe,
  InvalidOption
)

/**
 * Every reason, told apart by `_tag`.
 *
 * @since 0.1.0
 * @category reasons
 */
export type Reason = typeof reason.Type

/**
 * Why there is no token. Handle it by its reason:
 *
 * ```ts
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import { Routee } from "@mintmark/effect-3"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const token = Effect.flatMap(Routee, (routee) => routee.token).pipe(
 *   Effect.catchTag("TokenError", (error) =>
 *     error.reason._tag === "CredentialsRefused" ? Effect.dieMessage("check the secret") : Effect.fail(error))
 * )
 *
 * token.pipe(Effect.provide(Layer.provide(Routee.layerConfig(), FetchHttpClient.layer)), Effect.runPromise)
 * ```
 *
 * It contains neither a secret nor the original error.
 *
 * @since 0.1.0
 * @category errors
 */
export class TokenError extends Schema.TaggedError<TokenError>()("TokenError", {
  /** The provider's id, such as `routee`. */
  provider: Schema.String,
  reason,
  /**
   * From when on another call may send another token request, in milliseconds since the Unix epoch; `undefined`
   * where it may at once, or where only `renew` or other settings help.
   */
  retryAt: Schema.UndefinedOr(Schema.Number),
  /** Whether the same call may succeed later, with nothing changed. */
  isRetryable: Schema.Boolean,
  ...told
}) {}
