import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import type * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import type * as AccessToken from "../../AccessToken.ts"
import type { AuthenticatedHttpClient } from "../../AuthenticatedHttpClient.ts"
import { valueOf } from "../../Authorization.ts"
import type { TokenError } from "../../TokenError.ts"
import type { TokenSource } from "../../TokenSource.ts"
import type { Resolved } from "../request/resolve.ts"
import * as ApiOrigins from "./apiOrigins.ts"
import {
  type Attachment,
  attachment,
  conceal,
  hasLeft,
  hasOwn,
  isRepeatable,
  isSafe,
  permitted,
  renew,
  targetOf,
  wasRedirected
} from "./attachment.ts"
import type * as Doubts from "./doubts.ts"
import { hold } from "./heldResponse.ts"

/**
 * How the accounts of a provider get their tokens onto requests: a function that makes the attachment of a source. It
 * is cheap, so that each account of many can have one when it needs it.
 */
export const make = (provider: Resolved): (source: TokenSource, doubts: () => Doubts.Holder) => Attachment => {
  const common = {
    provider: provider.id,
    authorization: provider.authorization,
    origins: ApiOrigins.make(provider),
    renewOn: new Set(provider.renewOn),
    doubtOn: new Set(provider.doubtOn)
  }
  return (source, doubts) => ({ ...common, source, doubts })
}

/** The application's client with the token, which knows its attachment. */
export const attachTo = (http: HttpClient.HttpClient, attached: Attachment): AuthenticatedHttpClient =>
  Object.assign(attach(attached)(http), { [attachment]: attached })

type Response = HttpClientResponse.HttpClientResponse

type Attaching = Effect.Effect<HttpClientRequest.HttpClientRequest, TokenError>

/** A client with the token. */
export const attach =
  (attached: Attachment) =>
  <E, R>(http: HttpClient.HttpClient.With<E, R>): HttpClient.HttpClient.With<E | TokenError, R> => {
    const { authorization, origins, renewOn, source } = attached
    const { header } = authorization

    /** Sends a request with the token that is given, or with the current one. */
    const exchange = (
      request: HttpClientRequest.HttpClientRequest,
      given?: AccessToken.AccessToken
    ): Effect.Effect<Response, E | TokenError, R> => {
      let token: AccessToken.AccessToken | undefined
      let value: string | undefined
      let attachedTo = request

      const carry = (
        { body, hash, headers, method, url, urlParams }: HttpClientRequest.HttpClientRequest,
        current: AccessToken.AccessToken
      ): Attaching => {
        const target = targetOf(attached, url, current)
        if (typeof target !== "string") return Effect.fail(target)
        token = current
        value = valueOf(authorization, current)
        const withToken = Headers.set(headers, header, value)
        attachedTo = HttpClientRequest.makeWith(method, target, urlParams, hash, withToken, body)
        return Effect.succeed(attachedTo)
      }

      // The token is attached last, when the application's client has made its own changes to the request: the URL that
      // is looked at is the one that is used, and a retry in there attaches the token of that moment.
      const attach = (prepared: HttpClientRequest.HttpClientRequest): Attaching => {
        if (hasOwn(prepared.headers, header)) {
          return Effect.succeed(HttpClientRequest.setUrl(prepared, origins.locate(prepared.url)))
        }
        const known = given ?? source.peek()
        if (known !== undefined) return carry(prepared, known)
        const target = targetOf(attached, prepared.url)
        return typeof target === "string"
          ? Effect.flatMap(source.get, (token) => carry(prepared, token))
          : Effect.fail(target)
      }

      // `answer` is the final result of a response: itself, or the error that the application's client made of it.
      const settle = (
        response: Response,
        answer: (response: Response) => Effect.Effect<Response, E | TokenError, R>
      ): Effect.Effect<Response, E | TokenError, R> => {
        const { request: sent, status } = response
        if (token === undefined || !conceal(header, value, sent, response)) return answer(response)
        if (!renewOn.has(status)) {
          permitted(attached, sent, response)
          return answer(response)
        }
        // A redirect that leads elsewhere drops the token.
        if (given !== undefined || hasLeft(sent.url, response.url)) return answer(response)
        return renew(attached, {
          token,
          request: { method: sent.method, url: sent.url },
          status,
          isRepeatable: isRepeatableBody(request.body) &&
            (isSafe(attachedTo.method) || !isAnother(sent, attachedTo) && !wasRedirected(response)),
          answer: answer(response),
          held: Effect.map(hold(response), Effect.flatMap(answer)),
          repeat: (another) => exchange(request, another)
        })
      }

      return Effect.matchCauseEffect(HttpClient.mapRequestEffect(http, attach).execute(request), {
        onSuccess: (response) => settle(response, Effect.succeed),
        onFailure: (cause) => {
          const error = Option.getOrUndefined(Cause.findErrorOption(cause))
          if (!HttpClientError.isHttpClientError(error)) return Effect.failCause(cause)
          const { reason } = error
          conceal(header, value, error.request, error.response)
          // What `filterStatusOk` and its like make of a response.
          if (reason._tag !== "StatusCodeError") return Effect.failCause(cause)
          return settle(reason.response, (response) => {
            Object.assign(reason, { response })
            return Effect.failCause(cause)
          })
        }
      })
    }

    return HttpClient.makeWith<E | TokenError, R, E | TokenError, R>(
      Effect.flatMap((request) => withRedacted(header, exchange(request))),
      Effect.succeed
    )
  }

const isRepeatableBody = (body: HttpBody.HttpBody): boolean =>
  body._tag === "Raw" ? isRepeatable(body.body) : body._tag !== "Stream"

// `HttpClient.followRedirects` sends another request; other clients follow redirects below it, and note that.
const isAnother = (sent: HttpClientRequest.HttpClientRequest, attachedTo: HttpClientRequest.HttpClientRequest) =>
  sent.method !== attachedTo.method || sent.url !== attachedTo.url

// An application's own list of names takes the place of the default one, and may have left this name out.
const withRedacted = <A, E, R>(header: string, self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.withFiber((fiber) => {
    const names = fiber.getRef(Headers.CurrentRedactedNames)
    return Headers.isRedactedName(header, names)
      ? self
      : Effect.provideService(self, Headers.CurrentRedactedNames, [...names, header])
  })
