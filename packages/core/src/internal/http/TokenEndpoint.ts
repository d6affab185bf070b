import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Redacted from "effect/Redacted"
import * as TokenError from "../../TokenError.ts"
import { within } from "../engine/Deadline.ts"
import type { TokenResponse } from "../engine/ReplyReader.ts"
import { copyOf, reveal } from "../plain.ts"
import type { TokenRequest } from "../request/TokenRequest.ts"
import { decompress } from "./decompress.ts"
import { readBody } from "./heldResponse.ts"
import { SentAgain } from "./Sending.ts"
import { sendOnce } from "./sendOnce.ts"
import { reasonOf } from "./transport.ts"
import { isSameUrl, originOf } from "./url.ts"

/** How long one token request may take, for connecting, headers and body, in milliseconds: 30 seconds by default. */
export const defaultDeadline = 30_000

/**
 * Makes the function that builds a token request, sends it through `http` and reads the reply to its end, all of it
 * within a deadline, in milliseconds. A grant that produces the reply itself sends nothing.
 *
 * The request is sent once, whatever `http` is set to do: a redirect is not followed, but comes back as the 3xx that it
 * is, and a client that retries gets no second request. The request carries nothing of the caller: no trace headers, and
 * no span of the HTTP client's own.
 *
 * Fails with `Unavailable`, `Unsafe` (a certificate that doesn't fit, an `http` that follows redirects by itself) or
 * `ReplyNotUnderstood` (no HTTP).
 */
export const make = (provider: { readonly id: string }, http: HttpClient.HttpClient) =>
<Request extends Sent>(
  building: Effect.Effect<Request, TokenError.TokenError>,
  deadline: number
): Effect.Effect<readonly [Request, TokenResponse], TokenError.TokenError> => {
  let sent: HttpClientRequest.HttpClientRequest | undefined
  const fail = (reason: TokenError.Reason) => {
    const address = sent && originOf(sent.url)
    return Effect.fail(
      new TokenError.TokenError({
        provider: provider.id,
        reason: reason._tag === "Unavailable" ? new TokenError.Unavailable({ ...reason, address }) : reason
      })
    )
  }

  const send = (made: Sent) =>
    Effect.withFiber<TokenResponse, TokenError.TokenError>((fiber) => {
      const clock = fiber.getRef(Clock.Clock)
      const requestedAt = clock.currentTimeMillisUnsafe()
      const replyOf = (
        status: number,
        body: Uint8Array | undefined,
        { date, "retry-after": retryAfter }: Readonly<Record<string, string | undefined>>
      ): TokenResponse => ({
        status,
        retryAfter,
        date,
        body,
        requestedAt,
        receivedAt: clock.currentTimeMillisUnsafe()
      })
      if (made.produced !== undefined) {
        const reply = JSON.stringify(copyOf(made.produced.reply, reveal))
        return Effect.succeed(replyOf(200, new TextEncoder().encode(reply), {}))
      }
      const request = sent = Redacted.value(made.http)
      const read = (response: HttpClientResponse.HttpClientResponse): Effect.Effect<TokenResponse, Failure> => {
        if (!isSameUrl(response.url, request.url)) return fail(redirected)
        const { headers, status } = response
        return readBody(response).pipe(
          Effect.flatMap((bytes) => decompress(bytes && new Uint8Array(bytes), headers["content-encoding"])),
          Effect.map((body) => replyOf(status, body, headers))
        )
      }
      const exchange = Effect.matchEffect(sendOnce(http, request), {
        onSuccess: read,
        // `filterStatusOk` and similar operators turn a reply into an error: taken for a broken connection, a refused
        // password would be sent again.
        onFailure: (error) =>
          error._tag === "HttpClientError" && error.reason._tag === "StatusCodeError"
            ? read(error.reason.response)
            : Effect.fail(error)
      })
      // A client that throws may quote the request in its error.
      return Effect.catchCause(exchange, (cause) => {
        const error = Cause.squash(cause)
        if (error instanceof TokenError.TokenError) return Effect.fail(error)
        if (!(error instanceof SentAgain)) return fail(reasonOf(error))
        // Of the reply to a request that the application's client has tried to send again, the body is not known.
        return error.status === undefined
          ? fail(reasonOf(error.error))
          : Effect.succeed(replyOf(error.status, undefined, { "retry-after": error.retryAfter }))
      })
    })

  return within(
    Effect.flatMap(building, (request) => Effect.map(send(request), (response) => [request, response] as const)),
    deadline,
    () => fail(new TokenError.Unavailable({ kind: "timeout" }))
  )
}

/** What of a request is sent. */
type Sent = Pick<TokenRequest, "http" | "produced">

type Failure = HttpClientError.HttpClientError | TokenError.TokenError

const redirected = new TokenError.Unsafe({
  kind: "redirect",
  problem: "the HTTP client followed a redirect of the token endpoint"
})
