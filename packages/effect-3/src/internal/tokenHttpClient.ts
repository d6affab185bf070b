import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { SentAgain } from "@mintmark/core/internal/http/sendOnce"
import * as Effect4 from "effect-4/Effect"
import type * as HttpBody4 from "effect-4/http/HttpBody"
import * as HttpClient4 from "effect-4/http/HttpClient"
import * as HttpClientError4 from "effect-4/http/HttpClientError"
import type * as HttpClientRequest4 from "effect-4/http/HttpClientRequest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import type { ToEngine } from "./bridge.ts"
import { toResponse4 } from "./response.ts"
import { once } from "./sending.ts"

/** The application's HTTP client, as the engine sends token requests through it. */
export const tokenHttpClient = (
  http: HttpClient.HttpClient,
  context: Context.Context<never>,
  toEngine: ToEngine
): HttpClient4.HttpClient => {
  const ownInit = Context.getOrElse(context, FetchHttpClient.RequestInit, () => ({}))
  return HttpClient4.make((request, url) => {
    const own = toRequest(request, url)
    return (holdsRefreshToken(request.body) ? once(http) : http).execute(own).pipe(
      Effect.catchTag("ResponseError", answered),
      // `fetch` left to itself repeats the body, secret included, on 307 and 308.
      Effect.provideService(FetchHttpClient.RequestInit, { ...ownInit, redirect: "manual" }),
      // No span shows the request, and so no trace goes along. What `followRedirects` would repeat elsewhere stops here.
      Effect.locally(HttpClient.currentTracerDisabledWhen, ({ method, url }) => {
        if (method === own.method && url === own.url) return true
        throw new SentAgain({ status: 302, retryAfter: undefined, error: undefined })
      }),
      Effect.locally(FiberRef.currentTracerEnabled, true),
      toEngine,
      Effect4.mapBoth({
        onSuccess: toResponse4(request, toEngine),
        onFailure: ({ cause }) =>
          new HttpClientError4.HttpClientError({ reason: new HttpClientError4.TransportError({ request, cause }) })
      })
    )
  })
}

/** Whether the request holds a refresh token, which may work once. */
const holdsRefreshToken = (body: HttpBody4.HttpBody): boolean =>
  body._tag === "Uint8Array" && new URLSearchParams(utf8.decode(body.body)).get("grant_type") === "refresh_token"

const utf8 = new TextDecoder()

// Where the application's client takes a status for an error, the reply still says what it means.
const answered = (
  error: HttpClientError.ResponseError
): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.ResponseError> =>
  error.reason === "StatusCode" ? Effect.succeed(error.response) : Effect.fail(error)

const toRequest = (
  { body, headers }: HttpClientRequest4.HttpClientRequest,
  url: URL
): HttpClientRequest.HttpClientRequest => HttpClientRequest.post(url.href, { headers, body: toBody(body) })

const toBody = (body: HttpBody4.HttpBody): HttpBody.HttpBody =>
  body._tag === "Uint8Array" ? HttpBody.uint8Array(body.body, body.contentType) : HttpBody.empty
