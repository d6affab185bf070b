import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Stream from "effect/Stream"
import { STATUS_CODES } from "node:http"
import { gzipSync } from "node:zlib"
import type { Immediate } from "../Answer.ts"
import type { AnswerKind } from "../JournalEntry.ts"
import type { Fields, Reply } from "./realm.ts"
import { head, type Wire } from "./wire.ts"

type Replacing = Extract<Immediate, { _tag: "Status" | "Raw" | "EarlyHints" | "Endless" | "Quoting" }>
type Bending = Exclude<Immediate, Replacing>

/** What is to be done about a request, the time that it takes left out. */
export interface Plan {
  /** How the answer goes out: by the HTTP server where that can do it, or on the bare connection. */
  readonly out:
    | { readonly _tag: "Response"; readonly response: HttpServerResponse.HttpServerResponse }
    | { readonly _tag: "Stream"; readonly response: (ends: Ends) => HttpServerResponse.HttpServerResponse }
    | { readonly _tag: "Wire"; readonly wire: Wire }
  /** What the journal will say. */
  readonly state: "answered" | "cut"
  readonly status: number | undefined
  readonly answer: AnswerKind
  readonly issued: Reply["issued"]
  readonly reason?: string | undefined
  /** What the journal keeps of the answer: the whole, also where only a part of it goes out. */
  readonly shown: Message | undefined
}

/** What is to be done when an answer that takes long comes to its end, and where it is left before. */
export interface Ends {
  /** Runs before the last thing that the client can notice. */
  readonly beforeEnd: Effect.Effect<void>
  /** Runs whenever the client takes no more, also after the end. */
  readonly afterwards: Effect.Effect<void>
}

/** The provider's part in a plan. The reply is made on demand, since making it has an effect. */
export interface Own {
  readonly reply: () => Reply
  readonly failure: (status: number) => Fields
  /** The secrets and tokens that the request presented. */
  readonly presented: () => ReadonlyArray<string>
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** A whole answer, ready to go out. */
export interface Message {
  readonly status: number
  readonly headers: ReadonlyArray<readonly [string, string]>
  readonly body: Uint8Array
}

const json = "application/json;charset=UTF-8"

/** The order of fields is part of what is tested, so the text is made here and nowhere else. */
const messageOf = (reply: Reply): Message => ({
  status: reply.status,
  headers: [["content-type", json], ...Object.entries(reply.headers)],
  body: Buffer.from(JSON.stringify(reply.body))
})

const withLength = ({ body, headers, status }: Message, by = 0): Uint8Array =>
  head(status, STATUS_CODES[status] ?? "Unknown", [
    ...headers,
    ["content-length", String(body.length + by)],
    ["connection", "close"]
  ])

const halves = (body: Uint8Array): readonly [Uint8Array, Uint8Array] => {
  const middle = Math.ceil(body.length / 2)
  return [body.subarray(0, middle), body.subarray(middle)]
}

const slices = (bytes: Uint8Array, size: number): ReadonlyArray<Uint8Array> => {
  const width = Math.max(1, size)
  return Array.from({ length: Math.ceil(bytes.length / width) }, (_, n) => bytes.subarray(n * width, (n + 1) * width))
}

const bytesOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === "string" ? Buffer.from(content) : content

const isRepeated = (headers: Message["headers"]): boolean =>
  new Set(headers.map(([name]) => name.toLowerCase())).size < headers.length

const isWellFormed = ([name, value]: Message["headers"][number]): boolean =>
  /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)

/** An effect/http server sends neither a status beyond 599 nor a header twice, nor one that breaks out of its line. */
const out = (message: Message): Plan["out"] => {
  const { body, headers, status } = message
  if (status < 200 || status > 599 || isRepeated(headers) || !headers.every(isWellFormed)) {
    return { _tag: "Wire", wire: { chunks: [Buffer.concat([withLength(message), body])], every: 0, end: "close" } }
  }
  return {
    _tag: "Response",
    // Any other body would bring a content type of its own where the message has none.
    response: HttpServerResponse.raw(body, {
      status,
      headers: { ...Object.fromEntries(headers), "content-length": String(body.length) }
    })
  }
}

const whole = (message: Message, answer: AnswerKind, issued: Reply["issued"] = {}): Plan => ({
  out: out(message),
  state: "answered",
  status: message.status,
  answer,
  issued,
  shown: message
})

const onWire = (
  chunks: ReadonlyArray<Uint8Array>,
  end: Wire["end"],
  status: number | undefined,
  issued: Reply["issued"] = {},
  shown?: Message
): Plan => ({
  out: { _tag: "Wire", wire: { chunks, every: 0, end } },
  state: end === "close" ? "answered" : "cut",
  status,
  answer: "fault",
  issued,
  shown
})

