/**
 * An `HttpClient` that carries the token, and carries it nowhere else.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import type { TokenError } from "./TokenError.ts"

/**
 * An HTTP client that puts the token on each request. What it adds to the application's client is one error.
 *
 * - A path alone (`/accounts/me`) goes to the provider's API. A URL elsewhere fails with reason `Unsafe`, and nothing
 *   is sent: see the option `apiOrigins`.
 * - A request that has an `authorization` header already is passed on as it is. An empty one counts as none.
 * - Where the API refuses the token, the request is sent once more with another one, if its body can be sent twice (a
 *   stream can't) and it was not redirected before (GET and HEAD aside). If there is no other token, the refusal is the
 *   response. If getting one fails, the request fails with that error; but where the refusal may mean a missing
 *   right (a 403), the token is still served, and the refusal is the response.
 * - The application's client decides about redirects. `fetch`, undici's redirect interceptor and
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
{}

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
   * The statuses that mean "get a new token and repeat the request", instead of the provider's; `[]` for none.
   * From 400 to 499.
   */
  readonly renewOn?: ReadonlyArray<number> | undefined
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
      Effect.mapError(
        self.execute(request),
        (error) =>
          error._tag === "TokenError"
            ? new HttpClientError.HttpClientError({ reason: reasonOf(error, request) })
            : error
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
