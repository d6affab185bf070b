import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"

/** What the server does with one request. */
export type Answer = (
  request: HttpClientRequest.HttpClientRequest,
  number: number
) => Effect.Effect<Response, HttpClientError.HttpClientError>

/** A new token, `token-1` at the first request; `fields` are added to the reply, and replace what it has. */
export const token = (fields: Readonly<Record<string, unknown>> = {}): Answer => (_, number) =>
  Effect.sync(() =>
    Response.json({ access_token: `token-${number}`, token_type: "Bearer", expires_in: 3600, ...fields })
  )

export const status = (status: number, headers: Record<string, string> = {}, body: unknown = {}): Answer => () =>
  Effect.sync(() => Response.json(body, { status, headers }))

export const after = (duration: `${number} seconds`, answer: Answer): Answer => (request, number) =>
  Effect.delay(Effect.suspend(() => answer(request, number)), duration)

export const hang: Answer = () => Effect.never

export const broken = (code: string): Answer => (request) =>
  Effect.fail(
    new HttpClientError.HttpClientError({
      reason: new HttpClientError.TransportError({ request, cause: Object.assign(new Error(code), { code }) })
    })
  )

/** A server in memory that answers by the script, and with `otherwise` when the script has ended. */
export const make = (script: ReadonlyArray<Answer>, otherwise: Answer = token()) => {
  const left = [...script]
  const seen = {
    requests: 0,
    inFlight: 0,
    /** The fields of each request's body. */
    bodies: new Array<Record<string, string>>()
  }
  const http = HttpClient.make((request) =>
    Effect.suspend(() => {
      seen.requests++
      seen.inFlight++
      seen.bodies.push(
        Object.fromEntries(
          new URLSearchParams(request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : "")
        )
      )
      return Effect.map(
        (left.shift() ?? otherwise)(request, seen.requests),
        (response) => HttpClientResponse.fromWeb(request, response)
      )
    }).pipe(Effect.ensuring(Effect.sync(() => seen.inFlight--)))
  )
  return { http, seen }
}
