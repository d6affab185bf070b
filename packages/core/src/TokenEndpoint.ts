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
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import { reasonOf } from "./internal/transport.ts"
import { isSameUrl } from "./internal/url.ts"
import * as TokenError from "./TokenError.ts"
import type { TokenRequest } from "./TokenRequest.ts"
import type { TokenResponse } from "./TokenResponse.ts"

/**
 * The most that is read of a reply, in bytes after decompression: 1 MiB.
 *
 * @since 0.1.0
 * @category constants
 */
export const bodyLimit = 1_048_576

/**
 * How long one exchange may take, over connecting, headers and body: 30 seconds, unless told otherwise.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultDeadline: Duration.Duration = Duration.seconds(30)

/**
 * Makes the function that sends a token request through `http` and reads the reply to its end.
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
export const make =
  (provider: { readonly id: string }, http: HttpClient.HttpClient) =>
  (request: TokenRequest, deadline: Duration.Duration): Effect.Effect<TokenResponse, TokenError.TokenError> => {
    const errorOf = (reason: TokenError.Reason) => new TokenError.TokenError({ provider: provider.id, reason })
    const fail = (reason: TokenError.Reason) => Effect.fail(errorOf(reason))

    return Effect.gen(function*() {
      const requestedAt = yield* Clock.currentTimeMillis
      const response = yield* Effect.catchReason(
        (request.grant === "refresh_token" ? sendingOnce(http, fail(interrupted)) : http).execute(toHttp(request)),
        "HttpClientError",
        "StatusCodeError",
        // `filterStatusOk` and its like make an error of a reply: taken for a broken connection, a refused password
        // would be sent again.
        ({ response }) => Effect.succeed(response)
      )
      if (!isSameUrl(response.url, request.url)) {
        return yield* fail(redirected)
      }
      const { headers } = response
      return {
        status: response.status,
        retryAfter: headers["retry-after"],
        body: yield* isShort(headers) && !hidesHeaders(response)
          ? Effect.map(response.arrayBuffer, (bytes) => new Uint8Array(bytes))
          : readBody(response.stream),
        requestedAt,
        receivedAt: yield* Clock.currentTimeMillis
      }
    }).pipe(
      Effect.catchTag("HttpClientError", (error) => fail(reasonOf(error))),
      // A client that dies may quote the request that it died of.
      Effect.catchDefect((defect) =>
        defect instanceof TokenError.TokenError ? Effect.fail(defect) : fail(reasonOf(defect))
      ),
      Effect.catchCauseIf(Cause.hasInterruptsOnly, () => fail(interrupted)),
      Effect.updateContext(withNothingOfTheCaller((sent) => {
        if (!isSameUrl(sent.url, request.url)) throw errorOf(redirected)
        return true
      })),
      Effect.timeoutOrElse({
        duration: deadline,
        orElse: () => fail(new TokenError.Unavailable({ kind: "timeout" }))
      })
    )
  }

const interrupted = new TokenError.Unavailable({ kind: "interrupted" })

// The application's client may try again by itself, and would use a refresh token twice whose reply was lost.
const sendingOnce = (
  http: HttpClient.HttpClient,
  again: Effect.Effect<never, TokenError.TokenError>
): HttpClient.HttpClient.With<HttpClientError.HttpClientError | TokenError.TokenError> => {
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

const toHttp = (request: TokenRequest): HttpClientRequest.HttpClientRequest => {
  const post = HttpClientRequest.post(request.url, {
    acceptJson: true,
    body: HttpBody.text(Redacted.value(request.body), "application/x-www-form-urlencoded")
  })
  return request.authorization === undefined
    ? post
    : HttpClientRequest.setHeader(post, "authorization", Redacted.value(request.authorization))
}

// What HTTP itself holds to a length needs no watching: to read a stream costs as much as all the rest of an exchange.
const isShort = (headers: Readonly<Record<string, string | undefined>>): boolean =>
  Number(headers["content-length"]) <= bodyLimit
  && headers["content-encoding"] === undefined
  && headers["transfer-encoding"] === undefined

// A browser hides what a server of another origin doesn't expose, `content-encoding` for one, but not `content-length`.
const hidesHeaders = (response: HttpClientResponse.HttpClientResponse): boolean =>
  Option.exists(HttpClientResponse.toWeb(response), ({ type }) => type === "cors")

/** The whole body, or `undefined` where it is larger than the limit. */
const readBody = Effect.fnUntraced(function*(
  stream: Stream.Stream<Uint8Array, HttpClientError.HttpClientError>
): Effect.fn.Return<Uint8Array | undefined, HttpClientError.HttpClientError> {
  const chunks: Array<Uint8Array> = []
  let size = 0
  yield* Stream.runForEachWhile(stream, (chunk) =>
    Effect.sync(() => {
      size += chunk.length
      return size <= bodyLimit && chunks.push(chunk) > 0
    })).pipe(
      Effect.catchIf((error) => error.reason._tag === "EmptyBodyError", () => Effect.void)
    )
  if (size > bodyLimit) return undefined
  const body = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    body.set(chunk, offset)
    offset += chunk.length
  }
  return body
})
