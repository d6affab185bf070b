/**
 * Answers that a script gives instead of a provider's own, well-formed and broken ones.
 *
 * Every answer is plain data, so that the control endpoint takes the same ones as JSON. They fall into two sorts:
 *
 * - Those that bend the provider's own answer (`token`, `delay`, `drip`, `truncate`, ...). The request has its effect: a
 *   refresh token is spent, a new token exists.
 * - Those that replace it (`status`, `body`, `raw`, ...). The request has no effect. `hang` and `reset` before the
 *   headers are of this sort too, unless `processed` is set.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

const Bytes = Schema.Union([Schema.String, Schema.Uint8Array])
const Count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1024 * 1024 * 1024 }))
const Millis = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 24 * 60 * 60 * 1000 }))
const HeaderFields = Schema.Array(Schema.Tuple([Schema.String, Schema.String]))

const Ordinary = Schema.TaggedStruct("Ordinary", {})

const Status = Schema.TaggedStruct("Status", {
  status: Schema.Int.check(Schema.isBetween({ minimum: 100, maximum: 999 })),
  body: Schema.optional(Bytes),
  contentType: Schema.optional(Schema.NullOr(Schema.String)),
  headers: Schema.optional(HeaderFields),
  processed: Schema.optional(Schema.Boolean)
})

const Endless = Schema.TaggedStruct("Endless", {
  status: Schema.Int.check(Schema.isBetween({ minimum: 200, maximum: 599 })),
  contentType: Schema.optional(Schema.NullOr(Schema.String)),
  text: Schema.String,
  every: Millis
})

const JsonText = Schema.TaggedStruct("JsonText", { text: Schema.String })

const Token = Schema.TaggedStruct("Token", {
  fields: Schema.Record(Schema.String, Schema.Union([Schema.Json, JsonText])),
  without: Schema.Array(Schema.String),
  status: Schema.optional(Schema.Int.check(Schema.isBetween({ minimum: 200, maximum: 299 }))),
  contentType: Schema.optional(Schema.NullOr(Schema.String)),
  headers: Schema.optional(HeaderFields),
  encoding: Schema.optional(Schema.Literals(["utf-8", "utf-8-bom", "utf-16le", "latin1"]))
})

const Hang = Schema.TaggedStruct("Hang", {
  where: Schema.Literals(["before-headers", "mid-body"]),
  processed: Schema.Boolean
})

const Reset = Schema.TaggedStruct("Reset", {
  where: Schema.Literals(["before-headers", "mid-body"]),
  processed: Schema.Boolean
})

const Truncate = Schema.TaggedStruct("Truncate", {})

const WrongLength = Schema.TaggedStruct("WrongLength", { by: Schema.Int })

const BadChunk = Schema.TaggedStruct("BadChunk", {})

const Drip = Schema.TaggedStruct("Drip", { every: Millis, bytes: Count })

const Raw = Schema.TaggedStruct("Raw", { bytes: Bytes, end: Schema.Literals(["close", "reset", "hang"]) })

const Interim = Schema.TaggedStruct("Interim", { status: Schema.Literals([100, 102, 103]) })

const Dated = Schema.TaggedStruct("Dated", { by: Schema.Int })

const Quoting = Schema.TaggedStruct("Quoting", {
  status: Schema.Int.check(Schema.isBetween({ minimum: 200, maximum: 599 })),
  error: Schema.String
})

const EarlyHints = Schema.TaggedStruct("EarlyHints", { count: Count })

const BigHeaders = Schema.TaggedStruct("BigHeaders", { bytes: Count })

const BigBody = Schema.TaggedStruct("BigBody", { bytes: Count })

const GzipBomb = Schema.TaggedStruct("GzipBomb", { bytes: Count })

const NestedEncodings = Schema.TaggedStruct("NestedEncodings", {
  count: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 }))
})

const Immediate = Schema.Union([
  Ordinary,
  Status,
  Endless,
  Token,
  Hang,
  Reset,
  Truncate,
  WrongLength,
  BadChunk,
  Drip,
  Raw,
  EarlyHints,
  Interim,
  Dated,
  Quoting,
  BigHeaders,
  BigBody,
  GzipBomb,
  NestedEncodings
])

const Delay = Schema.TaggedStruct("Delay", { millis: Millis, answer: Immediate })

/**
 * An answer that starts at once.
 *
 * @since 0.1.0
 * @category models
 */
export type Immediate = typeof Immediate.Type

/**
 * Any answer, as data. The control endpoint reads it from JSON by this schema.
 *
 * @since 0.1.0
 * @category models
 */
export const Answer = Schema.Union([Immediate, Delay])

/**
 * Any answer.
 *
 * @since 0.1.0
 * @category models
 */
export type Answer = typeof Answer.Type

