import { randomUUID } from "node:crypto"
import { authenticate, identifyClient, raw } from "./clientCredentials.ts"
import { type Fields, granted, malformed, oauthError, protectedBy, type Realm, refused, type Reply } from "./realm.ts"
import { type Received, scopeNames } from "./received.ts"
import { type AccessToken, isAlive, remaining } from "./tokens.ts"
import type { World } from "./world.ts"

const provider = "routee"
const basic = { basic: raw }

const documentedScopes = [
  "contact",
  "account",
  "report",
  "sms",
  "voice",
  "lookup",
  "number_validator",
  "2step",
  "viber",
  "sender_info",
  "virtual_number",
  "number_pool"
]

const phrases: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout"
}

/** Spring's own grammar for a failure; its `error` holds no OAuth code. */
const springError = (status: number, message: string, request: Received): Fields => ({
  timestamp: request.now,
  status,
  error: phrases[status] ?? "None",
  message,
  path: request.path.slice("/routee".length)
})

const apiError = (status: number, developerMessage: string): Fields => ({ code: `${status}000000`, developerMessage })

/** Hands a live token of the same account and scopes out again, with what is left of it. */
const makeTokenFor = (world: World) => {
  const latest = new Map<string, AccessToken>()
  return (account: string, scopes: ReadonlyArray<string>, now: number): { token: AccessToken; again: boolean } => {
    const key = JSON.stringify([account, scopes.toSorted()])
    const before = latest.get(key)
    if (before !== undefined && isAlive(before, now)) return { token: before, again: true }
    const token = world.tokens.issue({
      value: randomUUID(),
      provider,
      account,
      scopes,
      now,
      lifetime: world.lifetime(provider, account)
    })
    latest.set(key, token)
    return { token, again: false }
  }
}

const makeTokenEndpoint = (world: World) => {
  const tokenFor = makeTokenFor(world)
  return (request: Received): Reply => {
    if (request.method !== "POST") {
      return refused(405, springError(405, `Request method '${request.method}' not supported`, request))
    }
    const problem = malformed(request)
    if (problem !== undefined) return oauthError(400, "invalid_request", problem)
    const account = authenticate(world, provider, request, basic)
    if (account === undefined) return refused(401, springError(401, "Bad credentials", request))
    const grant = request.form.get("grant_type")
    if (grant === null || grant === "") return oauthError(400, "invalid_request", "Missing grant type")
    if (grant !== "client_credentials") {
      return oauthError(400, "unsupported_grant_type", "Unsupported grant type")
    }
    const allowed = account.scopes ?? documentedScopes
    const asked = request.form.has("scope") ? scopeNames(request.form.get("scope")) : allowed
    if (asked.length === 0) return oauthError(400, "invalid_scope", "Empty scope")
    if (!asked.every((scope) => allowed.includes(scope))) return oauthError(400, "invalid_scope", "Invalid scope")
    const { again, token } = tokenFor(account.clientId, asked, request.now)
    const reply = granted({
      access_token: token.value,
      token_type: "bearer",
      expires_in: remaining(token, request.now),
      scope: asked.join(" "),
      permissions: asked.map((scope) => `MT_ROLE_${scope.toUpperCase()}`)
    }, token)
    return again ? { ...reply, answer: "same-token" } : reply
  }
}

/** Routee's authorization server, and some of its API. */
export const makeRoutee = (world: World): Realm => ({
  prefix: "/routee",
  provider,
  endpoints: [
    {
      kind: "token",
      method: "*",
      path: "/oauth/token",
      identify: (request) => identifyClient(world, provider, request, basic),
      answer: makeTokenEndpoint(world),
      failure: (status, request) => springError(status, phrases[status] ?? "No message available", request)
    },
    ...protectedBy({
      world,
      providers: [provider],
      unauthorized: () => {
        const status = world.behavior().routee.deadTokenStatus
        return refused(status, apiError(status, "The access token is missing or no longer valid"))
      },
      forbidden: (_request, scope) => refused(403, apiError(403, `The access token lacks the scope ${scope}`)),
      failure: (status) => apiError(status, phrases[status] ?? "No message available")
    }, [
      {
        method: "GET",
        path: "/accounts/me/balance",
        scope: "account",
        body: { balance: 42.5, currency: { code: "EUR", name: "Euro", sign: "€" } }
      },
      { method: "POST", path: "/sms", scope: "sms", body: { trackingId: "sandbox-sms", status: "Queued" } }
    ])
  ]
})
