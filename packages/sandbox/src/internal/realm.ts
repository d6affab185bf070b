import type { AnswerKind } from "../JournalEntry.ts"
import type { EndpointKind, Provider } from "../Provider.ts"
import type { Received } from "./received.ts"
import { duplicateOf } from "./received.ts"
import { titles } from "./titles.ts"
import { type AccessToken, isValid, type RefreshToken } from "./tokens.ts"
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
  /** Why a request was refused, as a sentence for the developer who sent it. */
  readonly reason?: string | undefined
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
  readonly kind: EndpointKind
  readonly method: "*" | "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** Below the host. `{name}` stands for one segment, or for a part of one. */
  readonly path: `/${string}`
  readonly identify: (request: Received) => Identity
  readonly answer: (request: Received) => Reply
  /** The body that this provider gives a failure with this status. */
  readonly failure: (status: number, request: Received) => Fields
}

/** A host of a provider, and what is found there. */
export interface Host {
  /** `{region}` stands for one label. */
  readonly name: string
  readonly endpoints: ReadonlyArray<Endpoint>
}

/** A provider, with its hosts. */
export interface Realm {
  readonly provider: Provider
  readonly hosts: ReadonlyArray<Host>
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

/** A refusal, with the reason for it that the journal shows. */
export const refused = (
  reason: string,
  status: number,
  body: Fields,
  headers: Readonly<Record<string, string>> = {}
): Reply => ({
  status,
  headers: { ...noStore, ...headers },
  body,
  answer: "refused",
  issued: {},
  reason
})

/** A refusal in OAuth's grammar (RFC 6749 section 5.2). */
export const oauthError = (reason: string, status: number, error: string, description?: string): Reply =>
  refused(reason, status, { error, error_description: description })

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

/** Why every provider refuses a token request, or `undefined`. */
export const malformed = (request: Received): { readonly reason: string; readonly description: string } | undefined => {
  if (request.placement === "both") {
    return {
      reason: "The client's credentials are in the Authorization header and in the body: a request has them once.",
      description: "More than one client authentication in the request"
    }
  }
  if (request.isFormCut) {
    return { reason: "The body has more than a thousand parameters.", description: "Too many parameters" }
  }
  const repeated = duplicateOf(request.form)
  if (repeated !== undefined) {
    return {
      reason: `The parameter ${repeated} is in the request twice (RFC 6749 section 3.2 forbids it).`,
      description: "A parameter is repeated"
    }
  }
  return undefined
}

/** The refusal of a request that isn't a POST. */
export const notPost = (request: Received): string => `The token endpoint takes POST, and this is ${request.method}.`

/** The refusal of a request that isn't a POST, or that every provider refuses; `undefined` for any other. */
export const unfit = (request: Received): Reply | undefined => {
  if (request.method !== "POST") return oauthError(notPost(request), 405, "invalid_request", "Only POST is supported")
  const problem = malformed(request)
  return problem && oauthError(problem.reason, 400, "invalid_request", problem.description)
}

/** The refusal of a grant type, or of none. */
export const wrongGrant = (grant: string | null, taken: string): string =>
  grant === null || grant === ""
    ? `The body has no grant_type. This server takes ${taken}; the body is form-encoded.`
    : `The grant type isn't one of this server's: it takes ${taken}.`

/** The refusal of every grant type but the client credentials grant, in a provider's own words. */
export const otherGrant = (
  request: Received,
  { missing, unsupported }: { readonly missing: string; readonly unsupported: string }
): Reply | undefined => {
  const grant = request.form.get("grant_type")
  if (grant === "client_credentials") return undefined
  const reason = wrongGrant(grant, "client_credentials")
  return grant === null || grant === ""
    ? oauthError(reason, 400, "invalid_request", missing)
    : oauthError(reason, 400, "unsupported_grant_type", unsupported)
}

/** The refusal of a scope. */
export const wrongScope = (asked: ReadonlyArray<string>, allowed: ReadonlyArray<string>): string => {
  const extra = asked.filter((scope) => !allowed.includes(scope)).slice(0, 3)
  return `The account may not have the scope ${extra.join(", ")}. It may have: ${allowed.join(" ")}.`
}

/** What tells one API from another. */
export interface Api {
  readonly world: World
  /** The providers whose tokens it takes; the first is whose a request without a token is. */
  readonly providers: readonly [Provider, ...Array<Provider>]
  readonly unauthorized: (reason: string, request: Received) => Reply
  readonly forbidden: (reason: string, scope: string) => Reply
  readonly failure: Endpoint["failure"]
  /** Where the token is, if it isn't the one after `Bearer`, and what that place is called. */
  readonly tokenOf?: ((request: Received) => string | undefined) | undefined
  readonly place?: string | undefined
  /** A reason of the provider's own to refuse a token that hasn't expired. */
  readonly objection?: ((token: AccessToken, request: Received) => string | undefined) | undefined
  /** A refusal of the provider's own that comes after the token was accepted. */
  readonly precondition?: ((request: Received, token: AccessToken) => Reply | undefined) | undefined
}

/** One route of an API. */
export interface Resource {
  readonly method: Exclude<Endpoint["method"], "*">
  readonly path: `/${string}`
  readonly scope?: string | undefined
  readonly body?: Fields | undefined
  readonly status?: number | undefined
}

const spelled = (providers: ReadonlyArray<Provider>): string => providers.map((provider) => titles[provider]).join(", ")

const presentedTo = (api: Api, request: Received): string | undefined =>
  api.tokenOf === undefined ? request.bearer : api.tokenOf(request)

/** Why the API doesn't take the token of a request, or the token. */
const examined = (api: Api, request: Received): AccessToken | string => {
  const { headers, now } = request
  const bearer = presentedTo(api, request)
  if (bearer === undefined && api.place !== undefined) return `The request has no access token in ${api.place}.`
  if (bearer === undefined) {
    return headers["authorization"] === undefined
      ? "The request has no access token: there is no Authorization header."
      : "The Authorization header isn't the word Bearer, a space, and an access token."
  }
  const token = api.world.tokens.find(bearer)
  if (token === undefined) return "The sandbox has not issued this access token: it may be from before a restart."
  if (!api.providers.includes(token.provider)) {
    return `The access token is from ${titles[token.provider]}, and this is an API of ${spelled(api.providers)}.`
  }
  if (token.revoked) return "The access token was revoked."
  if (!isValid(token, now)) {
    return `The access token expired ${Math.max(1, Math.round((now - token.expiresAt) / 1000))} s ago.`
  }
  return api.objection?.(token, request) ?? token
}

/** A route that anyone may read. */
export const open = (
  route: Pick<Endpoint, "kind" | "method" | "path"> & {
    readonly provider: Provider
    readonly status?: number | undefined
    readonly body: (request: Received) => Fields
  }
): Endpoint => ({
  kind: route.kind,
  method: route.method,
  path: route.path,
  identify: () => ({ provider: route.provider, account: undefined, matched: true, clientSecret: undefined }),
  answer: (request) => ({
    status: route.status ?? 200,
    headers: {},
    body: route.body(request),
    answer: "resource",
    issued: {}
  }),
  failure: oauthFailure
})

/** Routes that want a token, and answer with the account and the scopes that it has. */
export const protectedBy = (api: Api, resources: ReadonlyArray<Resource>): ReadonlyArray<Endpoint> =>
  resources.map((resource): Endpoint => ({
    kind: "api",
    method: resource.method,
    path: resource.path,
    identify: (request) => {
      const presented = presentedTo(api, request)
      const token = presented === undefined ? undefined : api.world.tokens.find(presented)
      const own = token !== undefined && api.providers.includes(token.provider) ? token : undefined
      return {
        provider: own?.provider ?? api.providers[0],
        account: own?.account,
        matched: typeof examined(api, request) !== "string",
        clientSecret: undefined
      }
    },
    answer: (request) => {
      const token = examined(api, request)
      if (typeof token === "string") return api.unauthorized(token, request)
      const stopped = api.precondition?.(request, token)
      if (stopped !== undefined) return stopped
      const scope = resource.scope
      if (scope !== undefined && token.scopes.length > 0 && !token.scopes.includes(scope)) {
        return api.forbidden(
          `This route needs the scope ${scope}, and the access token has: ${token.scopes.join(" ")}.`,
          scope
        )
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
