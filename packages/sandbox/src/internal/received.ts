import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import { copyOf, firstParameters } from "./text.ts"

/** A request that has been read whole. */
export interface Received {
  readonly method: string
  /** The whole path, the host that it begins with included; the whole target, where that is no URL. */
  readonly path: string
  /** The path's first segment: the provider's host. */
  readonly host: string
  /** The path below the host, as the provider's own server sees it. */
  readonly below: string
  /** The query's parameters, a thousand at most. */
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The form's parameters, in order, a thousand at most. Empty if the body isn't a form. */
  readonly form: URLSearchParams
  /** Whether the form has more than a thousand parameters. */
  readonly isFormCut: boolean
  /** The whole body. */
  readonly text: () => string
  /** What follows `Basic`, decoded but not split. */
  readonly basic: string | undefined
  readonly bearer: string | undefined
  readonly placement: "basic" | "body" | "both" | "none"
  /** Epoch milliseconds. */
  readonly now: number
}

const mostParameters = 1000

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

// An invalid encoding must not match anything, and the scheme with rubbish behind it still counts as a placement.
const decodeBasic = (base64: string): string => {
  const bytes = Buffer.from(base64, "base64")
  if (bytes.toString("base64") !== base64) return ""
  try {
    return utf8.decode(bytes)
  } catch {
    return ""
  }
}

const afterScheme = (authorization: string | undefined, scheme: string): string | undefined => {
  const match = authorization?.match(/^([a-z]+) +(.*)$/i)
  return match?.[1]?.toLowerCase() === scheme ? match[2] : undefined
}

const isForm = (contentType: string | undefined): boolean =>
  contentType?.split(";", 1)[0]?.trim().toLowerCase() === "application/x-www-form-urlencoded"

const placementOf = (basic: boolean, form: URLSearchParams): Received["placement"] => {
  if (basic) return form.has("client_id") || form.has("client_secret") ? "both" : "basic"
  return form.has("client_secret") ? "body" : "none"
}

/** Reads what the endpoints decide by. */
export const received = (request: HttpServerRequest, body: Uint8Array, now: number): Received => {
  const url = urlOf(request)
  const headers: Readonly<Record<string, string | undefined>> = request.headers
  const text = () => Buffer.from(body.buffer, body.byteOffset, body.length).toString()
  const { isCut, parameters: form } = firstParameters(isForm(headers["content-type"]) ? text() : "", mostParameters)
  const credentials = afterScheme(headers["authorization"], "basic")
  const path = url?.pathname ?? request.originalUrl.replace(/[?#].*/, "")
  const [, host = "", below = "/"] = /^\/([^/]*)(.*)$/s.exec(path) ?? []
  return {
    method: request.method,
    path,
    host,
    below: below === "" ? "/" : below,
    query: firstParameters(url?.search.slice(1) ?? "", mostParameters).parameters,
    headers,
    form,
    isFormCut: isCut,
    text,
    basic: credentials === undefined ? undefined : decodeBasic(credentials),
    bearer: afterScheme(headers["authorization"], "bearer"),
    placement: placementOf(credentials !== undefined, form),
    now
  }
}

/** Whether a request's target is a URL: `http://[` is none. */
export const hasUrl = (request: HttpServerRequest): boolean => urlOf(request) !== undefined

const urlOf = ({ originalUrl }: HttpServerRequest): URL | undefined =>
  URL.canParse(originalUrl, base) ? new URL(originalUrl, base) : undefined

const base = "http://sandbox"

/** A parameter that is there twice, which RFC 6749 section 3.2 forbids. */
export const duplicateOf = (form: URLSearchParams): string | undefined => {
  const seen = new Set<string>()
  for (const name of form.keys()) {
    if (seen.has(name)) return name
    seen.add(name)
  }
  return undefined
}

const mostScopes = 100

/** The names of a space-separated list, a hundred at most; absent and empty are the same here. They stay with a token. */
export const scopeNames = (scope: string | null | undefined): ReadonlyArray<string> => [
  ...new Set(
    (scope ?? "").split(" ", 10 * mostScopes).filter((name) => name !== "").slice(0, mostScopes).map((name) =>
      copyOf(name, 200)
    )
  )
]
