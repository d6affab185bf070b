/**
 * What decides about a token on a request, whatever it is that sends the request: for an HTTP client that is neither
 * Effect's nor `fetch`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as AccessToken from "./AccessToken.ts"
import type { ApiOrigins } from "./internal/apiOrigins.ts"
import { originOf } from "./internal/url.ts"
import { TokenError, Unsafe } from "./TokenError.ts"
import type { TokenSource } from "./TokenSource.ts"

export {
  /**
   * The bytes of a body, or `undefined` where it is larger than 1 MiB or can't be read.
   *
   * @since 0.1.0
   * @category combinators
   */
  readToTheEnd
} from "./internal/heldResponse.ts"

/**
 * How one account's token gets onto requests.
 *
 * @since 0.1.0
 * @category models
 */
export interface Attachment {
  /** The provider's id. */
  readonly provider: string
  readonly source: TokenSource
  readonly origins: ApiOrigins
  /** The statuses that mean "get a new token and repeat the request". */
  readonly renewOn: ReadonlySet<number>
  /** Of those, the ones that may as well mean something else. */
  readonly doubtOn: ReadonlySet<number>
}

/**
 * Where an `AuthenticatedHttpClient` keeps its attachment.
 *
 * @since 0.1.0
 * @category models
 */
export const attachment: unique symbol = Symbol.for("~@mintmark/core/attachment")

/**
 * The error of a request whose URL may not see the token, if it mayn't.
 *
 * @since 0.1.0
 * @category combinators
 */
export const refusalOf = ({ origins, provider }: Attachment, url: string): TokenError | undefined => {
  const problem = origins.problemOf(url)
  return problem === undefined
    ? undefined
    : new TokenError({ provider, reason: new Unsafe({ kind: "origin", problem }) })
}

/**
 * A request whose token the API refused. `A` is what its sender gets in the end.
 *
 * @since 0.1.0
 * @category models
 */
export interface Refused<A, E> {
  readonly token: AccessToken.AccessToken
  /** The status that the API refused it with. */
  readonly status: number
  /** Whether its body can be sent twice. */
  readonly isRepeatable: boolean
  /** The refusal as the sender gets it. */
  readonly answer: Effect.Effect<A, E>
  /** The same, read to its end, so that it holds no connection that others wait for. */
  readonly held: Effect.Effect<Effect.Effect<A, E>>
  /** Sends the request once more. */
  readonly repeat: (token: AccessToken.AccessToken) => Effect.Effect<A, E>
}

/**
 * What follows on a refusal: that token is rejected, and the request is sent once more, where there is another token
 * to send it with and its body can be sent twice. Else the refusal is the answer.
 *
 * If getting another token fails, that failure is the answer: the refusal would say less about what is wrong, and
 * nothing about when to try again. Where the status leaves it in doubt that the token was refused, the token is served
 * on, and the refusal is the answer.
 *
 * @since 0.1.0
 * @category combinators
 */
export const renew = Effect.fnUntraced(function*<A, E>(
  { doubtOn, source }: Attachment,
  { answer, held, isRepeatable, repeat, status, token }: Refused<A, E>
): Effect.fn.Return<A, E | TokenError> {
  const other = yield* source.reject(token, { status, certain: !doubtOn.has(status) })
  if (!isRepeatable || other === undefined) return yield* answer
  const kept = yield* held
  const another = yield* other
  return yield* (AccessToken.isSame(another, token) ? kept : repeat(another))
})

/**
 * Whether a value can be sent as a body more than once. A stream or an iterator is over after the first time.
 *
 * @since 0.1.0
 * @category combinators
 */
export const isRepeatable = (body: unknown): boolean =>
  body === undefined
  || body === null
  || typeof body === "string"
  || ArrayBuffer.isView(body)
  || [ArrayBuffer, Blob, FormData, URLSearchParams].some((kind) => body instanceof kind)

/**
 * Keeps the token out of whatever shows the request that it was sent with. A response and an error hold that request,
 * and Node asks nobody how to show an error that nothing has caught. A property that isn't enumerable is read as ever,
 * and shown by nothing.
 *
 * `authorization` is the header that was attached; where there was none, or another went out, nothing is changed, and
 * the answer is `false`.
 *
 * @since 0.1.0
 * @category combinators
 */
export const conceal = (
  authorization: string | undefined,
  { headers }: { readonly headers: Readonly<Record<string, string | undefined>> },
  response?: object
): boolean => {
  if (authorization === undefined || headers["authorization"] !== authorization) return false
  hide(headers, "authorization")
  if (response !== undefined) hideSource(response)
  return true
}

// Behind its responses, node:http keeps all that was sent. What others keep there needs no hiding, which isn't cheap.
const hideSource = (response: object): void => {
  if ("source" in response && Predicate.isObject(response.source) && "req" in response.source) hide(response, "source")
  if ("original" in response && Predicate.isObject(response.original)) hideSource(response.original)
}

const hide = (object: object, property: string): void => {
  Reflect.defineProperty(object, property, { enumerable: false })
}

/**
 * Whether a redirect led from one URL to another origin. The token didn't go along, so what came from there says
 * nothing about it.
 *
 * @since 0.1.0
 * @category combinators
 */
export const hasLeft = (from: string, to: string): boolean => originOf(to) !== originOf(from)
