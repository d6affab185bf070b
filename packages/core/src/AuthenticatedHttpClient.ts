/**
 * An `HttpClient` that carries the token, and carries it nowhere else.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import type * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as AccessToken from "./AccessToken.ts"
import {
  type Attachment,
  attachment,
  conceal,
  hasLeft,
  isRepeatable,
  isSafe,
  permitted,
  refusalOf,
  renew,
  wasRedirected
} from "./Attachment.ts"
import { bearer, valueOf } from "./Authorization.ts"
import * as ApiOrigins from "./internal/apiOrigins.ts"
import { hold } from "./internal/heldResponse.ts"
import type * as Doubts from "./internal/http/doubts.ts"
import { check, type Resolved } from "./internal/request/resolve.ts"
import type { TokenError } from "./TokenError.ts"
import type { TokenSource } from "./TokenSource.ts"

/**
 * An HTTP client that puts the token on each request. What it adds to the application's client is one error.
 *
 * - A path alone (`/accounts/me`) goes to the provider's API. A URL elsewhere fails with reason `Unsafe`, and nothing
 *   is sent: see the option `apiOrigins`.
 * - A request that has an `authorization` header already is passed on as it is.
 * - Where the API refuses the token, the request is sent once more with another one, if its body can be sent twice (a
 *   stream can't) and it was not redirected before (GET and HEAD aside). If there is no other token, the refusal is the
 *   answer. If getting one fails, that is the answer; but where the refusal may mean a missing right (a 403), the token
 *   is served on, and the refusal is the answer.
 * - Redirects are the application's client's business. `fetch`, undici's redirect interceptor and
 *   `HttpClient.followRedirects` drop the token where a redirect leaves the origin, and keep it within.
 *
 * Put `filterStatusOk`, `retryTransient`, `withRateLimiter` and their like **around** it: each retry then carries the
 * token that is valid at that moment, and a wait doesn't age it. Around the application's client they work too; then
 * they also see the request that is sent once more.
 *
 * ```ts
 * import { Routee } from "@mintmark/routee"
 * import * as Effect from "effect/Effect"
 * import * as FetchHttpClient from "effect/http/FetchHttpClient"
 * import * as HttpClient from "effect/http/HttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const balance = Effect.gen(function*() {
 *   const routee = yield* Routee
 *   const api = routee.http.pipe(HttpClient.filterStatusOk, HttpClient.retryTransient({ times: 3 }))
 *   const response = yield* api.get("/accounts/me/balance")
 *   return yield* response.json
 * })
 *
 * balance.pipe(Effect.provide(Layer.provide(Routee.layerConfig(), FetchHttpClient.layer)), Effect.runPromise)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export interface AuthenticatedHttpClient
  extends HttpClient.HttpClient.With<HttpClientError.HttpClientError | TokenError>
{
  /** @internal */
  readonly [attachment]?: Attachment
}

/**
 * How requests carry the token.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** Origins that may see the token, besides those of the provider, such as `https://proxy.example`. */
  readonly apiOrigins?: ReadonlyArray<string> | undefined
  /**
   * The statuses that mean "get a new token and repeat the request", in the place of the provider's; `[]` for none.
   * From 400 to 499.
   */
  readonly renewOn?: ReadonlyArray<number> | undefined
}

/**
 * Wraps the application's client: answers a function that makes the client of a source. That function is cheap, so
 * that each account of many can have its client when it needs one.
 *
 * Fails with `InvalidOption` where an option can't be used.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  http: HttpClient.HttpClient,
  provider: Resolved,
  { apiOrigins = [], renewOn = provider.renewOn }: Options = {}
): Result.Result<
  (source: TokenSource, doubts?: () => Doubts.Holder) => AuthenticatedHttpClient,
  TokenError
> => {
  const others = [...provider.apiOrigins, ...apiOrigins]
  const areRefusals = renewOn.every((status) => status >= 400 && status <= 499)
  const checked = check(provider, [
    ...ApiOrigins.problems(others, provider.insecure),
    ["renewOn", areRefusals ? undefined : "must hold statuses from 400 to 499"]
  ])
  return Result.map(checked, () => {
    const attached = {
      provider: provider.id,
      authorization: bearer,
      origins: ApiOrigins.make(provider.apiUrl, others),
      renewOn: new Set(renewOn),
      doubtOn: new Set(provider.doubtOn)
    }
    return (source, doubts) => {
      const own: Doubts.Holder = {}
      const attachedTo = { ...attached, source, doubts: doubts ?? (() => own) }
      return Object.assign(carry(http, attachedTo), { [attachment]: attachedTo })
    }
  })
}

/**
 * The client as an `HttpClient` like any other, for code that asks for one, such as a generated API client. An
 * application may provide it as its own `HttpClient`: token requests don't go through it.
 *
 * A `TokenError` becomes an `HttpClientError`, and is its `cause`. Its reason is `TransportError` where the same call may
 * succeed later, which `retryTransient` and a circuit breaker take for a transient failure. Otherwise it is
 * `InvalidUrlError` for a URL that may not get the token, and `EncodeError` for the rest, which they don't.
 *
 * @since 0.1.0
 * @category combinators
 */
