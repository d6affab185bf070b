import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import { STATUS_CODES } from "node:http"
import type { Exchange, HttpMessage } from "../Exchange.ts"
import type { EndpointKind } from "../Provider.ts"
import { type Mask, masked } from "./masking.ts"
import type { Received } from "./received.ts"
import { copyOf } from "./text.ts"

const mostHeaders = 40
const longestValue = 512
const longestBody = 8 * 1024

/** A message as it is kept: the beginning of everything, in memory of its own. */
interface Kept {
  readonly line: string
  readonly headers: ReadonlyArray<readonly [string, string]>
  readonly body: Buffer
  readonly size: number
}

/** What is kept of an exchange. Its secrets are masked when it is shown, so that a request costs no more than a copy. */
export interface Recorded {
  readonly kind: EndpointKind
  readonly request: Kept
  readonly mask: Mask
  readonly fingerprint: (value: string) => string
  /** The account that a Basic header is for, if one is known. */
  readonly account: string | undefined
  /** What a script does with the answer, in words. */
  readonly scripted: string | undefined
}

/** What is kept of an answer. */
export interface Answered {
  readonly response: Kept | undefined
}

const keptBody = (body: Uint8Array): Buffer => Buffer.from(body.subarray(0, longestBody))

const pairs = (flat: ReadonlyArray<string>): ReadonlyArray<readonly [string, string]> =>
  Array.from({ length: Math.min(mostHeaders, flat.length / 2) }, (_, n) =>
    [
      copyOf(flat[2 * n] ?? "", 64),
      copyOf(flat[2 * n + 1] ?? "", longestValue)
    ] as const)

export const keptRequest = (request: HttpServerRequest, { method }: Received, body: Uint8Array): Kept => {
  const { httpVersion, rawHeaders, url = "" } = NodeHttpServerRequest.toIncomingMessage(request)
  return {
    line: `${method} ${copyOf(url, 1024)} HTTP/${httpVersion}`,
    headers: pairs(rawHeaders),
    body: keptBody(body),
    size: body.length
  }
}

export const keptResponse = (
  status: number,
  headers: ReadonlyArray<readonly [string, string]>,
  body: Uint8Array
): Kept => ({
  // What isn't HTTP has its first line in its bytes.
  line: status === 0 ? "" : `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`.trimEnd(),
  headers: headers.slice(0, mostHeaders).map(([name, value]) => [copyOf(name, 64), copyOf(value, longestValue)]),
  body: keptBody(body),
  size: body.length
})

/** About how many bytes an exchange takes. */
export const weightOf = (kept: Kept): number =>
  kept.body.length + 2 * kept.line.length +
  kept.headers.reduce((sum, [name, value]) => sum + 2 * (name + value).length, 256)

const isSecretName = (name: string): boolean =>
  /secret|passw|pwd|assertion(?!_?type)|(?:token|apikey|api_key|credential|private_?key|signature|cookie)s?$|^(?:code|code_verifier|otp|pin|key)$/i
    .test(name) || /^(?:access|refresh|id|subject|actor)_?token$/i.test(name)

const isSecretHeader = (name: string): boolean => /auth(?!ority)|cookie|token|secret|key|signature|passw/i.test(name)

// Of a token request, values are shown that can't be a secret where they stand.
const publicParameters = new Set([
  "grant_type",
  "client_id",
  "scope",
  "username",
  "audience",
  "resource",
  "client_assertion_type",
  "subject_token_type",
  "actor_token_type",
  "requested_token_type",
  "response_type",
  "account_id",
  "tenant"
])

const isShownValue = (kind: EndpointKind, name: string): boolean =>
  kind === "token" ? publicParameters.has(name.toLowerCase()) : !isSecretName(name)

// One word, or several that are joined: what a secret hardly ever is.
const isName = (text: string): boolean => /^[a-z]{1,24}(?:[._-]?[a-zA-Z][a-z]{0,23}){0,5}$/.test(text)

const decoded = (text: string): string => new URLSearchParams(`v=${text}`).get("v") ?? ""

type Shown = Pick<Recorded, "fingerprint" | "kind" | "mask">

const isMasked = (text: string): boolean => /^\*\*\*[0-9a-f]{12}\*\*\*$/.test(text)

// As a whole first: a secret may hold what separates the parts.
const maskedForm = ({ fingerprint, kind, mask }: Shown, text: string): string =>
  mask(text).split("&").map((part) => {
    const at = part.indexOf("=")
    const [name, value] = at < 0 ? [part, undefined] : [part.slice(0, at), part.slice(at + 1)]
    const known = decoded(name)
    const shownName = kind !== "token" || isMasked(name) || isName(known) ? mask(name) : `?${fingerprint(known)}`
    if (value === undefined) return shownName
    return `${shownName}=${
      value === "" || isMasked(value) || isShownValue(kind, known) ? mask(value) : masked(fingerprint(decoded(value)))
    }`
  }).join("&")