/** Chunks of these bytes for as long as the client takes them. */
const endless = (answer: Extract<Immediate, { _tag: "Endless" }>): Plan => {
  const headers: Message["headers"] = [...contentTypeHeader(answer.contentType), ["transfer-encoding", "chunked"]]
  const body = Buffer.from(answer.text)
  const chunk = Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from("\r\n")])
  const chunks = [head(answer.status, STATUS_CODES[answer.status] ?? "Unknown", headers), chunk]
  return {
    ...onWire(chunks, "hang", answer.status, {}, { status: answer.status, headers, body }),
    out: { _tag: "Wire", wire: { chunks, every: answer.every, end: "again" } }
  }
}

const contentTypeHeader = (contentType: string | null | undefined): Message["headers"] =>
  contentType === null ? [] : [["content-type", contentType ?? json]]

const encoders = {
  "utf-8": (text: string) => Buffer.from(text),
  "utf-8-bom": (text: string) => Buffer.from(`\uFEFF${text}`),
  "utf-16le": (text: string) => Buffer.from(`\uFEFF${text}`, "utf16le"),
  "latin1": (text: string) => Buffer.from(text, "latin1")
}

const fieldText = (value: unknown): string =>
  typeof value === "object" && value !== null && "_tag" in value && value._tag === "JsonText" && "text" in value
    ? String(value.text)
    : JSON.stringify(value)

const bentToken = (bend: Extract<Immediate, { _tag: "Token" }>, reply: Reply): Message => {
  const fields = Object.entries({ ...reply.body, ...bend.fields })
    .filter(([name, value]) => value !== undefined && !bend.without.includes(name))
    .map(([name, value]) => `${JSON.stringify(name)}:${fieldText(value)}`)
  return {
    status: bend.status ?? reply.status,
    headers: [
      ...contentTypeHeader(bend.contentType),
      ...Object.entries(reply.headers),
      ...(bend.headers ?? [])
    ],
    body: encoders[bend.encoding ?? "utf-8"](`{${fields.join(",")}}`)
  }
}

const spaces = Buffer.alloc(64 * 1024, " ")

const behindSpaces = (message: Message, bytes: number) => ({ afterwards, beforeEnd }: Ends) => {
  const blocks = Stream.map(
    Stream.range(1, Math.ceil(bytes / spaces.length)),
    (block) => block * spaces.length <= bytes ? spaces : spaces.subarray(0, bytes % spaces.length)
  )
  const body = Stream.fromEffect(Effect.as(beforeEnd, message.body))
  return HttpServerResponse.stream(
    Stream.ensuring(bytes === 0 ? body : Stream.concat(blocks, body), afterwards),
    {
      status: message.status,
      headers: Object.fromEntries(message.headers),
      contentType: json,
      contentLength: bytes + message.body.length
    }
  )
}

/** A gzip file may have several members, so that neither the bomb nor what it holds is ever in memory here. */
const compressedBehindSpaces = (message: Message, bytes: number): Message => {
  const member = gzipSync(Buffer.alloc(1024 * 1024, " "))
  const members = Array.from({ length: Math.floor(bytes / (1024 * 1024)) }, () => member)
  const rest = gzipSync(Buffer.alloc(bytes % (1024 * 1024), " "))
  return {
    ...message,
    headers: [...message.headers, ["content-encoding", "gzip"]],
    body: Buffer.concat([...members, rest, gzipSync(message.body)])
  }
}

const compressedOften = (message: Message, count: number): Message => {
  let { body } = message
  for (let layer = 0; layer < count; layer++) body = gzipSync(body)
  const encodings = Array.from({ length: count }, () => "gzip").join(", ")
  return { ...message, headers: [...message.headers, ["content-encoding", encodings]], body }
}

const padding = (bytes: number): Message["headers"] =>
  slices(Buffer.alloc(bytes, "x"), 1024).map((slice, n) => [`x-padding-${n}`, Buffer.from(slice).toString("latin1")])

const inBadChunks = (message: Message): Uint8Array => {
  const [first, second] = halves(message.body)
  return Buffer.concat([
    head(message.status, STATUS_CODES[message.status] ?? "Unknown", [
      ...message.headers,
      ["transfer-encoding", "chunked"]
    ]),
    Buffer.from(`${first.length.toString(16)}\r\n`),
    first,
    Buffer.from("\r\nzz\r\n"),
    second,
    Buffer.from("\r\n0\r\n\r\n")
  ])
}

