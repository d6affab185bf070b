import { randomUUID } from "node:crypto"
import { authenticate, identifyClient, raw, refusalOf } from "./clientCredentials.ts"
import {
  granted,
  malformed,
  notPost,
  oauthError,
  oauthFailure,
  protectedBy,
  type Realm,
  type Reply,
  wrongGrant
} from "./realm.ts"
import type { Received } from "./received.ts"
import { remaining } from "./tokens.ts"
import type { World } from "./world.ts"

const provider = "routee-email"

// Its two public pages contradict each other on the placement.
const accepted = { basic: raw, body: true }

const answer = (world: World) => (request: Received): Reply => {
  if (request.method !== "POST") return oauthError(notPost(request), 405, "invalid_request", "Only POST is supported")
  const problem = malformed(request)
  if (problem !== undefined) return oauthError(problem.reason, 400, "invalid_request", problem.description)
  const account = authenticate(world, provider, request, accepted)
  if (account === undefined) {
    const reason = refusalOf(world, provider, request, accepted)
    return oauthError(reason, 401, "invalid_client", "Client authentication failed")
  }
  const grant = request.form.get("grant_type")
  const grantRefusal = wrongGrant(grant, "client_credentials")
  if (grant === null || grant === "") return oauthError(grantRefusal, 400, "invalid_request", "Missing grant type")
  if (grant !== "client_credentials") {
    return oauthError(grantRefusal, 400, "unsupported_grant_type", "Unsupported grant type")
  }
  const token = world.tokens.issue({
    value: randomUUID(),
    provider,
    account: account.clientId,
    scopes: account.scopes ?? [],
    now: request.now,
    lifetime: world.lifetime(provider, account.clientId)
  })
  return granted({
    access_token: token.value,
    token_type: "bearer",
    expires_in: remaining(token, request.now)
  }, token)
}

/** Routee's separate server for Email v1, and some of its API. */
export const makeRouteeEmail = (world: World): Realm => ({
  provider,
  hosts: [{
    name: "emailapi.routee.net",
    endpoints: [
      {
        kind: "token",
        method: "*",
        path: "/oauth/access_token",
        identify: (request) => identifyClient(world, provider, request, accepted),
        answer: answer(world),
        failure: oauthFailure
      },
      ...protectedBy({
        world,
        providers: [provider],
        unauthorized: (reason) =>
          oauthError(reason, world.behavior()["routee-email"].expiredTokenStatus, "invalid_token"),
        forbidden: (reason) => oauthError(reason, 403, "insufficient_scope"),
        failure: oauthFailure
      }, [
        { method: "GET", path: "/accounts/me" },
        { method: "POST", path: "/transactional-email", body: { trackingId: "sandbox-email", status: "Queued" } }
      ])
    ]
  }]
})
