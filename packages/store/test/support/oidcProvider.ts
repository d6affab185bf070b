import * as Effect from "effect/Effect"
import { generateKeyPairSync, randomBytes } from "node:crypto"
import { type Adapter, type AdapterPayload, type KoaContextWithOIDC, Provider } from "oidc-provider"
import { oidcAccount } from "./oidcAccount.ts"
import type { RealServer } from "./RealServer.ts"
import { serve } from "./RealServer.ts"

const { clientId, clientSecret, password, username } = oidcAccount

/** What it noted of refresh tokens, in order. */
export interface OidcLog {
  /** Those that it issued. */
  readonly issued: Array<string>
  /** Those that it took for others. */
  readonly consumed: Array<string>
  /** The grants that it ended, with all their tokens: it does so when a refresh token comes a second time. */
  readonly ended: Array<string>
  /** What it refused, by error code. */
  readonly refused: Array<string>
}

// Nothing is signed in these tests, but it requires a key.
const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" })

/** `oidc-provider`, with a password grant registered beside its own: it has none, OAuth 2.1 dropped it. */
export const oidcProvider = Effect.gen(function*() {
  const stored = new Map<string, AdapterPayload>()
  const grants: Array<string> = []
  const log: OidcLog = { issued: [], consumed: [], ended: [], refused: [] }
  let provider: Provider | undefined

  const origin = yield* serve((origin) => {
    const made = new Provider(origin, {
      adapter: (name): Adapter => adapter(stored, name),
      clients: [{
        client_id: clientId,
        client_secret: clientSecret,
        grant_types: ["client_credentials", "password", "refresh_token"],
        redirect_uris: [],
        response_types: [],
        token_endpoint_auth_method: "client_secret_basic",
        scope: "openid offline_access"
      }],
      cookies: { keys: [randomBytes(16).toString("hex")] },
      features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
      findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
      jwks: { keys: [key] },
      rotateRefreshToken: true,
      ttl: { AccessToken: 3600, ClientCredentials: 3600, RefreshToken: 7200, Grant: 7200 }
    })
    registerPassword(made)
    provider = made
    const note = ({ oidc }: KoaContextWithOIDC) => grants.push(String(oidc.params?.["grant_type"]))
    made.on("grant.success", note)
    made.on("grant.error", note)
    made.on("grant.error", (_, { error }) => log.refused.push(error))
    made.on("grant.revoked", (_, grantId) => log.ended.push(grantId))
    made.on("refresh_token.saved", ({ jti }) => log.issued.push(jti))
    made.on("refresh_token.consumed", ({ jti }) => log.consumed.push(jti))
    return made.callback()
  })

  const real: RealServer & { readonly log: OidcLog } = {
    log,
    tokenEndpoint: `${origin}/token`,
    clientId,
    clientSecret,
    username,
    password,
    grants: () => grants,
    knows: (value) =>
      Effect.promise(async () =>
        await provider?.AccessToken.find(value) !== undefined
        || await provider?.ClientCredentials.find(value) !== undefined
      ),
    revoke: (value) =>
      Effect.promise(async () => {
        const token = await provider?.RefreshToken.find(value)
        await token?.destroy()
      })
  }
  return real
})

const registerPassword = (provider: Provider): void => {
  provider.registerGrantType("password", async (context) => {
    const { client, params } = context.oidc
    if (client === undefined || params?.["username"] !== username || params["password"] !== password) {
      context.status = 400
      context.body = { error: "invalid_grant", error_description: "The username or the password is wrong" }
      return
    }
    const grant = new provider.Grant({ accountId: username, clientId: client.clientId })
    grant.addOIDCScope("openid offline_access")
    const common = {
      accountId: username,
      client,
      grantId: await grant.save(),
      gty: "password",
      scope: "offline_access"
    }
    const token = new provider.AccessToken(common)
    context.body = {
      access_token: await token.save(),
      expires_in: token.expiration,
      refresh_token: await new provider.RefreshToken(common).save(),
      token_type: token.tokenType
    }
  }, ["username", "password"])
}

const adapter = (stored: Map<string, AdapterPayload>, name: string): Adapter => {
  const named = (id: string) => `${name}:${id}`
  const find = async (matches: (payload: AdapterPayload) => boolean) => [...stored.values()].find(matches)
  return {
    upsert: async (id, payload) => {
      stored.set(named(id), payload)
    },
    find: async (id) => stored.get(named(id)),
    findByUid: (uid) => find((payload) => payload.uid === uid),
    findByUserCode: (userCode) => find((payload) => payload.userCode === userCode),
    consume: async (id) => {
      stored.set(named(id), { ...stored.get(named(id)), consumed: Math.floor(Date.now() / 1000) })
    },
    destroy: async (id) => {
      stored.delete(named(id))
    },
    revokeByGrantId: async (grantId) => {
      for (const [id, payload] of stored) if (payload.grantId === grantId) stored.delete(id)
    }
  }
}