/**
 * A JSON value as it is to be written, for what `JSON.stringify` can't write, such as `1e400`.
 *
 * @since 0.1.0
 * @category models
 */
export type JsonText = typeof JsonText.Type

/**
 * Header fields, by name or as a list of pairs. A list may name one twice.
 *
 * @since 0.1.0
 * @category models
 */
export type HeaderInput = Readonly<Record<string, string>> | ReadonlyArray<readonly [string, string]>

/**
 * What goes with a body. A content type of `null` sends none.
 *
 * @since 0.1.0
 * @category models
 */
export interface BodyOptions {
  readonly status?: number | undefined
  readonly contentType?: string | null | undefined
  readonly headers?: HeaderInput | undefined
}

const pairs = (headers: HeaderInput | undefined): ReadonlyArray<readonly [string, string]> =>
  headers === undefined ? [] : isPairs(headers) ? headers : Object.entries(headers)

const isPairs = (headers: HeaderInput): headers is ReadonlyArray<readonly [string, string]> => Array.isArray(headers)

/**
 * The provider's own answer: a place in a script where nothing is changed.
 *
 * @since 0.1.0
 * @category ordinary
 */
export const ordinary: Immediate = { _tag: "Ordinary" }

/**
 * A status, from 100 to 999. Without a body it has the one that this provider gives its failures with this status; an
 * empty body is none. `retryAfter` is seconds, or any text; a list sends the header as often. `processed`: the request
 * has its effect all the same, as where a gateway fails after the server was done: a refresh token is spent.
 *
 * @since 0.1.0
 * @category replacing
 */
export const status = (
  code: number,
  options: {
    readonly body?: string | Uint8Array | undefined
    readonly contentType?: string | null | undefined
    readonly headers?: HeaderInput | undefined
    readonly retryAfter?: number | string | ReadonlyArray<number | string> | undefined
    readonly processed?: boolean | undefined
  } = {}
): Immediate => {
  const { retryAfter = [] } = options
  const retries = typeof retryAfter === "object" ? retryAfter : [retryAfter]
  return {
    _tag: "Status",
    processed: options.processed,
    status: code,
    body: options.body,
    contentType: options.contentType,
    headers: [...pairs(options.headers), ...retries.map((after) => ["retry-after", String(after)] as const)]
  }
}

/**
 * A body exactly as it is, by default with status 200 and as JSON.
 *
 * @since 0.1.0
 * @category replacing
 */
export const body = (content: string | Uint8Array, options: BodyOptions = {}): Immediate => ({
  _tag: "Status",
  status: options.status ?? 200,
  body: content,
  contentType: options.contentType,
  headers: pairs(options.headers)
})

/**
 * A refusal in OAuth's grammar (RFC 6749 section 5.2), with this status, `error` and `error_description`.
 *
 * @since 0.1.0
 * @category replacing
 */
export const oauthError = (code: number, error: string, description?: string): Immediate =>
  body(JSON.stringify({ error, error_description: description }), { status: code })

/**
 * A body that never ends: this text again and again, `every` so many milliseconds of the sandbox's clock. By default a
 * 401 as `text/event-stream` that sends keep-alives.
 *
 * @since 0.1.0
 * @category replacing
 */
export const endless = (
  options: {
    readonly status?: number | undefined
    readonly contentType?: string | null | undefined
    readonly text?: string | undefined
    readonly every?: number | undefined
  } = {}
): Immediate => ({
  _tag: "Endless",
  status: options.status ?? 401,
  contentType: options.contentType === undefined ? "text/event-stream" : options.contentType,
  text: options.text ?? ": keep-alive\n\n",
  every: options.every ?? 100
})

/**
 * A refusal whose description quotes what the request presented: its client secret, password, refresh token and access
 * token. Some servers do so.
 *
 * @since 0.1.0
 * @category replacing
 */
export const quoting = (code = 400, error = "invalid_grant"): Immediate => ({ _tag: "Quoting", status: code, error })

/**
 * A redirect, with any location.
 *
 * @since 0.1.0
 * @category replacing
 */
export const redirect = (code: 301 | 302 | 303 | 307 | 308, location: string): Immediate =>
  status(code, { body: "", headers: { location } })

/**
 * Bytes instead of a whole answer, status line included. By default, the connection is closed after
 * them.
 *
 * @since 0.1.0
 * @category replacing
 */
export const raw = (bytes: string | Uint8Array, end: "close" | "reset" | "hang" = "close"): Immediate => ({
  _tag: "Raw",
  bytes,
  end
})

/**
 * An answer that doesn't begin as HTTP does.
 *
 * @since 0.1.0
 * @category replacing
 */
export const badStatusLine: Immediate = raw("HTTP/1.1 OK 200\r\ncontent-length: 0\r\n\r\n")

/**
 * So many interim answers (103), and never a final one.
 *
 * @since 0.1.0
 * @category replacing
 */
