/**
 * An `HttpClient` that carries the token, and carries it nowhere else.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as Effect from "effect/Effect"
import type { TokenError } from "./TokenError.ts"

/**
 * An HTTP client that puts the token on each request. What it adds to the application's client is one error.
 *
 * - A path alone (`/accounts/me`) goes to the provider's API. A URL elsewhere fails with reason `Unsafe`, and nothing
 *   is sent: see the option `apiOrigins`.
 * - A request that has an `authorization` header already is passed on as it is. An empty one counts as none.
 * - Where the API refuses the token, the request is sent once more with another one, if its body can be sent twice: a
 *   stream can't. If there is no other token, the refusal is the response. If getting one fails, the request fails with
 *   that error.
 * - The application's client decides about redirects. `fetch` drops the token where a redirect leaves the origin.
 *   `HttpClient.followRedirects` keeps all headers: its redirect to another origin fails with `Unsafe`, and nothing is
 *   sent there. Put it around this client: below it, this can't be seen to where `HttpClient.withTracerDisabledWhen`
 *   lies still deeper.
 *
 * Put `filterStatusOk`, `retryTransient` and their like around it, too: each retry then carries the token that is valid
 * at that moment.
 *
 * @since 0.1.0
 * @category models
 */
export interface AuthenticatedHttpClient
  extends HttpClient.HttpClient.With<HttpClientError.HttpClientError | TokenError>
{}

/**
 * The client as an `HttpClient` like any other, for code that asks for one, such as a generated API client. An
 * application may provide it as its own `HttpClient`: token requests don't go through it.
 *
 * A `TokenError` becomes a `RequestError`, and is its `cause`. Its reason is `Transport` where the same call may succeed
 * later, which `retryTransient` and a circuit breaker take for a transient failure. Otherwise it is `InvalidUrl` for a URL
 * that may not get the token, and `Encode` for the rest, which they don't.
 *
 * @since 0.1.0
 * @category combinators
 */
export const toHttpClient = (self: AuthenticatedHttpClient): HttpClient.HttpClient =>
  HttpClient.makeWith<HttpClientError.HttpClientError, never, HttpClientError.HttpClientError, never>(
    Effect.flatMap((request) =>
      Effect.catchTag(self.execute(request), "TokenError", (cause) =>
        Effect.fail(
          new HttpClientError.RequestError({ request, reason: reasonOf(cause), cause, description: cause.message })
        ))
    ),
    Effect.succeed
  )

const reasonOf = ({ isRetryable, reason }: TokenError): HttpClientError.RequestError["reason"] =>
  isRetryable ? "Transport" : reason._tag === "Unsafe" && reason.kind === "origin" ? "InvalidUrl" : "Encode"
