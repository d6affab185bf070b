/**
 * The one exchange with the authorization server: a deadline, a size limit, no redirects.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import type * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"
import * as Redacted from "effect/Redacted"
import * as Tracer from "effect/Tracer"
import { within } from "./internal/engine/Deadline.ts"
import type { TokenResponse } from "./internal/engine/ReplyReader.ts"
import { limit, read as readBody } from "./internal/heldResponse.ts"
import { reasonOf } from "./internal/http/transport.ts"
import type { TokenRequest } from "./internal/request/TokenRequest.ts"
import { isSameUrl } from "./internal/url.ts"
import * as TokenError from "./TokenError.ts"

/**
 * The most that is read of a reply, in bytes after decompression: 1 MiB.
 *
 * @since 0.1.0
 * @category constants
 */
export const bodyLimit = limit

/**
 * How long one exchange may take, over connecting, headers and body: 30 seconds, unless told otherwise.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultDeadline: Duration.Duration = Duration.seconds(30)

/**
 * Makes the function that builds a token request, sends it through `http` and reads the reply to its end, all of it
 * within a deadline. A grant that produces the reply itself sends nothing.
 *
 * A redirect is not followed, but comes back as the 3xx that it is. The request carries nothing of the caller: no
 * trace headers, and no span of the HTTP client's own.
 *
 * Fails with `Unavailable`, `Unsafe` (a certificate that doesn't fit, an `http` that follows redirects by itself) or
 * `ReplyNotUnderstood` (no HTTP).
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (provider: { readonly id: string }, http: HttpClient.HttpClient) =>
(
  building: Effect.Effect<TokenRequest, TokenError.TokenError>,
  deadline: Duration.Duration
): Effect.Effect<readonly [TokenRequest, TokenResponse], TokenError.TokenError> => {
  const errorOf = (reason: TokenError.Reason) => new TokenError.TokenError({ provider: provider.id, reason })
  const fail = (reason: TokenError.Reason) => Effect.fail(errorOf(reason))

  const read = (
    request: TokenRequest,
    response: HttpClientResponse.HttpClientResponse,
    clock: Clock.Clock,
    requestedAt: number
  ): Effect.Effect<TokenResponse, Failure> => {
    if (!isSameUrl(response.url, Redacted.value(request.url))) return fail(redirected)
    const { headers, status } = response
    return Effect.map(
      isShort(headers) && !hidesHeaders(response) ? response.arrayBuffer : readBody(response.stream),
      (bytes): TokenResponse => ({
        status,
        retryAfter: headers["retry-after"],
        date: headers["date"],
        body: bytes && new Uint8Array(bytes),
        requestedAt,
        receivedAt: clock.currentTimeMillisUnsafe()
      })
    )
  }

  const exchange = (request: TokenRequest) =>
    Effect.withFiber<TokenResponse, Failure>((fiber) => {
      const clock = fiber.getRef(Clock.Clock)
      const requestedAt = clock.currentTimeMillisUnsafe()
      const client = request.isRenewal ? sendingOnce(http, fail(interrupted)) : http
      return Effect.matchEffect(client.execute(toHttp(request)), {
        onSuccess: (response) => read(request, response, clock, requestedAt),
        // `filterStatusOk` and its like make an error of a reply: taken for a broken connection, a refused password
        // would be sent again.
        onFailure: (error) =>
          error._tag === "HttpClientError" && error.reason._tag === "StatusCodeError"
            ? read(request, error.reason.response, clock, requestedAt)
            : Effect.fail(error)
      })
    })

  const send = (request: TokenRequest): Effect.Effect<TokenResponse, TokenError.TokenError> => {
    if (request.produced !== undefined) return produced(request.produced.reply)
    const url = Redacted.value(request.url)
    return exchange(request).pipe(
      // A client that dies may quote the request that it died of.
      Effect.catchCause((cause) => {
        const error = Cause.squash(cause)
        return error instanceof TokenError.TokenError ? Effect.fail(error) : fail(reasonOf(error))
      }),
      Effect.updateContext(withNothingOfTheCaller((sent) => {
        if (!isSameUrl(sent.url, url)) throw errorOf(redirected)
        return true
      }))
    )
  }

  return within(
    Effect.flatMap(building, (request) => Effect.map(send(request), (response) => [request, response] as const)),
    Duration.toMillis(deadline),
    () => fail(new TokenError.Unavailable({ kind: "timeout" }))
  )
}

/** The reply that a grant has produced itself, as if a server had sent it now. */
const produced = (reply: unknown): Effect.Effect<TokenResponse> =>
  Effect.map(Clock.currentTimeMillis, (now) => ({
    status: 200,
    retryAfter: undefined,
    date: undefined,
    body: new TextEncoder().encode(JSON.stringify(reply)),
    requestedAt: now,
    receivedAt: now
  }))