const interim = Buffer.from("HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\n\r\n")

/** The answers that replace the provider's own. */
const replaced = (answer: Replacing, { failure, presented, reply }: Own): Plan => {
  switch (answer._tag) {
    case "Status":
      return whole(
        {
          status: answer.status,
          headers: [...(answer.body === "" ? [] : contentTypeHeader(answer.contentType)), ...(answer.headers ?? [])],
          body: answer.body === undefined
            ? Buffer.from(JSON.stringify(failure(answer.status)))
            : bytesOf(answer.body)
        },
        "fault",
        answer.processed === true ? reply().issued : {}
      )
    case "Raw":
      return onWire([bytesOf(answer.bytes)], answer.end, undefined, {}, {
        status: 0,
        headers: [],
        body: bytesOf(answer.bytes)
      })
    case "Endless":
      return endless(answer)
    case "Quoting": {
      const body = { error: answer.error, error_description: `Refused: ${presented().join(" ")}` }
      return whole({
        status: answer.status,
        headers: [["content-type", json]],
        body: Buffer.from(JSON.stringify(body))
      }, "fault")
    }
    case "EarlyHints": {
      const flood = Buffer.concat(Array.from({ length: 100 }, () => interim))
      const floods = Array.from({ length: Math.floor(answer.count / 100) }, () => flood)
      return onWire([...floods, flood.subarray(0, (answer.count % 100) * interim.length)], "hang", 103)
    }
  }
}

/** The answers that change the provider's own. */
const bent = (answer: Bending, reply: Reply, now: number): Plan => {
  const message = messageOf(reply)
  const entire = (bentMessage: Message) => whole(bentMessage, reply.answer, reply.issued)
  const broken = (bytes: Uint8Array, end: Wire["end"] = "close") =>
    onWire([bytes], end, reply.status, reply.issued, message)
  const half = () => Buffer.concat([withLength(message), halves(message.body)[0]])
  switch (answer._tag) {
    case "Ordinary":
      return entire(message)
    case "Token":
      return entire(reply.issued.accessToken === undefined ? message : bentToken(answer, reply))
    case "Hang":
      return answer.where === "mid-body" ? broken(half(), "hang") : onWire([], "hang", undefined, reply.issued)
    case "Reset":
      return answer.where === "mid-body" ? broken(half(), "reset") : onWire([], "reset", undefined, reply.issued)
    case "Truncate":
      return { ...broken(half()), state: "cut" }
    case "WrongLength": {
      const plan = broken(Buffer.concat([withLength(message, answer.by), message.body]))
      // What is announced and doesn't come is cut off.
      return answer.by > 0 ? { ...plan, state: "cut" } : plan
    }
    case "BadChunk":
      return broken(inBadChunks(message))
    case "Drip": {
      const chunks = slices(Buffer.concat([withLength(message), message.body]), answer.bytes)
      const wire: Wire = { chunks, every: answer.every, end: "close" }
      return { ...entire(message), out: { _tag: "Wire", wire } }
    }
    case "Interim": {
      const head = `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ""}\r\n\r\n`
      const wire: Wire = {
        chunks: [Buffer.concat([Buffer.from(head), withLength(message), message.body])],
        every: 0,
        end: "close"
      }
      return { ...entire(message), out: { _tag: "Wire", wire } }
    }
    case "Dated":
      return entire({
        ...message,
        headers: [...message.headers, ["date", new Date(now + answer.by * 1000).toUTCString()]]
      })
    case "BigHeaders":
      return entire({ ...message, headers: [...message.headers, ...padding(answer.bytes)] })
    case "BigBody":
      return { ...entire(message), out: { _tag: "Stream", response: behindSpaces(message, answer.bytes) } }
    case "GzipBomb":
      return { ...entire(compressedBehindSpaces(message, answer.bytes)), shown: message }
    case "NestedEncodings":
      return { ...entire(compressedOften(message, answer.count)), shown: message }
  }
}

/** What becomes of a request that a script gives this answer. */
export const planOf = (answer: Immediate, own: Own): Plan => {
  switch (answer._tag) {
    case "Status":
    case "Raw":
    case "EarlyHints":
    case "Endless":
    case "Quoting":
      return replaced(answer, own)
    case "Hang":
    case "Reset":
      return answer.where === "mid-body" || answer.processed
        ? bentBy(answer, own)
        : onWire([], answer._tag === "Hang" ? "hang" : "reset", undefined)
    default:
      return bentBy(answer, own)
  }
}

const bentBy = (answer: Bending, own: Own): Plan => {
  const reply = own.reply()
  return { ...bent(answer, reply, own.now()), reason: reply.reason }
}
