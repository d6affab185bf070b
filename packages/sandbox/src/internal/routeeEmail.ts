import { randomUUID } from "node:crypto"
import { authenticate, identifyClient, issueTo, raw, refusalOf } from "./clientCredentials.ts"
import * as Realm from "./realm.ts"
import type { Received } from "./received.ts"
import { remaining } from "./tokens.ts"
import type { World } from "./world.ts"

const provider = "routee-email"

// Its two public pages contradict each other on the placement.
const accepted = { basic: raw, body: true }

const answer = (world: World) => (request: Received): Realm.Reply => {
  const refusal = Realm.unfit(request)
  if (refusal !== undefined) return refusal
  const account = authenticate(world, provider, request, accepted)
  if (account === undefined) {
    const reason = refusalOf(world, provider, request, accepted)
    return Realm.oauthError(reason, 401, "invalid_client", "Client authentication failed")
  }
  const otherGrant = Realm.otherGrant(request, { missing: "Missing grant type", unsupported: "Unsupported grant type" })
  if (otherGrant !== undefined) return otherGrant
  const token = issueTo(world, {
    value: randomUUID(),
    provider,
    account,
    scopes: account.scopes ?? [],
    now: request.now
  })
  return Realm.granted({
    access_token: token.value,
    token_type: "bearer",
    expires_in: remaining(token, request.now)
  }, token)
}

/** Routee's separate server for Email v1, and some of its API. */
export const makeRouteeEmail = (world: World): Realm.Realm => ({
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
        failure: Realm.oauthFailure
      },
      ...Realm.protectedBy({
        world,
        providers: [provider],
        unauthorized: (reason) =>
          Realm.oauthError(reason, world.behavior()["routee-email"].expiredTokenStatus, "invalid_token"),
        forbidden: (reason) => Realm.oauthError(reason, 403, "insufficient_scope"),
        failure: Realm.oauthFailure
      }, [
        { method: "GET", path: "/accounts/me" },
        { method: "POST", path: "/transactional-email", body: { trackingId: "sandbox-email", status: "Queued" } }
      ])
    ]
  }]
})
