/**
 * The one error of getting a token, with a reason for each thing that a program would do differently.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { NodeInspectSymbol } from "effect/Inspectable"
import * as Predicate from "effect/Predicate"
import * as Random from "effect/Random"
import type * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"

// The stack inside the engine says nothing about the caller; `Cause` adds the frames of the caller.
const withoutStack = <Constructor extends new(...args: never) => object>(self: Constructor): Constructor =>
  new Proxy(self, {
    construct: (target, args, newTarget) => {
      // V8's own, and JavaScriptCore's.
      const limit: unknown = Reflect.get(Error, "stackTraceLimit")
      Reflect.set(Error, "stackTraceLimit", 0)
      try {
        return Reflect.construct(target, args, newTarget)
      } finally {
        Reflect.set(Error, "stackTraceLimit", limit)
      }
    }
  })

const TaggedError: typeof Data.TaggedError = (tag) => withoutStack(Data.TaggedError(tag))

/**
 * What a refusal says.
 *
 * @since 0.1.0
 * @category models
 */
export interface Refused {
  /** The status of the reply. */
  readonly status: number
  /**
   * Whether the server itself said so: with an `error` in its reply, or with one that the provider declares. `false`
   * where the reply was unclear, such as an HTML page or an empty body, and may come from a gateway.
   */
  readonly certain: boolean
  /** The `error` of the reply, if it had one. */
  readonly code?: string | undefined
  /**
   * The `error_description` of the reply, as far as it may be shown: 300 characters at most, on one line. A word that
   * is not plainly one, such as an id, a time or a URL, and one that holds a piece of a secret, is `<redacted>`.
   */
  readonly description?: string | undefined
  /**
   * The whole `error_description`, 10,000 characters at most. It may hold secrets. It stays in the process that got the
   * reply: neither `TokenErrorSchema` nor a shared store keeps it.
   */
  readonly fullDescription?: Redacted.Redacted | undefined
  /** What may be the reason besides: of a signed request, that this machine's clock is wrong, and by how much. */
  readonly hint?: string | undefined
  /**
   * The options of the credentials that were refused, and the environment variables that `layerConfig` reads them from:
   * `applicationId (ROUTEE_APPLICATION_ID) and applicationSecret (ROUTEE_APPLICATION_SECRET)`. The message of the
   * `TokenError` names them. None where there is a `hint`.
   */
  readonly check?: string | undefined
}

/**
 * The server refused the client's credentials. The same credentials are not sent again for a while, unless `renew`
 * is called.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 | RFC 6749 section 5.2}, `invalid_client`
 * @since 0.1.0
 * @category reasons
 */
export class CredentialsRefused extends TaggedError("CredentialsRefused")<Refused> {
  override get message(): string {
    return refusal("the credentials were", this)
  }
}

/**
 * The server refused the grant itself: the password, or a refresh token with nothing to fall back to. A process never
 * sends a refused password again by itself: call `renew`, or provide another one.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 | RFC 6749 section 5.2}, `invalid_grant`
 * @since 0.1.0
 * @category reasons
 */
export class GrantRefused extends TaggedError("GrantRefused")<
  Refused & {
    /** The name of the grant that was refused, such as `password` or `refresh_token`. */
    readonly grant: string
  }
> {
  override get message(): string {
    return refusal(`the ${this.grant.replace("_", " ")} was`, this)
  }
}

/**
 * The server refused the request for another reason, such as a scope that it doesn't know.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 | RFC 6749 section 5.2}
 * @since 0.1.0
 * @category reasons
 */
export class RequestRefused extends TaggedError("RequestRefused")<Refused> {
  override get message(): string {
    return refusal("the token request was", this)
  }
}

/**
 * The server limits token requests until the error's `retryAt`. Until then no token request is sent.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6585#section-4 | RFC 6585 section 4}
 * @since 0.1.0
 * @category reasons
 */
export class Throttled extends TaggedError("Throttled")<{
  readonly status: number
}> {
  override get message(): string {
    return describe("the authorization server limits token requests", this)
  }
}

/**
 * The server can't be reached, fails, or doesn't reply in time.
 *
 * @since 0.1.0
 * @category reasons
 */
export class Unavailable extends TaggedError("Unavailable")<{
  /**
   * What happened. `connection`: nothing was sent. `interrupted`: the connection broke after the request may have
   * been sent. `timeout`: the deadline passed. `status`: the server replied that it failed.
   * `credentials`: the effect that provides the credentials failed. `closed`: the scope of the token source has ended.
   * `store`: the shared store can't be reached, and the refresh token must not be sent without it; the cached token
   * is used.
   */
  readonly kind: keyof typeof unavailable
  /** The status of the reply, where there was one. */
  readonly status?: number | undefined
  /** The system's code for it, such as `ECONNREFUSED`, where there was one. */
  readonly code?: string | undefined
  /** The origin that was not reached, such as `https://auth.routee.net`, where it is the authorization server's. */
  readonly address?: string | undefined
}> {
  override get message(): string {
    return describe(unavailable[this.kind], this)
  }
}

