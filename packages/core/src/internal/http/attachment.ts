import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as AccessToken from "../../AccessToken.ts"
import type { Authorization } from "../../Authorization.ts"
import { TokenError, Unsafe } from "../../TokenError.ts"
import type { TokenSource } from "../../TokenSource.ts"
import type { ApiOrigins } from "./apiOrigins.ts"
import type * as Doubts from "./doubts.ts"
import { originOf } from "./url.ts"

/*
 * What decides about a token on a request, whatever sends the request: Effect's `HttpClient`, `fetch`, or the client of
 * Effect 3.
 */

/**
 * How one account's token gets onto requests.
 */
export interface Attachment {
  /** The provider's id. */
  readonly provider: string
  readonly source: TokenSource
  /** The header that carries the token. */
  readonly authorization: Authorization
  readonly origins: ApiOrigins
  /** The statuses that mean "get a new token and repeat the request". */
  readonly renewOn: ReadonlySet<number>
  /** Of those, the ones that may as well mean something else. */
  readonly doubtOn: ReadonlySet<number>
  /** Where the doubts of the account are kept. */
  readonly doubts: () => Doubts.Holder
}

/**
 * Where an `AuthenticatedHttpClient` keeps its attachment.
 */
export const attachment: unique symbol = Symbol.for("~@mintmark/core/attachment")

const isAttached = (client: object): client is { readonly [attachment]: Attachment } => attachment in client

/**
 * The attachment of an `AuthenticatedHttpClient`; `undefined` for a client that was not made by core.
 */
export const attachmentOf = (client: object): Attachment | undefined =>
  isAttached(client) ? client[attachment] : undefined

/**
 * The error if the URL's origin is not allowed.
 */
export const refusalOf = ({ origins, provider }: Attachment, url: string): TokenError | undefined => {
  const problem = origins.problemOf(url)
  return problem === undefined
    ? undefined
    : new TokenError({ provider, reason: new Unsafe({ kind: "origin", problem }) })
}

/**
 * Where a request goes with a token, or the error if that origin is not allowed. A path alone goes to the API that the
 * token's reply named, if it did.
 */
export const targetOf = (
  attached: Attachment,
  url: string,
  token?: AccessToken.AccessToken
): string | TokenError => {
  const target = attached.origins.locate(url, token?.apiUrl)
  return refusalOf(attached, target) ?? target
}

/**
 * A request whose token the API refused. `A` is what its sender gets in the end.
 */
export interface Refused<A, E, R> {
  readonly token: AccessToken.AccessToken
  /** The request as it was sent. */
  readonly request: Doubts.Request
  /** The status that the API refused it with. */
  readonly status: number
  /** Whether the request may be sent twice: its body can be, and it is the one that was refused. */
  readonly isRepeatable: boolean
  /** The refusal as the sender gets it. */
  readonly answer: Effect.Effect<A, E, R>
  /** Begins to read it to its end, so that its connection is free for other requests. Returns what waits for that. */
  readonly held: Effect.Effect<Effect.Effect<A, E, R>>
  /** Sends the request once more. */
  readonly repeat: (token: AccessToken.AccessToken) => Effect.Effect<A, E, R>
}

/**
 * What follows on a refusal: that token is rejected, and the request is sent once more, where there is another token
 * to send it with and it may be sent twice. Otherwise the refusal is the response. Its body is read while the other token
 * is on its way, and delays nothing.
 *
 * If getting another token fails, the request fails with that error: the refusal would say less about what is wrong, and
 * nothing about when to try again. Where the status leaves it in doubt that the token was refused, the token is served
 * on, and the refusal is the response.
 */
