import { randomUUID } from "node:crypto"
import type { UserAccount } from "../Account.ts"
import * as Realm from "./realm.ts"
import { type Received, scopeNames } from "./received.ts"
import { refusalOfRefreshToken, spend } from "./refreshing.ts"
import { isUsable, remaining } from "./tokens.ts"
import type { World } from "./world.ts"

const provider = "voipex"

/** How close two refused passwords must be to lock an account, and for how long it stays locked. */
const lockout = { within: 1_000, lasts: 60_000 }

interface Failures {
  readonly last: number
  readonly lockedUntil: number
}

const makeLockout = (world: World) => {
  const failures = new Map<string, Failures>()
  return {
    isLocked: (username: string, now: number): boolean =>
      world.behavior().voipex.lockout && now < (failures.get(username)?.lockedUntil ?? 0),
    refused: (username: string, now: number): void => {
      const before = failures.get(username)
      const quick = before !== undefined && now - before.last <= lockout.within
      failures.set(username, { last: now, lockedUntil: quick ? now + lockout.lasts : before?.lockedUntil ?? 0 })
    }
  }
}

const isPublicClient = (request: Received): boolean =>
  request.placement === "none" && request.form.get("client_id") === "api"

/** Tokens of a session, in the order of fields that Keycloak has. */
const grantedIn = (
  world: World,
  account: UserAccount,
  session: string,
  scopes: ReadonlyArray<string>,
  now: number
): Realm.Reply => {
  const behavior = world.behavior().voipex
  const common = { provider, account: account.username, scopes, now } as const
  const claims = { sub: account.username, sid: session, scope: scopes.join(" "), iat: Math.floor(now / 1000) }
  const token = world.tokens.issue({
    ...common,
    value: world.jwt({ ...claims, typ: "Bearer", jti: randomUUID() }),
    lifetime: world.lifetime(provider, account.username)
  }, session)
  const refresh = world.tokens.issueRefresh({
    ...common,
    value: world.jwt({ ...claims, typ: "Refresh", jti: randomUUID() }),
    lifetime: account.refreshLifetime ?? behavior.refreshLifetime
  }, session)
  return Realm.granted(
    {
      access_token: token.value,
      expires_in: remaining(token, now),
      refresh_expires_in: remaining(refresh, now) ?? 0,
      refresh_token: refresh.value,
      token_type: "Bearer",
      id_token: scopes.includes("openid") ? world.jwt({ ...claims, typ: "ID", email: account.username }) : undefined,
      "not-before-policy": behavior.notBefore,
      session_state: session,
      scope: scopes.join(" ")
    },
    token,
    refresh
  )
}

