import { randomUUID } from "node:crypto"
import { authenticate, identifyClient, raw, refusalOf } from "./clientCredentials.ts"
import * as Realm from "./realm.ts"
import { type Received, scopeNames } from "./received.ts"
import { remaining } from "./tokens.ts"
import type { World } from "./world.ts"

const provider = "routera"
const accepted = { basic: raw, body: true }

const answer = (world: World) => (request: Received): Realm.Reply => {
  const refusal = Realm.unfit(request)
  if (refusal !== undefined) return refusal
  const otherGrant = Realm.otherGrant(request, {
    missing: "grant_type is missing",
    unsupported: "grant_type is not valid"
  })
  if (otherGrant !== undefined) return otherGrant
  const account = authenticate(world, provider, request, accepted)
  if (account === undefined) {
    const reason = refusalOf(world, provider, request, accepted)
    return Realm.oauthError(reason, 401, "invalid_client", "client_id or client_secret is not valid")
  }
  const lifetime = world.lifetime(provider, account.clientId)
  const seconds = Math.floor(request.now / 1000)
  const scopes = scopeNames(request.form.get("scope"))
  const token = world.tokens.issue({
    value: world.jwt({
      sub: account.clientId,
      client_id: account.clientId,
      token_use: "access",
      scope: scopes.length === 0 ? undefined : scopes.join(" "),
      iat: seconds,
      exp: lifetime === "unlimited" ? undefined : seconds + lifetime,
      jti: randomUUID()
    }),
    provider,
    account: account.clientId,
    scopes,
    now: request.now,
    lifetime
  })
  return Realm.granted({
    access_token: token.value,
    expires_in: remaining(token, request.now),
    token_type: "Bearer"
  }, token)
}

/** Routera's authorization server, and one protected route at the same host. */
export const makeRoutera = (world: World): Realm.Realm => ({
  provider,
  hosts: [{
    name: "api.routera.io",
    endpoints: [
      {
        kind: "token",
        method: "*",
        path: "/oauth2/token",
        identify: (request) => identifyClient(world, provider, request, accepted),
        answer: answer(world),
        failure: Realm.oauthFailure
      },
      ...Realm.protectedBy({
        world,
        providers: [provider],
        unauthorized: (reason) =>
          Realm.refused(reason, 401, { error: "invalid_token" }, { "www-authenticate": "Bearer" }),
        forbidden: (reason) => Realm.oauthError(reason, 403, "insufficient_scope"),
        failure: Realm.oauthFailure
      }, [
        { method: "GET", path: "/me" }
      ])
    ]
  }]
})