export const renew = <A, E, R>(
  { doubtOn, source }: Attachment,
  { answer, held, isRepeatable, repeat, request, status, token }: Refused<A, E, R>
): Effect.Effect<A, E | TokenError, R> =>
  Effect.flatMap(
    source.reject(token, { status, certain: !doubtOn.has(status), request }),
    (other) =>
      !isRepeatable || other === undefined ?
        answer :
        Effect.flatMap(held, (read) =>
          Effect.flatMap(
            other,
            (another): Effect.Effect<A, E | TokenError, R> =>
              AccessToken.isSame(another, token) ? read : repeat(another)
          ))
  )

/**
 * Notes that the API permitted a request, unless the response is another origin's.
 */
export const permitted = (
  { doubts }: Attachment,
  request: Doubts.Request,
  response: { readonly url: string } = request
): void => {
  const known = doubts().doubts
  if (known !== undefined && !hasLeft(request.url, response.url)) known.permitted(request)
}

/**
 * Whether a method is safe: a request that a redirect led elsewhere was processed before it was refused, so that it is
 * sent once more only if it changes nothing.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1 | RFC 9110 section 9.2.1}
 */
export const isSafe = (method: string): boolean => method === "GET" || method === "HEAD"

/**
 * Whether a client has followed a redirect below the request that it was given: `fetch` notes that on its response, and
 * undici's interceptor keeps the URLs that led elsewhere.
 */
export const wasRedirected = (response: object): boolean => {
  const { context, redirected } = madeBy(response)?.source ?? {}
  const { history } = Predicate.isObject(context) ? context : {}
  return redirected === true || Array.isArray(history) && history.length > 0
}

/** A response as a transport made it, of what it keeps as its `source`. */
interface Made {
  readonly source: { readonly [property: string]: unknown }
}

const isMade = (response: object): response is Made => "source" in response && Predicate.isObject(response.source)

/** The response that is behind a response of the application's client. */
const madeBy = (response: object): Made | undefined =>
  isMade(response)
    ? response
    : "original" in response && Predicate.isObject(response.original)
    ? madeBy(response.original)
    : undefined

/**
 * Whether a request has that header of its own. One that `conceal` has hidden would not be sent, and one that is empty
 * says nothing.
 */
export const hasOwn = (headers: Readonly<Record<string, string | undefined>>, header: string): boolean =>
  (headers[header]?.trim() ?? "") !== "" && Object.keys(headers).includes(header)

/**
 * Whether a value can be sent as a body more than once. A stream or an iterator can be read only once.
 */
export const isRepeatable = (body: unknown): boolean =>
  body === undefined
  || body === null
  || typeof body === "string"
  || ArrayBuffer.isView(body)
  // By name: those of another realm or package are no instances of this one's.
  || repeatable.test(Object.prototype.toString.call(body))

const repeatable = /^\[object (?:(?:Shared)?ArrayBuffer|Blob|File|FormData|URLSearchParams)\]$/

/**
 * Keeps the token out of whatever shows the request that it was sent with. A response and an error hold that request,
 * and Node has no hook for how to show an uncaught error. A property that isn't enumerable can be read as usual,
 * and shown by nothing.
 *
 * `value` is that of the header that was attached; where there was none, or another went out, nothing is changed, and
 * this returns `false`.
 */
export const conceal = (
  header: string,
  value: string | undefined,
  { headers }: { readonly headers: Readonly<Record<string, string | undefined>> },
  response?: object
): boolean => {
  if (value === undefined || headers[header] !== value) return false
  hide(headers, header, value)
  // Behind its responses, node:http keeps all that was sent. What others keep there needs no hiding, which isn't cheap.
  const made = response && madeBy(response)
  if (made && "req" in made.source) hide(made, "source", made.source)
  return true
}

// A getter, since what shows properties that aren't enumerable shows their values, but runs no getter.
const hide = (object: object, property: string, value: unknown): void => {
  Reflect.defineProperty(object, property, { enumerable: false, get: () => value })
}

/**
 * Whether a redirect led from one URL to another origin. The token didn't go along, so what came from there says
 * nothing about it.
 */
export const hasLeft = (from: string, to: string): boolean => to !== from && originOf(to) !== originOf(from)
