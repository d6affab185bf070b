import { randomBytes, randomUUID } from "node:crypto"
import type { ClientAccount } from "../Account.ts"
import { acceptedOf, authenticate, identifyClient, refusalOf } from "./clientCredentials.ts"
import * as Realm from "./realm.ts"
import { type Received, scopeNames } from "./received.ts"
import { refusalOfRefreshToken, spend } from "./refreshing.ts"
import { type RefreshToken, remaining } from "./tokens.ts"
import type { World } from "./world.ts"

const provider = "generic"

const grantedTo = (
  world: World,
  account: ClientAccount,
  scopes: ReadonlyArray<string>,
  now: number,
  session: string | undefined,
  used?: RefreshToken
): Realm.Reply => {
  const common = { provider, account: account.clientId, scopes, now } as const
  const token = world.tokens.issue({
    ...common,
    now: world.behavior().generic.wholeSeconds ? Math.floor(now / 1000) * 1000 : now,
    value: randomBytes(24).toString("base64url"),
    lifetime: world.lifetime(provider, account.clientId)
  }, session)
  const { refreshLifetime, renewedRefreshToken } = world.behavior().generic
  const issueRefresh = (session: string) =>
    world.tokens.issueRefresh({
      ...common,
      value: randomBytes(24).toString("base64url"),
      lifetime: refreshLifetime
    }, session)
  const refresh = session === undefined || (used !== undefined && renewedRefreshToken === "none")
    ? undefined
    : used !== undefined && renewedRefreshToken === "same"
    ? used
    : issueRefresh(session)
  return Realm.granted(
    {
      access_token: token.value,
      token_type: "Bearer",
      expires_in: remaining(token, token.issuedAt),
      refresh_token: refresh?.value,
      scope: scopes.length === 0 ? undefined : scopes.join(" ")
    },
    token,
    refresh
  )
}

const makeTokenEndpoint = (world: World) => {
  const password = (request: Received, account: ClientAccount, scopes: ReadonlyArray<string>): Realm.Reply => {
    const right = account.username !== undefined && account.username === request.form.get("username") &&
      account.password === request.form.get("password")
    return right
      ? grantedTo(world, account, scopes, request.now, randomUUID())
      : Realm.oauthError(
        account.username === request.form.get("username")
          ? "The username is known, and the password is wrong."
          : "The client has no user with this username.",
        400,
        "invalid_grant",
        "The username or the password is wrong"
      )
  }

  const refresh = (request: Received, account: ClientAccount): Realm.Reply => {
    const value = request.form.get("refresh_token")
    if (value === null) {
      return Realm.oauthError(
        "The body has no refresh_token.",
        400,
        "invalid_request",
        "refresh_token is missing"
      )
    }
    const found = world.tokens.findRefresh(value)
    const known = found?.provider === provider && found.account === account.clientId ? found : undefined
    const reason = known === undefined
      ? "The sandbox has not issued this refresh token to this client: it may be from before a restart."
      : refusalOfRefreshToken(known, request.now)
    const token = known === undefined
      ? undefined
      : spend(world, value, request.now, world.behavior().generic.rotation)
    return token === undefined
      ? Realm.oauthError(reason, 400, "invalid_grant", "The refresh token is not valid")
      : grantedTo(world, account, token.scopes, request.now, token.session, token)
  }

  return (request: Received): Realm.Reply => {
    const refusal = Realm.unfit(request)
    if (refusal !== undefined) return refusal
    const accepted = acceptedOf(world.behavior().generic.placement)
    const account = authenticate(world, provider, request, accepted)
    if (account === undefined) {
      const reason = refusalOf(world, provider, request, accepted)
      return Realm.refused(reason, 401, { error: "invalid_client" }, { "www-authenticate": "Basic realm=\"generic\"" })
    }
    const allowed = account.scopes ?? []
    const asked = request.form.has("scope") ? scopeNames(request.form.get("scope")) : allowed
    if (!asked.every((scope) => allowed.includes(scope))) {
      return Realm.oauthError(Realm.wrongScope(asked, allowed), 400, "invalid_scope")
    }
    const grant = request.form.get("grant_type")
    const grantRefusal = Realm.wrongGrant(grant, "client_credentials, password and refresh_token")
    switch (grant) {
      case null:
        return Realm.oauthError(grantRefusal, 400, "invalid_request", "grant_type is missing")
      case "client_credentials":
        return grantedTo(world, account, asked, request.now, undefined)
      case "password":
        return password(request, account, asked)
      case "refresh_token":
        return refresh(request, account)
      default:
        return Realm.oauthError(grantRefusal, 400, "unsupported_grant_type")
    }
  }
}

/** What the server tells of itself (RFC 8414, OpenID Connect Discovery). */
const describedAt = (world: World, origin: string) => (path: `/${string}`): Realm.Endpoint =>
  Realm.open({
    provider,
    kind: "other",
    method: "GET",
    path,
    body: () => ({
      issuer: `${origin}/generic`,
      token_endpoint: `${origin}/generic/token`,
      token_endpoint_auth_methods_supported: [world.behavior().generic.placement.replace(/_raw$/, "")],
      grant_types_supported: ["client_credentials", "password", "refresh_token"],
      response_types_supported: []
    })
  })

/** An ordinary authorization server that is no real company's, and one protected route. */
export const makeGeneric = (world: World, origin: string): Realm.Realm => ({
  provider,
  hosts: [{
    name: "generic",
    endpoints: [
      describedAt(world, origin)("/.well-known/openid-configuration"),
      {
        kind: "token",
        method: "*",
        path: "/token",
        identify: (request) => identifyClient(world, provider, request, acceptedOf(world.behavior().generic.placement)),
        answer: makeTokenEndpoint(world),
        failure: Realm.oauthFailure
      },
      ...Realm.protectedBy({
        world,
        providers: [provider],
        unauthorized: (reason) =>
          Realm.refused(reason, 401, { error: "invalid_token" }, {
            "www-authenticate": "Bearer error=\"invalid_token\""
          }),
        forbidden: (reason) => Realm.oauthError(reason, 403, "insufficient_scope"),
        failure: Realm.oauthFailure
      }, [
        { method: "GET", path: "/me" }
      ])
    ]
  }, {
    name: ".well-known",
    endpoints: [describedAt(world, origin)("/oauth-authorization-server/generic")]
  }]
})