const maskedJson = (shown: Shown, text: string): string | undefined => {
  const { fingerprint, kind, mask } = shown
  const walk = (value: unknown, name: string, depth: number): unknown => {
    if (depth > 32) return "…"
    if (Array.isArray(value)) return value.map((item) => walk(item, name, depth + 1))
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [mask(key), walk(inner, key, depth + 1)])
      )
    }
    // The sandbox's APIs tell a token by its fingerprint.
    if (typeof value === "string" && /^[0-9a-f]{12}$/.test(value)) return value
    const isOpen = kind === "token" ? publicParameters.has(name.toLowerCase()) : !isSecretName(name)
    if (typeof value === "string") return value === "" || isOpen ? mask(value) : masked(fingerprint(value))
    return isOpen || typeof value !== "number" ? value : masked(fingerprint(String(value)))
  }
  try {
    return JSON.stringify(walk(JSON.parse(text), "", 0))
  } catch {
    return undefined
  }
}

const contentTypeOf = ({ headers }: Kept): string =>
  headers.find(([name]) => name.toLowerCase() === "content-type")?.[1].toLowerCase() ?? ""

const looksLikeForm = (text: string): boolean => /^[\w.%+*-]+=[^\s]*$/.test(text)

const shownRequestBody = (shown: Shown, kept: Kept): string => {
  const text = kept.body.toString()
  if (text === "") return ""
  if (contentTypeOf(kept).includes("x-www-form-urlencoded") || looksLikeForm(text)) return maskedForm(shown, text)
  const json = kept.size > kept.body.length ? undefined : maskedJson(shown, text)
  if (json !== undefined) return json
  // Whatever is neither a form nor JSON may be a secret as a whole.
  return shown.kind === "token" ? masked(shown.fingerprint(text)) : shown.mask(text)
}

// A text in quotes after a name in quotes, also where the text is cut off.
const namedTexts = /("([^"\\]{1,64})"\s*:\s*")((?:[^"\\]|\\.)*)/g

/** In an answer, what has a token's or a secret's name, and nothing else that isn't known to be one. */
const shownResponseBody = ({ fingerprint, mask }: Shown, kept: Kept): string => {
  const text = kept.body.toString()
  const json = kept.size > kept.body.length ? undefined : maskedJson({ fingerprint, mask, kind: "other" }, text)
  return json ?? mask(text).replaceAll(
    namedTexts,
    (whole, before, name, value) =>
      value === "" || isMasked(value) || !isSecretName(name) ? whole : before + masked(fingerprint(value))
  )
}

const shownHeader =
  ({ fingerprint, mask }: Shown, account: string | undefined) =>
  ([name, value]: readonly [string, string]): readonly [string, string] => {
    if (!isSecretHeader(name)) return [mask(name), mask(value)]
    const [scheme = "", rest] = /^([A-Za-z][\w-]{0,19}) +(.*)$/.exec(value)?.slice(1) ?? []
    if (rest === undefined) return [mask(name), masked(fingerprint(value))]
    if (scheme.toLowerCase() !== "basic") return [mask(name), `${scheme} ${masked(fingerprint(rest))}`]
    const pair = Buffer.from(rest, "base64").toString()
    const colon = pair.indexOf(":")
    const id = pair.slice(0, Math.max(0, colon))
    const isKnown = account !== undefined && (id === account || decoded(id) === account)
    return [
      mask(name),
      `${scheme} base64(${isKnown ? id : masked(fingerprint(id))}:${masked(fingerprint(pair.slice(colon + 1)))})`
    ]
  }

const shownLine = ({ fingerprint, kind, mask }: Shown, line: string): string => {
  const at = line.indexOf("?")
  const end = line.lastIndexOf(" ")
  return at < 0 || end < at
    ? mask(line)
    : `${mask(line.slice(0, at))}?${maskedForm({ fingerprint, kind, mask }, line.slice(at + 1, end))}${line.slice(end)}`
}

const shownMessage = (
  recorded: Recorded,
  kept: Kept,
  body: (shown: Shown, kept: Kept) => string
): HttpMessage => ({
  line: shownLine(recorded, kept.line),
  headers: kept.headers.map(shownHeader(recorded, recorded.account)),
  body: body(recorded, kept),
  size: kept.size,
  isCut: kept.size > kept.body.length
})

/** The exchange as it may be shown. */
export const exchangeOf = (seq: number, recorded: Recorded, answered: Answered | undefined): Exchange => ({
  seq,
  request: shownMessage(recorded, recorded.request, shownRequestBody),
  response: answered?.response === undefined
    ? undefined
    : shownMessage(recorded, answered.response, shownResponseBody),
  scripted: recorded.scripted
})