export const toHttpClient = (self: AuthenticatedHttpClient): HttpClient.HttpClient =>
  HttpClient.makeWith<HttpClientError.HttpClientError, never, HttpClientError.HttpClientError, never>(
    Effect.flatMap((request) =>
      Effect.catchTag(
        self.execute(request),
        "TokenError",
        (error) => Effect.fail(new HttpClientError.HttpClientError({ reason: reasonOf(error, request) }))
      )
    ),
    Effect.succeed
  )

const reasonOf = (
  cause: TokenError,
  request: HttpClientRequest.HttpClientRequest
): HttpClientError.HttpClientErrorReason => {
  const details = { request, cause, description: cause.message }
  if (cause.isRetryable) return new HttpClientError.TransportError(details)
  return cause.reason._tag === "Unsafe" && cause.reason.kind === "origin"
    ? new HttpClientError.InvalidUrlError(details)
    : new HttpClientError.EncodeError(details)
}

type Response = HttpClientResponse.HttpClientResponse

const carry = <E, R>(http: HttpClient.HttpClient.With<E, R>, attached: Attachment): HttpClient.HttpClient.With<
  E | TokenError,
  R
> => {
  const { authorization, origins, renewOn, source } = attached

  const exchange = (
    request: HttpClientRequest.HttpClientRequest,
    get: TokenSource["get"],
    isRepeated: boolean
  ): Effect.Effect<Response, E | TokenError, R> => {
    let token: AccessToken.AccessToken | undefined
    let value: string | undefined
    let attachedTo = request

    // The token is attached last, when the application's client has made its own changes to the request: the URL that
    // is looked at is the one that is used, and a retry in there attaches the token of that moment.
    const attach = (
      prepared: HttpClientRequest.HttpClientRequest
    ): Effect.Effect<HttpClientRequest.HttpClientRequest, TokenError> => {
      const located = at(prepared, origins.locate(prepared.url))
      // One that `conceal` has hidden would not be sent.
      if (Object.keys(prepared.headers).includes(authorization.header)) return Effect.succeed(located)
      const refusal = refusalOf(attached, located.url)
      if (refusal !== undefined) return Effect.fail(refusal)
      return Effect.map(get, (current) => {
        token = current
        value = valueOf(authorization, current)
        return attachedTo = HttpClientRequest.setHeader(located, authorization.header, value)
      })
    }

    // `answer` is what a response becomes in the end: itself, or the error that the application's client made of it.
    const settle = (
      sent: HttpClientRequest.HttpClientRequest,
      response: Response,
      answer: (response: Response) => Effect.Effect<Response, E | TokenError, R>
    ): Effect.Effect<Response, E | TokenError, R> => {
      // A redirect that leads elsewhere drops the token.
      if (!conceal(authorization, value, sent, response) || token === undefined || hasLeft(sent.url, response.url)) {
        return answer(response)
      }
      const { method, url } = sent
      if (!renewOn.has(response.status)) permitted(attached, { method, url })
      else if (!isRepeated) {
        return renew(attached, {
          token,
          request: { method, url },
          status: response.status,
          isRepeatable: isRepeatableBody(request.body) &&
            (isSafe(attachedTo.method) || !isAnother(sent, attachedTo) && !wasRedirected(response)),
          answer: answer(response),
          held: Effect.map(hold(response), answer),
          repeat: (another) => exchange(request, Effect.succeed(another), true)
        })
      }
      return answer(response)
    }

    return Effect.matchCauseEffect(HttpClient.mapRequestEffect(http, attach).execute(request), {
      onSuccess: (response) => settle(response.request, response, Effect.succeed),
      onFailure: (cause) => {
        const error = Option.getOrUndefined(Cause.findErrorOption(cause))
        if (!HttpClientError.isHttpClientError(error)) return Effect.failCause(cause)
        const { reason } = error
        // What `filterStatusOk` and its like make of a response.
        if (reason._tag === "StatusCodeError") {
          return settle(reason.request, reason.response, (response) => {
            Reflect.defineProperty(reason, "response", { value: response })
            return Effect.failCause(cause)
          })
        }
        conceal(authorization, value, error.request, error.response)
        return Effect.failCause(cause)
      }
    })
  }

  return HttpClient.makeWith<E | TokenError, R, E | TokenError, R>(
    Effect.flatMap((request) => withRedacted(authorization.header, exchange(request, source.get, false))),
    Effect.succeed
  )
}

const isRepeatableBody = (body: HttpBody.HttpBody): boolean =>
  body._tag === "Raw" ? isRepeatable(body.body) : body._tag !== "Stream"

const at = (request: HttpClientRequest.HttpClientRequest, url: string) =>
  url === request.url ? request : HttpClientRequest.setUrl(request, url)

// `HttpClient.followRedirects` sends another request; other clients follow redirects below it, and note that.
const isAnother = (sent: HttpClientRequest.HttpClientRequest, attachedTo: HttpClientRequest.HttpClientRequest) =>
  sent.method !== attachedTo.method || sent.url !== attachedTo.url

// An application's own list of names takes the place of the default one, and may have left this name out.
const withRedacted = <A, E, R>(header: string, self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.withFiber((fiber) => {
    const names = fiber.getRef(Headers.CurrentRedactedNames)
    return Headers.isRedactedName(header, names)
      ? self
      : Effect.provideService(self, Headers.CurrentRedactedNames, [...names, header])
  })
