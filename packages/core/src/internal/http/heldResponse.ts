import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { within } from "../engine/Deadline.ts"

/** The most that is read of a body: 1 MiB. */
export const limit = 1_048_576

/** How long the body of a refusal is read, in milliseconds. */
export const patience = 1_000

/**
 * Begins to read the body of a response to its end, so that its connection becomes free. Returns what waits for the end
 * of that, and returns the response that still has its body. The connection of a body that is larger than 1 MiB, takes
 * longer than a second, or breaks off is closed: what is left of that response are its status and headers.
 */
export const hold = (
  response: HttpClientResponse.HttpClientResponse
): Effect.Effect<Effect.Effect<HttpClientResponse.HttpClientResponse>> =>
  Effect.map(
    readToTheEnd(readBody(response)),
    Effect.map((body) => body === undefined ? response : withBody(response, body))
  )

/**
 * Begins to read a body, in a fiber of its own, and returns what waits for its bytes: `undefined` where it is too large,
 * takes too long or can't be read.
 */
export const readToTheEnd = <A, E>(
  body: Effect.Effect<A | undefined, E>
): Effect.Effect<Effect.Effect<A | undefined>> =>
  Effect.withFiber((parent) => {
    const fork = Effect.runForkWith(parent.context)
    const work = fork(body)
    const read = within(Effect.catchCause(Fiber.join(work), () => Effect.undefined), patience, () => {
      work.interruptUnsafe()
      return Effect.undefined
    })
    // Most bodies are there at once: a timer for each would cost more than to read it.
    parent.currentDispatcher.scheduleTask(() => work.pollUnsafe() ?? fork(read), 0)
    return Effect.succeed(read)
  })

/** The bytes of the body of a response, or `undefined` where it is too large. */
export const readBody = (
  response: HttpClientResponse.HttpClientResponse
): Effect.Effect<ArrayBuffer | undefined, HttpClientError.HttpClientError> =>
  isShort(response) ? response.arrayBuffer : read(response.stream)

// What HTTP itself holds to a length needs no watching: to read a stream costs as much as all the rest of an exchange.
const isShort = (response: HttpClientResponse.HttpClientResponse): boolean => {
  const { headers } = response
  return Number(headers["content-length"]) <= limit
    && headers["content-encoding"] === undefined
    && headers["transfer-encoding"] === undefined
    // A browser hides what a server of another origin doesn't expose, `content-encoding` for one, but not that length.
    && !Option.exists(HttpClientResponse.toWeb(response), ({ type }) => type === "cors")
}

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