const unavailable = {
  connection: "the authorization server can't be reached",
  interrupted: "the connection to the authorization server broke",
  timeout: "the authorization server did not reply in time",
  status: "the authorization server failed",
  credentials: "the credentials could not be read",
  closed: "the token source is closed",
  store: "the shared store can't be reached"
}

/**
 * The server's reply could not be understood.
 *
 * @since 0.1.0
 * @category reasons
 */
export class ReplyNotUnderstood extends TaggedError("ReplyNotUnderstood")<{
  /** The status of the reply; `undefined` where not even that could be read. */
  readonly status?: number | undefined
  /** What was wrong with it, never a piece of the reply. */
  readonly problem: string
}> {
  override get message(): string {
    return describe(`the reply was not understood: ${this.problem}`, this)
  }
}

/**
 * Mintmark itself refused, for safety: a redirect, a certificate that doesn't fit, a token that is not a bearer
 * token, a request to another origin.
 *
 * @since 0.1.0
 * @category reasons
 */
export class Unsafe extends TaggedError("Unsafe")<{
  readonly kind: "redirect" | "certificate" | "token_type" | "origin"
  /** What was refused, and which option allows it, if one does. */
  readonly problem: string
}> {
  override get message(): string {
    return `refused for safety: ${this.problem}`
  }
}

/**
 * An option is missing or can't be used. Found before any request.
 *
 * @since 0.1.0
 * @category reasons
 */
export class InvalidOption extends TaggedError("InvalidOption")<{
  /** The option's name. */
  readonly option: string
  /** The environment variable that `layerConfig` reads it from. */
  readonly variable?: string | undefined
  /** What is wrong with it. Holds the offending value only where that is no secret. */
  readonly problem: string
}> {
  override get message(): string {
    return `${describe(this.option, { code: this.variable })} ${this.problem}`
  }
}

/**
 * Every reason, told apart by `_tag`.
 *
 * @since 0.1.0
 * @category reasons
 */
export type Reason =
  | CredentialsRefused
  | GrantRefused
  | RequestRefused
  | Throttled
  | Unavailable
  | ReplyNotUnderstood
  | Unsafe
  | InvalidOption

/**
 * Why there is no token. Handle it by its reason:
 *
 * ```ts
 * import { Routee } from "@mintmark/routee"
 * import * as Effect from "effect/Effect"
 * import * as FetchHttpClient from "effect/http/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const token = Effect.flatMap(Routee, (routee) => routee.token).pipe(
 *   Effect.catchReason("TokenError", "CredentialsRefused", ({ status }) => Effect.die(`check the secret (${status})`))
 * )
 *
 * token.pipe(Effect.provide(Layer.provide(Routee.layerConfig(), FetchHttpClient.layer)), Effect.runPromise)
 * ```
 *
 * It contains neither a secret nor the original error. To send it to another process, there is a Schema of it,
 * `TokenErrorSchema`.
 *
 * @since 0.1.0
 * @category errors
 */
export class TokenError extends TaggedError("TokenError")<{
  /** The provider's id, such as `routee`. */
  readonly provider: string
  /** What happened. Its `_tag` says which of the eight reasons it is. */
  readonly reason: Reason
  /**
   * From when on another call may send another token request, in milliseconds since the Unix epoch; `undefined`
   * where it may at once, or where only `renew` or other settings help.
   */
  readonly retryAt?: number | undefined
}> {
  override get message(): string {
    const { provider, reason, retryAt } = this
    const check = "check" in reason && reason.check !== undefined ? `; check ${reason.check}` : ""
    const until = retryAt === undefined ? "" : `; no token request before ${new Date(retryAt).toISOString()}`
    // A server's words may end with a period.
    return `${provider}: ${reason.message}${check}${until}`.replaceAll(".; ", "; ")
  }

  /** What `console.log` shows: the message, and the frames of the caller where there are any. */
  override [NodeInspectSymbol](): string {
    return this.stack ?? `${this}`
  }

  /** Whether the same call may succeed later, with nothing changed. */
  get isRetryable(): boolean {
    return this.reason._tag === "Throttled" || this.reason._tag === "Unavailable" && this.reason.kind !== "closed"
  }
}

/**
 * The `TokenError` that an error is, or was made of: an `HttpClientError` of a plain `HttpClient` has it as its cause.
 *
 * @since 0.1.0
 * @category combinators
 */
export const from = (error: unknown): TokenError | undefined =>
  error instanceof TokenError
    ? error
    : Predicate.hasProperty(error, "cause") && error.cause instanceof TokenError
    ? error.cause
    : undefined