const makeTokenEndpoint = (world: World) => {
  const { isLocked, refused } = makeLockout(world)

  const password = (request: Received): Realm.Reply => {
    const behavior = world.behavior().voipex
    const username = request.form.get("username")
    if (username === null) {
      return Realm.oauthError("The body has no username.", 400, "invalid_request", "Missing parameter: username")
    }
    const account = world.user(username)
    const refusal = (reason: string) =>
      Realm.oauthError(reason, behavior.refusedPasswordStatus, "invalid_grant", "Invalid user credentials")
    if (isLocked(username, request.now)) {
      return refusal("The account is locked for a minute: two wrong passwords came within a second.")
    }
    const given = request.form.get("password")
    if (account === undefined) return refusal(unknownUser(world, username))
    if (account.password !== given) {
      refused(username, request.now)
      return refusal(wrongPassword(account.password, given))
    }
    if (account.setUp === false) {
      const reason = "The password is right, and the account isn't set up yet (its setUp is false)."
      return Realm.oauthError(reason, 400, "invalid_grant", "Account is not fully set up")
    }
    const asked = scopeNames(request.form.get("scope"))
    const scopes = [...new Set([...(asked.includes("openid") ? ["openid"] : []), "profile", "email"])]
    return grantedIn(world, account, randomUUID(), scopes, request.now)
  }

  const refresh = (request: Received): Realm.Reply => {
    const behavior = world.behavior().voipex
    const value = request.form.get("refresh_token")
    if (value === null || value === "") {
      return Realm.oauthError("The body has no refresh_token.", 400, "invalid_request", "No refresh token")
    }
    const known = world.tokens.findRefresh(value)
    if (known?.provider !== provider) {
      const reason = "The sandbox has not issued this refresh token: it may be from before a restart."
      return Realm.oauthError(reason, 400, "invalid_grant", "Invalid refresh token")
    }
    const reason = refusalOfRefreshToken(known, request.now)
    const token = spend(world, value, request.now, behavior.rotation)
    const account = world.user(known.account)
    if (token === undefined || account === undefined) {
      return Realm.oauthError(reason, 400, "invalid_grant", "Token is not active")
    }
    if (token.issuedAt < behavior.notBefore * 1000) {
      return Realm.oauthError(tooOld(behavior.notBefore, "refresh"), 400, "invalid_grant", "Stale token")
    }
    return grantedIn(world, account, token.session, token.scopes, request.now)
  }

  return (request: Received): Realm.Reply => {
    const refusal = Realm.unfit(request)
    if (refusal !== undefined) return refusal
    if (!isPublicClient(request)) {
      return Realm.oauthError(
        "Voipex has one public client: client_id=api in the body, without a secret.",
        401,
        "invalid_client",
        "Invalid client or Invalid client credentials"
      )
    }
    const grant = request.form.get("grant_type")
    const grantRefusal = Realm.wrongGrant(grant, "password and refresh_token")
    switch (grant) {
      case null:
        return Realm.oauthError(grantRefusal, 400, "invalid_request", "Missing form parameter: grant_type")
      case "password":
        return password(request)
      case "refresh_token":
        return refresh(request)
      case "client_credentials":
        return Realm.oauthError(
          grantRefusal,
          400,
          "unauthorized_client",
          "Public client not allowed to retrieve service account"
        )
      default:
        return Realm.oauthError(grantRefusal, 400, "unsupported_grant_type", "Unsupported grant_type")
    }
  }
}

const unknownUser = (world: World, username: string): string =>
  world.user(username.trim()) === undefined
    ? "The sandbox has no account of Voipex with this username."
    : "The username begins or ends with white space."

const wrongPassword = (wanted: string, given: string | null): string => {
  if (given === null || given === "") return "The username is known, and the body has no password."
  return given.trim() === wanted
    ? "The username is known, and the password begins or ends with white space."
    : "The username is known, and the password is wrong."
}

const tooOld = (notBefore: number, kind: string): string =>
  `The ${kind} token is older than not-before-policy (${new Date(notBefore * 1000).toISOString()}).`

const identify = (world: World) => (request: Received): Realm.Identity => {
  const username = request.form.get("username")
  const user = username === null ? undefined : world.user(username)
  const refresh = world.tokens.findRefresh(request.form.get("refresh_token") ?? "")
  const renewing = refresh?.provider === provider ? refresh : undefined
  return {
    provider,
    account: user?.username ?? renewing?.account,
    matched: isPublicClient(request) &&
      (user === undefined
        ? renewing !== undefined && isUsable(renewing, request.now)
        : user.password === request.form.get("password")),
    clientSecret: request.form.get("client_secret") ?? undefined
  }
}

/** Voipex's authorization server, which behaves as Keycloak does, and some of its three APIs. */
export const makeVoipex = (world: World): Realm.Realm => {
  const api = Realm.protectedBy({
    world,
    providers: [provider],
    unauthorized: (reason) => Realm.oauthError(reason, 401, "invalid_token"),
    forbidden: (reason) => Realm.oauthError(reason, 403, "insufficient_scope"),
    failure: Realm.oauthFailure,
    objection: (token) => {
      const { notBefore } = world.behavior().voipex
      return token.issuedAt < notBefore * 1000 ? tooOld(notBefore, "access") : undefined
    }
  }, [
    { method: "GET", path: "/me" },
    { method: "POST", path: "/sms", body: { id: "sandbox-sms", state: "queued" } }
  ])
  return {
    provider,
    hosts: [
      {
        name: "auth.voipex.io",
        endpoints: [{
          kind: "token",
          method: "*",
          path: "/token",
          identify: identify(world),
          answer: makeTokenEndpoint(world),
          failure: Realm.oauthFailure
        }]
      },
      ...["ipbxapi.voipex.io", "sms-api.voipex.io", "restapi.ipex.cz"].map((name) => ({ name, endpoints: api }))
    ]
  }
}
