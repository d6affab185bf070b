import * as HttpBody from "@effect/platform/HttpBody"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect4 from "effect-4/Effect"
import type * as HttpBody4 from "effect-4/http/HttpBody"
import * as HttpClient4 from "effect-4/http/HttpClient"
import * as HttpClientError4 from "effect-4/http/HttpClientError"
import type * as HttpClientRequest4 from "effect-4/http/HttpClientRequest"
import * as Effect from "effect/Effect"
import { toResponse4 } from "./response.ts"
import { sendOnce } from "./sendOnce.ts"
import type { ToEngine } from "./toEngine.ts"

/** The application's HTTP client, as the engine sends token requests through it. */
export const tokenHttpClient = (http: HttpClient.HttpClient, toEngine: ToEngine): HttpClient4.HttpClient =>
  HttpClient4.make((request, url) =>
    sendOnce(http, toRequest(request, url)).pipe(
      Effect.catchTag("ResponseError", answered),
      toEngine,
      Effect4.mapBoth({
        onSuccess: toResponse4(request, toEngine),
        onFailure: ({ cause }) =>
          new HttpClientError4.HttpClientError({ reason: new HttpClientError4.TransportError({ request, cause }) })
      })
    )
  )

// Where the application's client takes a status for an error, the reply still says what it means.
const answered = (
  error: HttpClientError.ResponseError
): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.ResponseError> =>
  error.reason === "StatusCode" ? Effect.succeed(error.response) : Effect.fail(error)

const toRequest = (
  { body, headers, method }: HttpClientRequest4.HttpClientRequest,
  url: URL
): HttpClientRequest.HttpClientRequest =>
  HttpClientRequest.make(method === "GET" ? "GET" : "POST")(url.href, { headers, body: toBody(body) })

const toBody = (body: HttpBody4.HttpBody): HttpBody.HttpBody =>
  body._tag === "Uint8Array" ? HttpBody.uint8Array(body.body, body.contentType) : HttpBody.empty
