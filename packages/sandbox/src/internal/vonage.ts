import { randomInt } from "node:crypto"
import { authenticate, either, identifyClient, issueTo, raw, refusalOf } from "./clientCredentials.ts"
import * as Realm from "./realm.ts"
import { type Received, scopeNames } from "./received.ts"
import { type AccessToken, remaining } from "./tokens.ts"
import type { World } from "./world.ts"

const v0 = "vonage-contact-center-v0"
const current = "vonage-contact-center"

const readByV0 = { basic: raw, body: true }
const readByCurrent = { basic: either, body: true }

const documentedScopes = [
  "agents-availability:read",
  "users:read",
  "users:write",
  "interactions:write",
  "interaction-content:read",
  "interaction-content:delete",
  "stats",
  "globalpci",
  "admin:read",
  "admin:write",
  "self:read",
  "self:write"
]

const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"

const opaque = (length: number): string => Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("")

const answerV0 = (world: World) => (request: Received): Realm.Reply => {
  const problem = request.method === "POST" ? Realm.malformed(request)?.reason : Realm.notPost(request)
  if (problem !== undefined) return Realm.oauthError(problem, 400, "invalid_request")
  const grant = request.form.get("grant_type")
  if (grant !== "client_credentials") {
    return Realm.oauthError(Realm.wrongGrant(grant, "client_credentials"), 400, "invalid_request")
  }
  const account = authenticate(world, v0, request, readByV0)
  if (account === undefined) {
    const reason = refusalOf(world, v0, request, readByV0)
    return Realm.oauthError(reason, 401, "invalid_client", "The client secret was incorrect.")
  }
  const token = issueTo(world, { value: opaque(20), provider: v0, account, scopes: [], now: request.now })
  return Realm.granted({
    access_token: token.value,
    token_type: "bearer",
    expires_in: remaining(token, request.now)
  }, token)
}

const failureV0 = (status: number): Realm.Fields =>
  status === 401
    ? { error: "invalid_client", error_description: "The client secret was incorrect." }
    : { error: "invalid_request" }

const answerCurrent = (world: World) => (request: Received): Realm.Reply => {
  if (request.method !== "POST") return Realm.oauthError(Realm.notPost(request), 405, "invalid_request")
  const problem = Realm.malformed(request)
  if (problem !== undefined) return Realm.oauthError(problem.reason, 400, "invalid_request", problem.description)
  const account = authenticate(world, current, request, readByCurrent)
  if (account === undefined) {
    return Realm.oauthError(refusalOf(world, current, request, readByCurrent), 400, "invalid_client")
  }
  const grant = request.form.get("grant_type")
  if (grant !== "client_credentials") {
    return Realm.oauthError(
      Realm.wrongGrant(grant, "client_credentials"),
      400,
      "unsupported_grant_type",
      "Invalid grant_type"
    )
  }
  const scopes = scopeNames(request.form.get("scope"))
  if (scopes.length === 0) {
    const reason = "The body has no scope, and this server requires one."
    return Realm.oauthError(reason, 400, "invalid_scope", "You must specify a scope")
  }
  const allowed = account.scopes ?? documentedScopes
  if (!scopes.every((scope) => allowed.includes(scope))) {
    return Realm.oauthError(Realm.wrongScope(scopes, allowed), 400, "invalid_scope", "Invalid scope")
  }
  const token = issueTo(world, { value: opaque(43), provider: current, account, scopes, now: request.now })
  return Realm.granted({
    token_type: "bearer",
    access_token: token.value,
    expires_in: remaining(token, request.now)
  }, token)
}

const failureCurrent = (status: number): Realm.Fields =>
  status >= 500
    ? { error: "Internal Server Error", error_description: "An internal server error occurred" }
    : { error: status === 400 || status === 401 ? "invalid_client" : "invalid_request" }

const apiMessages: Readonly<Record<number, string>> = {
  401: "Authorization has been denied for this request.",
  403: "The token lacks a scope that this request needs.",
  429: "The limit of requests has been reached."
}

const apiFailure = (status: number): Realm.Fields => ({
  message: apiMessages[status] ?? "An error has occurred."
})

const versioned = /(?:^|,)\s*application\/vnd\.newvoicemedia\.v\d+\+json\s*(?:[;,]|$)/i

const notAcceptable = (request: Received, token: AccessToken): Realm.Reply | undefined => {
  if (token.provider !== current || versioned.test(request.headers["accept"] ?? "")) return undefined
  const message = "Accept must be application/vnd.newvoicemedia.v{n}+json."
  return Realm.refused(`The header ${message}`, 406, { message })
}

const domains = ["cc.vonage.com", "newvoicemedia.com"]

/** The V0 system: its API is at the token endpoint's own host. */
export const makeVonageV0 = (world: World): Realm.Realm => {
  const endpoints: ReadonlyArray<Realm.Endpoint> = [
    {
      kind: "token",
      method: "*",
      path: "/v{version}/oauth2/token",
      identify: (request) => identifyClient(world, v0, request, readByV0),
      answer: answerV0(world),
      failure: failureV0
    },
    ...Realm.protectedBy({
      world,
      providers: [v0],
      unauthorized: (reason) => Realm.refused(reason, 401, apiFailure(401)),
      forbidden: (reason) => Realm.refused(reason, 403, apiFailure(403)),
      failure: apiFailure
    }, [
      { method: "GET", path: "/v{version}/{accountKey}/calls/", body: { items: [] } },
      { method: "POST", path: "/v{version}/{accountKey}/calls/", status: 201, body: { id: "sandbox-call" } }
    ])
  ]
  return { provider: v0, hosts: domains.map((domain) => ({ name: `{region}.${domain}`, endpoints })) }
}

/** The current system: its API has a host of its own. */
export const makeVonage = (world: World): Realm.Realm => {
  const token: Realm.Endpoint = {
    kind: "token",
    method: "*",
    path: "/Auth/connect/token",
    identify: (request) => identifyClient(world, current, request, readByCurrent),
    answer: answerCurrent(world),
    failure: failureCurrent
  }
  const api = Realm.protectedBy({
    world,
    providers: [current],
    unauthorized: (reason) => Realm.refused(reason, 401, apiFailure(401)),
    forbidden: (reason) => Realm.refused(reason, 403, apiFailure(403)),
    failure: apiFailure,
    precondition: notAcceptable
  }, [
    { method: "GET", path: "/useradmin/users", scope: "users:read", body: { items: [] } },
    { method: "POST", path: "/useradmin/users", scope: "users:write", status: 201 },
    { method: "GET", path: "/stats", scope: "stats", body: { agents: 0, calls: 0 } }
  ])
  return {
    provider: current,
    hosts: domains.flatMap((domain) => [
      { name: `{region}.${domain}`, endpoints: [token] },
      { name: `{region}.api.${domain}`, endpoints: api }
    ])
  }
}
