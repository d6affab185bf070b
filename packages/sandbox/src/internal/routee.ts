import { randomUUID } from "node:crypto"
import { authenticate, identifyClient, raw, refusalOf } from "./clientCredentials.ts"
import * as Realm from "./realm.ts"
import { type Received, scopeNames } from "./received.ts"
import { type AccessToken, isValid, remaining } from "./tokens.ts"
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
const springError = (status: number, message: string, request: Received): Realm.Fields => ({
  timestamp: request.now,
  status,
  error: phrases[status] ?? "None",
  message,
  path: request.below
})

const apiError = (status: number, developerMessage: string): Realm.Fields => ({
  code: `${status}000000`,
  developerMessage
})

/** Hands a live token of the same account and scopes out again, with what is left of it. */
const makeTokenFor = (world: World) => {
  const latest = new Map<string, AccessToken>()
  return (account: string, scopes: ReadonlyArray<string>, now: number): { token: AccessToken; again: boolean } => {
    const key = JSON.stringify([account, scopes.toSorted()])
    const before = latest.get(key)
    if (before !== undefined && isValid(before, now)) return { token: before, again: true }
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
  return (request: Received): Realm.Reply => {
    if (request.method !== "POST") {
      const message = `Request method '${request.method}' not supported`
      return Realm.refused(Realm.notPost(request), 405, springError(405, message, request))
    }
    const problem = Realm.malformed(request)
    if (problem !== undefined) {
      return Realm.oauthError(problem.reason, 400, "invalid_request", problem.description)
    }
    const account = authenticate(world, provider, request, basic)
    if (account === undefined) {
      return Realm.refused(
        refusalOf(world, provider, request, basic),
        401,
        springError(401, "Bad credentials", request)
      )
    }
    const otherGrant = Realm.otherGrant(request, {
      missing: "Missing grant type",
      unsupported: "Unsupported grant type"
    })
    if (otherGrant !== undefined) return otherGrant
    const allowed = account.scopes ?? documentedScopes
    const asked = request.form.has("scope") ? scopeNames(request.form.get("scope")) : allowed
    if (asked.length === 0) {
      return Realm.oauthError(
        "The parameter scope is empty. To get every scope that the application has, leave it out.",
        400,
        "invalid_scope",
        "Empty scope"
      )
    }
    if (!asked.every((scope) => allowed.includes(scope))) {
      return Realm.oauthError(Realm.wrongScope(asked, allowed), 400, "invalid_scope", "Invalid scope")
    }
    const { again, token } = tokenFor(account.clientId, asked, request.now)
    const reply = Realm.granted({
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
export const makeRoutee = (world: World): Realm.Realm => ({
  provider,
  hosts: [
    {
      name: "auth.routee.net",
      endpoints: [{
        kind: "token",
        method: "*",
        path: "/oauth/token",
        identify: (request) => identifyClient(world, provider, request, basic),
        answer: makeTokenEndpoint(world),
        failure: (status, request) => springError(status, phrases[status] ?? "No message available", request)
      }]
    },
    {
      name: "connect.routee.net",
      endpoints: Realm.protectedBy({
        world,
        providers: [provider],
        unauthorized: (reason) => {
          const status = world.behavior().routee.expiredTokenStatus
          return Realm.refused(reason, status, apiError(status, "The access token is missing or no longer valid"))
        },
        forbidden: (reason, scope) =>
          Realm.refused(reason, 403, apiError(403, `The access token lacks the scope ${scope}`)),
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
    }
  ]
})
