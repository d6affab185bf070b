import * as Headers from "@effect/platform/Headers"
import type * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type { AccessToken as AccessToken4 } from "@mintmark/core/AccessToken"
import { valueOf } from "@mintmark/core/Authorization"
import * as Attachment from "@mintmark/core/internal/http/attachment"
import { read, readToTheEnd } from "@mintmark/core/internal/http/heldResponse"
import * as Effect4 from "effect-4/Effect"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as Option from "effect/Option"
import type { AuthenticatedHttpClient } from "../AuthenticatedHttpClient.ts"
import type { TokenError } from "../TokenError.ts"
import type { Bridge } from "./bridge.ts"
import { refusing } from "./refusing.ts"
import { bodyOf, urlOf } from "./response.ts"
import { toTokenError } from "./tokenError.ts"

type Response = HttpClientResponse.HttpClientResponse
type Failure = HttpClientError.HttpClientError | TokenError
type Answer = Effect.Effect<Response, Failure>

/** The application's HTTP client, with the token. What decides about it is the engine's. */
export const carry = (
  http: HttpClient.HttpClient,
  attached: Attachment.Attachment,
  { fromEngine }: Bridge
): AuthenticatedHttpClient => {
  const { authorization, origins, renewOn, source } = attached
  const { header } = authorization
  const current = Effect.suspend(() => {
    const token = source.peek()
    return token === undefined ? Effect.mapError(fromEngine(source.get), toTokenError) : Effect.succeed(token)
  })

  // The token is attached last, when the application's client has made its own changes to the request: the URL that is
  // looked at is the one that is used, and a retry in there attaches the token of that moment.
  const send = (
    request: HttpClientRequest.HttpClientRequest,
    get: Effect.Effect<AccessToken4, TokenError>,
    note: (token: AccessToken4, url: string) => void
  ): Answer => {
    let attachedHeader: string | undefined
    return HttpClient.mapRequestEffect(
      http,
      (prepared): Effect.Effect<HttpClientRequest.HttpClientRequest, TokenError> => {
        const url = origins.locate(prepared.url)
        const located = url === prepared.url ? prepared : HttpClientRequest.setUrl(prepared, url)
        if (Attachment.hasOwn(prepared.headers, header)) return Effect.succeed(located)
        const refusal = Attachment.refusalOf(attached, url)
        if (refusal !== undefined) return Effect.fail(toTokenError(refusal))
        return Effect.flatMap(get, (token) => {
          const target = Attachment.targetOf(attached, prepared.url, token)
          if (typeof target !== "string") return Effect.fail(toTokenError(target))
          note(token, target)
          attachedHeader = valueOf(authorization, token)
          return Effect.succeed(
            HttpClientRequest.setHeader(HttpClientRequest.setUrl(prepared, target), header, attachedHeader)
          )
        })
      }
    ).execute(request).pipe(
      // A client that follows redirects keeps all headers.
      refusing((sent) => {
        const isOurs = attachedHeader !== undefined && sent.headers[header] === attachedHeader
        const refusal = isOurs ? Attachment.refusalOf(attached, sent.url) : undefined
        return refusal === undefined ? undefined : toTokenError(refusal)
      }),
      Effect.mapBoth({
        onSuccess: (response) => {
          Attachment.conceal(header, attachedHeader, response.request, response)
          return response
        },
        onFailure: (error) => {
          if (error._tag === "RequestError") Attachment.conceal(header, attachedHeader, error.request)
          if (error._tag === "ResponseError") {
            Attachment.conceal(header, attachedHeader, error.request, error.response)
          }
          return error
        }
      })
    )
  }

  const exchange = (request: HttpClientRequest.HttpClientRequest): Answer => {
    let sent: { readonly token: AccessToken4; readonly url: string } | undefined
    const note = (token: AccessToken4, url: string) => {
      sent = { token, url }
    }
    // `answer` is the final result of a response: itself, or the error that the application's client made of it.
    const settle = (response: Response, answer: (response: Response) => Answer): Answer => {
      if (sent === undefined || Attachment.hasLeft(sent.url, urlOf(response))) return answer(response)
      const exchanged = { method: response.request.method, url: sent.url }
      if (!renewOn.has(response.status)) {
        Attachment.permitted(attached, exchanged)
        return answer(response)
      }
      const refused = Attachment.renew(attached, {
        token: sent.token,
        request: exchanged,
        status: response.status,
        isRepeatable: isRepeatableBody(request.body)
          && (Attachment.isSafe(request.method) ||
            !isAnother(request, sent.url, response) && !Attachment.wasRedirected(response)),
        answer: Effect4.succeed(answer(response)),
        held: Effect4.map(hold(response), Effect4.map(answer)),
        repeat: (another) => Effect4.succeed(send(request, Effect.succeed(another), note))
      })
      return Effect.flatten(Effect.mapError(fromEngine(refused), toTokenError))
    }
    return Effect.matchCauseEffect(send(request, current, note), {
      onSuccess: (response) => settle(response, Effect.succeed),
      onFailure: (cause) => {
        const error = statusErrorIn(cause)
        return error === undefined
          ? Effect.failCause(cause)
          : settle(error.response, (response) => Effect.fail(withResponse(error, response)))
      }
    })
  }

  return HttpClient.makeWith<Failure, never, Failure, never>(
    Effect.flatMap((request) => withRedacted(header, exchange(request))),
    Effect.succeed
  )
}

// `HttpClient.followRedirects` sends another request; other clients follow redirects below it, and note that.
const isAnother = ({ method }: HttpClientRequest.HttpClientRequest, url: string, { request }: Response): boolean =>
  request.method !== method || request.url !== url

const isRepeatableBody = (body: HttpBody.HttpBody): boolean =>
  body._tag === "Raw" ? Attachment.isRepeatable(body.body) : body._tag !== "Stream"

/** The response with its body read to the end, so that its connection is free. */
const hold = (response: Response): Effect4.Effect<Effect4.Effect<Response>> =>
  Effect4.map(
    readToTheEnd(read(bodyOf(response))),
    Effect4.map((bytes) => bytes === undefined ? response : withBody(response, bytes))
  )

const withBody = ({ cookies, headers, remoteAddress, request, status }: Response, body: ArrayBuffer): Response =>
  Object.defineProperties(HttpClientResponse.fromWeb(request, new Response(body, { status, headers })), {
    cookies: { value: cookies },
    remoteAddress: { value: remoteAddress }
  })

/** The error that `filterStatusOk` and its like make of a response. */
const statusErrorIn = (cause: Cause.Cause<Failure>): HttpClientError.ResponseError | undefined => {
  const error = Option.getOrUndefined(Cause.failureOption(cause))
  return error?._tag === "ResponseError" && error.reason === "StatusCode" ? error : undefined
}

const withResponse = (
  { cause, description, reason, request }: HttpClientError.ResponseError,
  response: Response
): HttpClientError.ResponseError =>
  new HttpClientError.ResponseError({ cause, reason, request, response, ...(description && { description }) })

// An application's own list of names takes the place of the default one, and may have left this name out.
const withRedacted = <A, E>(header: string, self: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.flatMap(FiberRef.get(Headers.currentRedactedNames), (names) =>
    names.includes(header)
      ? self
      : Effect.locally(self, Headers.currentRedactedNames, [...names, header]))