type Failure = HttpClientError.HttpClientError | TokenError.TokenError

const interrupted = new TokenError.Unavailable({ kind: "interrupted" })

// The application's client may try again by itself, and would use a refresh token twice whose reply was lost.
const sendingOnce = (
  http: HttpClient.HttpClient,
  again: Effect.Effect<never, TokenError.TokenError>
): HttpClient.HttpClient.With<Failure> => {
  let isSent = false
  return HttpClient.mapRequestEffect(http, (request) => {
    if (isSent) return again
    isSent = true
    return Effect.succeed(request)
  })
}

const redirected = new TokenError.Unsafe({
  kind: "redirect",
  problem: "the HTTP client followed a redirect of the token endpoint"
})

/**
 * What is left to itself repeats the body, secret included, on 307 and 308: `fetch`, undici's redirect interceptor and
 * `HttpClient.followRedirects`. The first two can be told not to. The last one can't, but each request that an
 * `HttpClient` sends is shown to `TracerDisabledWhen` before, which can still stop it.
 */
const withNothingOfTheCaller =
  (isTokenRequest: Predicate.Predicate<HttpClientRequest.HttpClientRequest>) =>
  (context: Context.Context<never>): Context.Context<never> =>
    context.pipe(
      Context.add(FetchHttpClient.RequestInit, {
        ...Context.getOrUndefined(context, FetchHttpClient.RequestInit),
        redirect: "manual"
      }),
      Context.add(UndiciOptions, { ...Context.get(context, UndiciOptions), maxRedirections: 0 }),
      Context.add(HttpClient.TracerPropagationEnabled, false),
      Context.add(Tracer.DisablePropagation, false),
      Context.add(HttpClient.TracerDisabledWhen, isTokenRequest)
    )

// `NodeHttpClient`'s, by its key: core knows nothing of Node.
const UndiciOptions = Context.Reference<object>("@effect/platform-node/NodeHttpClient/UndiciOptions", {
  defaultValue: () => ({})
})

// Credentials that stay the same make the same request: it is built once.
const built = new WeakMap<TokenRequest, HttpClientRequest.HttpClientRequest>()

const toHttp = (request: TokenRequest): HttpClientRequest.HttpClientRequest => {
  const known = built.get(request)
  if (known !== undefined) return known
  const { body, contentType, headers, method, url } = request
  const made = HttpClientRequest.make(method)(Redacted.value(url), {
    headers: {
      accept: "application/json",
      ...Record.map(headers, (value) => Redacted.isRedacted(value) ? Redacted.value(value) : value)
    },
    ...(body === undefined ? {} : { body: HttpBody.text(Redacted.value(body), contentType) })
  })
  built.set(request, made)
  return made
}

// What HTTP itself holds to a length needs no watching: to read a stream costs as much as all the rest of an exchange.
const isShort = (headers: Readonly<Record<string, string | undefined>>): boolean =>
  Number(headers["content-length"]) <= bodyLimit
  && headers["content-encoding"] === undefined
  && headers["transfer-encoding"] === undefined

// A browser hides what a server of another origin doesn't expose, `content-encoding` for one, but not `content-length`.
const hidesHeaders = (response: HttpClientResponse.HttpClientResponse): boolean =>
  Option.exists(HttpClientResponse.toWeb(response), ({ type }) => type === "cors")
