import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect4 from "effect-4/Effect"
import * as Headers4 from "effect-4/http/Headers"
import * as HttpClientError4 from "effect-4/http/HttpClientError"
import type * as HttpClientRequest4 from "effect-4/http/HttpClientRequest"
import * as HttpClientResponse4 from "effect-4/http/HttpClientResponse"
import * as Stream4 from "effect-4/Stream"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import type { ToEngine } from "./toEngine.ts"

/**
 * Where a response came from. Effect 3's responses don't say where a `fetch` was redirected to, but those of
 * `FetchHttpClient` have a `Response` inside that does.
 */
export const urlOf = (response: HttpClientResponse.HttpClientResponse): string =>
  urlInside(response) ?? response.request.url

const urlInside = (response: unknown): string | undefined => {
  if (Predicate.hasProperty(response, "original")) return urlInside(response.original)
  return Predicate.hasProperty(response, "source")
      && Predicate.hasProperty(response.source, "url")
      && Predicate.isString(response.source.url)
      && response.source.url !== ""
    ? response.source.url
    : undefined
}

/** A response's body, for the engine: whoever stops reading it ends the response. */
export const bodyOf = (
  response: HttpClientResponse.HttpClientResponse
): Stream4.Stream<Uint8Array, unknown> =>
  Stream4.fromReadableStream({
    evaluate: () => Stream.toReadableStream(response.stream),
    onError: (error) => error
  })

/** A response of the application's HTTP client, for the engine. */
export const toResponse4 =
  (request: HttpClientRequest4.HttpClientRequest, toEngine: ToEngine) =>
  (response: HttpClientResponse.HttpClientResponse): HttpClientResponse4.HttpClientResponse => {
    // A `Response` takes not every status that a server can send.
    const made = HttpClientResponse4.fromWeb(request, new Response(null))
    const failed = (error: unknown) => bodyError(request, made, error)
    return Object.defineProperties(made, {
      url: { value: urlOf(response) },
      status: { value: response.status },
      headers: { value: Headers4.fromInput(response.headers) },
      arrayBuffer: { get: () => Effect4.mapError(toEngine(response.arrayBuffer), failed) },
      stream: { get: () => Stream4.mapError(bodyOf(response), failed) }
    })
  }

const bodyError = (
  request: HttpClientRequest4.HttpClientRequest,
  response: HttpClientResponse4.HttpClientResponse,
  error: unknown
): HttpClientError4.HttpClientError => {
  const isOurs = HttpClientError.isHttpClientError(error)
  const cause = isOurs ? error.cause : error
  return new HttpClientError4.HttpClientError({
    reason: isOurs && error.reason === "EmptyBody"
      ? new HttpClientError4.EmptyBodyError({ request, response, cause })
      : new HttpClientError4.DecodeError({ request, response, cause })
  })
}
