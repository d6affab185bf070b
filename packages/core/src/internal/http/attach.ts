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
  isRepeatable,
  isSafe,
  permitted,
  refusalOf,
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

/** A client with the token. */
export const attach =
  (attached: Attachment) =>
  <E, R>(http: HttpClient.HttpClient.With<E, R>): HttpClient.HttpClient.With<E | TokenError, R> => {
    const { authorization, origins, renewOn, source } = attached

    const exchange = (
      request: HttpClientRequest.HttpClientRequest,
      get: TokenSource["get"],
      isRepeated: boolean
    ): Effect.Effect<Response, E | TokenError, R> => {
      let token: AccessToken.AccessToken | undefined
      let value: string | undefined
      let attachedTo = request

      // The token is attached last, when the application's client has made its own changes to the request: the URL that
      // is looked at is the one that is used, and a retry in there attaches the token of that moment.
      const attach = (
        prepared: HttpClientRequest.HttpClientRequest
      ): Effect.Effect<HttpClientRequest.HttpClientRequest, TokenError> => {
        const located = at(prepared, origins.locate(prepared.url))
        // One that `conceal` has hidden would not be sent.
        if (Object.keys(prepared.headers).includes(authorization.header)) return Effect.succeed(located)
        const refusal = refusalOf(attached, located.url)
        if (refusal !== undefined) return Effect.fail(refusal)
        const carry = (current: AccessToken.AccessToken) => {
          token = current
          value = valueOf(authorization, current)
          const target = current.apiUrl === undefined ? located.url : targetOf(attached, prepared.url, current)
          const refusal = target === located.url ? undefined : refusalOf(attached, target)
          if (refusal !== undefined) return Effect.fail(refusal)
          return Effect.succeed(
            attachedTo = HttpClientRequest.setHeader(at(located, target), authorization.header, value)
          )
        }
        const fresh = get === source.get ? source.peek() : undefined
        return fresh === undefined ? Effect.flatMap(get, carry) : carry(fresh)
      }

      // `answer` is the final result of a response: itself, or the error that the application's client made of it.
      const settle = (
        sent: HttpClientRequest.HttpClientRequest,
        response: Response,
        answer: (response: Response) => Effect.Effect<Response, E | TokenError, R>
      ): Effect.Effect<Response, E | TokenError, R> => {
        // A redirect that leads elsewhere drops the token.
        if (!conceal(authorization, value, sent, response) || token === undefined || hasLeft(sent.url, response.url)) {
          return answer(response)
        }
        if (!renewOn.has(response.status)) permitted(attached, sent)
        else if (!isRepeated) {
          return renew(attached, {
            token,
            request: { method: sent.method, url: sent.url },
            status: response.status,
            isRepeatable: isRepeatableBody(request.body) &&
              (isSafe(attachedTo.method) || !isAnother(sent, attachedTo) && !wasRedirected(response)),
            answer: answer(response),
            held: Effect.map(hold(response), (held) => Effect.suspend(() => answer(held()))),
            repeat: (another) => exchange(request, Effect.succeed(another), true)
          })
        }
        return answer(response)
      }

      return Effect.matchCauseEffect(HttpClient.mapRequestEffect(http, attach).execute(request), {
        onSuccess: (response) => settle(response.request, response, Effect.succeed),
        onFailure: (cause) => {
          const error = Option.getOrUndefined(Cause.findErrorOption(cause))
          if (!HttpClientError.isHttpClientError(error)) return Effect.failCause(cause)
          const { reason } = error
          // What `filterStatusOk` and its like make of a response.
          if (reason._tag === "StatusCodeError") {
            return settle(reason.request, reason.response, (response) => {
              Reflect.defineProperty(reason, "response", { value: response })
              return Effect.failCause(cause)
            })
          }
          conceal(authorization, value, error.request, error.response)
          return Effect.failCause(cause)
        }
      })
    }

    return HttpClient.makeWith<E | TokenError, R, E | TokenError, R>(
      Effect.flatMap((request) => withRedacted(authorization.header, exchange(request, source.get, false))),
      Effect.succeed
    )
  }

const isRepeatableBody = (body: HttpBody.HttpBody): boolean =>
  body._tag === "Raw" ? isRepeatable(body.body) : body._tag !== "Stream"

const at = (request: HttpClientRequest.HttpClientRequest, url: string) =>
  url === request.url ? request : HttpClientRequest.setUrl(request, url)

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