/**
 * A schedule for `Effect.retry` and `HttpClient.retry`: it retries a `TokenError` while that `isRetryable`, waits until
 * its `retryAt`, and at least for 200 ms, doubled up to 10 s, with jitter. It stops at other errors, after 5 retries
 * (`times`), and where the next one would begin more than 5 minutes (`duration`, in which a
 * number is in milliseconds) after the first attempt.
 *
 * ```ts
 * import { Routee } from "@mintmark/routee"
 * import * as TokenError from "@mintmark/core/TokenError"
 * import * as Effect from "effect/Effect"
 * import * as HttpClient from "effect/http/HttpClient"
 *
 * const balance = Effect.gen(function*() {
 *   const routee = yield* Routee
 *   const api = routee.http.pipe(HttpClient.retry(TokenError.retrySchedule({ times: 3 })))
 *   return yield* api.get("/accounts/me/balance")
 * })
 * ```
 *
 * @since 0.1.0
 * @category schedules
 */
export const retrySchedule = (
  options: { readonly times?: number | undefined; readonly duration?: Duration.Input | undefined } = {}
): Schedule.Schedule<number> => {
  const times = options.times ?? 5
  const limit = Duration.toMillis(options.duration ?? "5 minutes")
  return Schedule.fromStepWithMetadata(Effect.succeed(({ attempt, elapsed, input, now }) => {
    const error = from(input)
    if (error?.isRetryable !== true || attempt > times) return Cause.done(attempt - 1)
    return Effect.flatMap(Random.next, (random) => {
      const wait = Math.min(200 * 2 ** (attempt - 1), 10_000) * (0.5 + random / 2)
      const until = Math.max(wait, (error.retryAt ?? now) - now)
      return elapsed + until > limit ? Cause.done(attempt - 1) : Effect.succeed([attempt, Duration.millis(until)])
    })
  }))
}

const schemaOf = <Fields, Encoded, Self extends Fields>(
  self: new(fields: Fields) => Self,
  fields: Schema.Codec<Fields, Encoded>
): Schema.Codec<Self, Encoded> =>
  fields.pipe(Schema.decodeTo(Schema.instanceOf(self), {
    decode: SchemaGetter.transform((fields: Fields) => new self(fields)),
    encode: SchemaGetter.transform((error: Self): Fields => error)
  }))

// A function, since bundlers keep what spreads an object, also where nothing uses it.
const refused = <Tag extends string, More extends Schema.Struct.Fields>(tag: Tag, more: More) =>
  Schema.TaggedStruct(tag, {
    status: Schema.Finite,
    certain: Schema.Boolean,
    code: Schema.optional(Schema.String),
    description: Schema.optional(Schema.String),
    hint: Schema.optional(Schema.String),
    check: Schema.optional(Schema.String),
    ...more
  })

const ReasonSchema = Schema.Union([
  schemaOf(CredentialsRefused, refused("CredentialsRefused", {})),
  schemaOf(GrantRefused, refused("GrantRefused", { grant: Schema.String })),
  schemaOf(RequestRefused, refused("RequestRefused", {})),
  schemaOf(Throttled, Schema.TaggedStruct("Throttled", { status: Schema.Finite })),
  schemaOf(
    Unavailable,
    Schema.TaggedStruct("Unavailable", {
      kind: Schema.Literals(["connection", "interrupted", "timeout", "status", "credentials", "closed", "store"]),
      status: Schema.optional(Schema.Finite),
      code: Schema.optional(Schema.String),
      address: Schema.optional(Schema.String)
    })
  ),
  schemaOf(
    ReplyNotUnderstood,
    Schema.TaggedStruct("ReplyNotUnderstood", { status: Schema.optional(Schema.Finite), problem: Schema.String })
  ),
  schemaOf(
    Unsafe,
    Schema.TaggedStruct("Unsafe", {
      kind: Schema.Literals(["redirect", "certificate", "token_type", "origin"]),
      problem: Schema.String
    })
  ),
  schemaOf(
    InvalidOption,
    Schema.TaggedStruct("InvalidOption", {
      option: Schema.String,
      variable: Schema.optional(Schema.String),
      problem: Schema.String
    })
  )
])

const Fields = Schema.TaggedStruct("TokenError", {
  provider: Schema.String,
  reason: ReasonSchema,
  retryAt: Schema.optional(Schema.Finite)
})

/**
 * `TokenError`, as plain values that JSON can hold: for its way over a wire or into a store.
 *
 * @since 0.1.0
 * @category schemas
 */
export const TokenErrorSchema: Schema.Codec<TokenError, typeof Fields.Encoded> = schemaOf(TokenError, Fields)

const refusal = (what: string, self: Refused): string =>
  describe(`${what} ${self.certain ? "refused" : "possibly refused, by an unclear reply"}`, self)

const describe = (
  what: string,
  { address, code, description, hint, status }: Partial<
    Pick<Unavailable, "address" | "code" | "status"> & Pick<Refused, "description" | "hint">
  >
): string => {
  const details = [address, status && `status ${status}`, code].filter((detail) => detail !== undefined).join(", ")
  return `${what}${details && ` (${details})`}${description === undefined ? "" : `: ${description}`}${
    hint === undefined ? "" : `; ${hint}`
  }`
}
