import { randomBytes, randomUUID } from "node:crypto"
import type { ClientAccount } from "../Account.ts"
import { acceptedOf, authenticate, identifyClient } from "./clientCredentials.ts"
import { granted, malformed, oauthError, oauthFailure, protectedBy, type Realm, refused, type Reply } from "./realm.ts"
import { type Received, scopeNames } from "./received.ts"
import { spend } from "./refreshing.ts"
import { remaining } from "./tokens.ts"
import type { World } from "./world.ts"

const provider = "generic"

const grantedTo = (
  world: World,
  account: ClientAccount,
  scopes: ReadonlyArray<string>,
  now: number,
  session: string | undefined
): Reply => {
  const common = { provider, account: account.clientId, scopes, now } as const
  const token = world.tokens.issue({
    ...common,
    value: randomBytes(24).toString("base64url"),
    lifetime: world.lifetime(provider, account.clientId)
  }, session)
  const refresh = session === undefined ? undefined : world.tokens.issueRefresh({
    ...common,
    value: randomBytes(24).toString("base64url"),
    lifetime: world.behavior().generic.refreshLifetime
  }, session)
  return granted(
    {
      access_token: token.value,
      token_type: "Bearer",
      expires_in: remaining(token, now),
      refresh_token: refresh?.value,
      scope: scopes.length === 0 ? undefined : scopes.join(" ")
    },
    token,
    refresh
  )
}

const makeTokenEndpoint = (world: World) => {
  const password = (request: Received, account: ClientAccount, scopes: ReadonlyArray<string>): Reply => {
    const right = account.username !== undefined && account.username === request.form.get("username") &&
      account.password === request.form.get("password")
    return right
      ? grantedTo(world, account, scopes, request.now, randomUUID())
      : oauthError(400, "invalid_grant", "The username or the password is wrong")
  }

  const refresh = (request: Received, account: ClientAccount): Reply => {
    const value = request.form.get("refresh_token")
    if (value === null) return oauthError(400, "invalid_request", "refresh_token is missing")
    const known = world.tokens.findRefresh(value)
    const token = known?.provider === provider && known.account === account.clientId
      ? spend(world, value, request.now, world.behavior().generic.rotation)
      : undefined
    return token === undefined
      ? oauthError(400, "invalid_grant", "The refresh token is not valid")
      : grantedTo(world, account, token.scopes, request.now, token.session)
  }

  return (request: Received): Reply => {
    if (request.method !== "POST") return oauthError(405, "invalid_request", "Only POST is supported")
    const problem = malformed(request)
    if (problem !== undefined) return oauthError(400, "invalid_request", problem)
    const account = authenticate(world, provider, request, acceptedOf(world.behavior().generic.placement))
    if (account === undefined) {
      return refused(401, { error: "invalid_client" }, { "www-authenticate": "Basic realm=\"generic\"" })
    }
    const allowed = account.scopes ?? []
    const asked = request.form.has("scope") ? scopeNames(request.form.get("scope")) : allowed
    if (!asked.every((scope) => allowed.includes(scope))) return oauthError(400, "invalid_scope")
    switch (request.form.get("grant_type")) {
      case null:
        return oauthError(400, "invalid_request", "grant_type is missing")
      case "client_credentials":
        return grantedTo(world, account, asked, request.now, undefined)
      case "password":
        return password(request, account, asked)
      case "refresh_token":
        return refresh(request, account)
      default:
        return oauthError(400, "unsupported_grant_type")
    }
  }
}

/** An ordinary authorization server that is nobody's, and one protected route. */
export const makeGeneric = (world: World): Realm => ({
  prefix: "/generic",
  provider,
  endpoints: [
    {
      kind: "token",
      method: "*",
      path: "/token",
      identify: (request) => identifyClient(world, provider, request, acceptedOf(world.behavior().generic.placement)),
      answer: makeTokenEndpoint(world),
      failure: oauthFailure
    },
    ...protectedBy({
      world,
      providers: [provider],
      unauthorized: () =>
        refused(401, { error: "invalid_token" }, { "www-authenticate": "Bearer error=\"invalid_token\"" }),
      forbidden: () => oauthError(403, "insufficient_scope"),
      failure: oauthFailure
    }, [
      { method: "GET", path: "/me" }
    ])
  ]
})
