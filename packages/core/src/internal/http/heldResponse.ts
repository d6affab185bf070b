import * as Effect from "effect/Effect"
import { constUndefined } from "effect/Function"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Stream from "effect/Stream"
import { within } from "../engine/Deadline.ts"

/** The most that is read of a body: 1 MiB. */
export const limit = 1_048_576

/** How long the body of a refusal is read, in milliseconds. */
export const patience = 1_000

/**
 * The response with its body read to the end, so that its connection is free. The connection of a body that is larger
 * than 1 MiB, takes longer than a second, or breaks off is closed: what is left of that response are its status and
 * headers.
 */
export const hold = (
  response: HttpClientResponse.HttpClientResponse
): Effect.Effect<HttpClientResponse.HttpClientResponse> =>
  Effect.map(readToTheEnd(response.stream), (body) => body === undefined ? response : withBody(response, body))

/** The bytes of a body, or `undefined` where it is too large, takes too long or can't be read. */
export const readToTheEnd = <E>(body: Stream.Stream<Uint8Array, E>): Effect.Effect<ArrayBuffer | undefined> =>
  within(Effect.orElseSucceed(read(body), constUndefined), patience, () => Effect.undefined)

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