export const earlyHints = (count: number): Immediate => ({ _tag: "EarlyHints", count })

/**
 * A switch to another protocol (101) that the client didn't request.
 *
 * @since 0.1.0
 * @category replacing
 */
export const switchingProtocols: Immediate = raw(
  "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n",
  "hang"
)

/**
 * The provider's own answer after an interim one that the client didn't request: 100 by default.
 *
 * @since 0.1.0
 * @category bending
 */
export const interim = (code: 100 | 102 | 103 = 100): Immediate => ({ _tag: "Interim", status: code })

/**
 * The provider's own answer from a server whose clock is ahead by so many seconds, or behind: its `Date` says so.
 *
 * @since 0.1.0
 * @category bending
 */
export const dated = (by: number): Immediate => ({ _tag: "Dated", by })

/**
 * Sends nothing more, and keeps the connection. `before-headers` has no effect unless the request was `processed`;
 * `mid-body` stops halfway through the provider's own answer.
 *
 * @since 0.1.0
 * @category bending
 */
export const hang = (
  where: "before-headers" | "mid-body",
  options: { readonly processed?: boolean | undefined } = {}
): Immediate => ({ _tag: "Hang", where, processed: options.processed ?? where === "mid-body" })

/**
 * Resets the connection. `before-headers` has no effect unless the request was `processed`; `mid-body` resets halfway
 * through the provider's own answer.
 *
 * @since 0.1.0
 * @category bending
 */
export const reset = (
  where: "before-headers" | "mid-body",
  options: { readonly processed?: boolean | undefined } = {}
): Immediate => ({ _tag: "Reset", where, processed: options.processed ?? where === "mid-body" })

/**
 * The provider's own answer, if it is a token, with fields changed, added, or (`undefined`) removed, in their order.
 *
 * @since 0.1.0
 * @category bending
 */
export const token = (
  fields: Readonly<Record<string, Schema.Json | JsonText | undefined>>,
  options: BodyOptions & {
    readonly encoding?: "utf-8" | "utf-8-bom" | "utf-16le" | "latin1" | undefined
  } = {}
): Immediate => ({
  _tag: "Token",
  fields: Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => value === undefined ? [] : [[name, value]])
  ),
  without: Object.keys(fields).filter((name) => fields[name] === undefined),
  status: options.status,
  contentType: options.contentType,
  headers: pairs(options.headers),
  encoding: options.encoding
})

/**
 * A field of `token` as it is to be written: `jsonText("1e400")`.
 *
 * @since 0.1.0
 * @category bending
 */
export const jsonText = (text: string): JsonText => ({ _tag: "JsonText", text })

/**
 * Another answer, so many milliseconds later by the sandbox's clock.
 *
 * @since 0.1.0
 * @category bending
 */
export const delay = (millis: number, answer: Immediate = ordinary): Answer => ({
  _tag: "Delay",
  millis,
  answer
})

/**
 * The provider's own answer, so many bytes at a time, `every` so many milliseconds.
 *
 * @since 0.1.0
 * @category bending
 */
export const drip = (options: { readonly every: number; readonly bytes: number }): Immediate => ({
  _tag: "Drip",
  every: options.every,
  bytes: options.bytes
})

/**
 * The provider's own answer, whose connection ends in the middle of the body as if it were complete.
 *
 * @since 0.1.0
 * @category bending
 */
export const truncate: Immediate = { _tag: "Truncate" }

/**
 * The provider's own answer, whose announced length is off by so many bytes. Below zero it announces too few.
 *
 * @since 0.1.0
 * @category bending
 */
export const wrongLength = (by = -1): Immediate => ({ _tag: "WrongLength", by })

/**
 * The provider's own answer in chunks, the second of which has no readable length.
 *
 * @since 0.1.0
 * @category bending
 */
export const badChunk: Immediate = { _tag: "BadChunk" }

/**
 * The provider's own answer with so many bytes of headers more.
 *
 * @since 0.1.0
 * @category bending
 */
export const bigHeaders = (bytes: number): Immediate => ({ _tag: "BigHeaders", bytes })

/**
 * The provider's own answer behind so many bytes of white space, which JSON allows.
 *
 * @since 0.1.0
 * @category bending
 */
export const bigBody = (bytes: number): Immediate => ({ _tag: "BigBody", bytes })

/**
 * Like `bigBody`, but compressed to about a thousandth.
 *
 * @since 0.1.0
 * @category bending
 */
export const gzipBomb = (bytes: number): Immediate => ({ _tag: "GzipBomb", bytes })

/**
 * The provider's own answer, compressed so many times, each named in `Content-Encoding`.
 *
 * @since 0.1.0
 * @category bending
 */
export const nestedEncodings = (count: number): Immediate => ({ _tag: "NestedEncodings", count })
