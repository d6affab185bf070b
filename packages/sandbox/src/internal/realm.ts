import type { AnswerKind } from "../JournalEntry.ts"
import type { Provider } from "../Provider.ts"
import type { Received } from "./received.ts"
import { hasDuplicates } from "./received.ts"
import { type AccessToken, isAlive, type RefreshToken } from "./tokens.ts"
import type { World } from "./world.ts"

/** A JSON object, in the order in which its fields go over the wire; `undefined` fields don't. */
export type Fields = Readonly<Record<string, unknown>>

/** A provider's own answer. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Fields
  readonly answer: AnswerKind
  readonly issued: { readonly accessToken?: string | undefined; readonly refreshToken?: string | undefined }
}

/** For whom a request speaks, found without changing anything. */
export interface Identity {
  readonly provider: Provider
  /** An account's name, whether or not the request proved to be its own. */
  readonly account: string | undefined
  readonly matched: boolean
  /** The client's secret as the server read it. */
  readonly clientSecret: string | undefined
}

/** One route of a provider. */
export interface Endpoint {
  readonly kind: "token" | "api"
  readonly method: "*" | "GET" | "POST"
  /** Below the provider's prefix. */
  readonly path: `/${string}`
  readonly identify: (request: Received) => Identity
  readonly answer: (request: Received) => Reply
  /** The body that this provider gives a failure with this status. */
  readonly failure: (status: number, request: Received) => Fields
}

/** A provider: a prefix, and what is found below it. */
export interface Realm {
  readonly prefix: `/${string}`
  /** Whose the requests are that match no endpoint. */
  readonly provider: Provider
  readonly endpoints: ReadonlyArray<Endpoint>
}

const noStore = { "cache-control": "no-store", "pragma": "no-cache" }

/** An answer with a new token in it. */
export const granted = (body: Fields, accessToken: AccessToken, refreshToken?: RefreshToken): Reply => ({
  status: 200,
  headers: noStore,
  body,
  answer: "token",
  issued: { accessToken: accessToken.value, refreshToken: refreshToken?.value }
})

/** A refusal. */
export const refused = (status: number, body: Fields, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers: { ...noStore, ...headers },
  body,
  answer: "refused",
  issued: {}
})

/** A refusal in OAuth's grammar (RFC 6749 section 5.2). */
export const oauthError = (status: number, error: string, description?: string): Reply =>
  refused(status, { error, error_description: description })

/** The OAuth code, or the status line's words, that fit a status when nothing more is known. */
export const oauthFailure = (status: number): Fields => {
  switch (status) {
    case 400:
      return { error: "invalid_request" }
    case 401:
      return { error: "invalid_client" }
    case 429:
    case 503:
      return { error: "temporarily_unavailable" }
    default:
      return { error: status < 500 ? "invalid_request" : "server_error" }
  }
}

/** Why no provider would even look at a token request, or `undefined`. */
export const malformed = (request: Received): string | undefined =>
  request.placement === "both" ?
    "More than one client authentication in the request"
    : hasDuplicates(request.form) ?
    "A parameter is repeated"
    : undefined

/** What tells one API from another. */
export interface Api {
  readonly world: World
  /** The providers whose tokens it takes; the first is whose a request without a token is. */
  readonly providers: readonly [Provider, ...Array<Provider>]
  readonly unauthorized: (request: Received) => Reply
  readonly forbidden: (request: Received, scope: string) => Reply
  readonly failure: Endpoint["failure"]
  /** A reason of the provider's own to refuse a token that is alive. */
  readonly isRefused?: ((token: AccessToken, request: Received) => boolean) | undefined
  /** A refusal of the provider's own that comes after the token was accepted. */
  readonly precondition?: ((request: Received, token: AccessToken) => Reply | undefined) | undefined
}

/** One route of an API. */
export interface Resource {
  readonly method: "GET" | "POST"
  readonly path: `/${string}`
  readonly scope?: string | undefined
  readonly body?: Fields | undefined
  readonly status?: number | undefined
}

/** Routes that want a token, and answer with the account and the scopes that it has. */
export const protectedBy = (api: Api, resources: ReadonlyArray<Resource>): ReadonlyArray<Endpoint> => {
  const presented = (request: Received): AccessToken | undefined => {
    const token = request.bearer === undefined ? undefined : api.world.tokens.find(request.bearer)
    return token !== undefined && api.providers.includes(token.provider) ? token : undefined
  }
  const accepted = (request: Received): AccessToken | undefined => {
    const token = presented(request)
    const good = token !== undefined && isAlive(token, request.now) && api.isRefused?.(token, request) !== true
    return good ? token : undefined
  }
  return resources.map((resource): Endpoint => ({
    kind: "api",
    method: resource.method,
    path: resource.path,
    identify: (request) => {
      const token = presented(request)
      return {
        provider: token?.provider ?? api.providers[0],
        account: token?.account,
        matched: accepted(request) !== undefined,
        clientSecret: undefined
      }
    },
    answer: (request) => {
      const token = accepted(request)
      if (token === undefined) return api.unauthorized(request)
      const stopped = api.precondition?.(request, token)
      if (stopped !== undefined) return stopped
      const scope = resource.scope
      if (scope !== undefined && token.scopes.length > 0 && !token.scopes.includes(scope)) {
        return api.forbidden(request, scope)
      }
      return {
        status: resource.status ?? 200,
        headers: {},
        body: {
          ...resource.body,
          provider: token.provider,
          account: token.account,
          scopes: token.scopes,
          token: api.world.fingerprint(token.value)
        },
        answer: "resource",
        issued: {}
      }
    },
    failure: api.failure
  }))
}
