import * as Effect from "effect/Effect"
import { constUndefined } from "effect/Function"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Stream from "effect/Stream"

/** The most that is read of a body: 1 MiB. */
export const limit = 1_048_576

/**
 * The response with its body read to the end, so that its connection is free. A body that is larger than 1 MiB, or
 * that breaks off, is let go of: what is left of that response are its status and headers.
 */
export const hold = (
  response: HttpClientResponse.HttpClientResponse
): Effect.Effect<HttpClientResponse.HttpClientResponse> =>
  Effect.map(readToTheEnd(response.stream), (body) => body === undefined ? response : withBody(response, body))

/** The bytes of a body, or `undefined` where it is too large or can't be read. */
export const readToTheEnd = <E>(body: Stream.Stream<Uint8Array, E>): Effect.Effect<ArrayBuffer | undefined> =>
  Effect.orElseSucceed(read(body), constUndefined)

/** The bytes of a body, or `undefined` where it is too large. */
export const read = <E>(body: Stream.Stream<Uint8Array, E>): Effect.Effect<ArrayBuffer | undefined, E> =>
  Effect.suspend(() => {
    let size = 0
    return body.pipe(
      Stream.takeUntil((chunk) => (size += chunk.length) > limit),
      Stream.mkArrayBuffer,
      Effect.map((bytes) => size > limit ? undefined : bytes),
      Effect.catchIf(isEmptyBody, () => Effect.succeed(new ArrayBuffer(0)))
    )
  })

const isEmptyBody = (error: unknown): boolean =>
  HttpClientError.isHttpClientError(error) && error.reason._tag === "EmptyBodyError"

const withBody = (
  response: HttpClientResponse.HttpClientResponse,
  body: ArrayBuffer
): HttpClientResponse.HttpClientResponse => {
  const { cookies, headers, remoteAddress, request, status, url } = response
  const held = HttpClientResponse.fromWeb(request, new Response(body, { status, headers }))
  return Object.defineProperties(held, {
    url: { value: url },
    cookies: { value: cookies },
    remoteAddress: { value: remoteAddress }
  })
}
