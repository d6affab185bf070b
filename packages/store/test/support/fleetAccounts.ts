import * as Provider from "@mintmark/core/Provider"
import * as Reply from "@mintmark/core/Reply"
import type * as TokenRequest from "@mintmark/core/TokenRequest"
import { Account } from "@mintmark/sandbox"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { oidcAccount } from "./oidcAccount.ts"

/** The sandbox's providers that a fleet is tried with: one with client credentials, one with refresh tokens. */
export type SandboxProvider = "routera" | "voipex"

/** All that a fleet is tried with. */
export type FleetProvider = SandboxProvider | "oidc-provider"

const providers = {
  routera: {
    id: "routera",
    tokenEndpoint: "https://auth.acme.test/oauth2/token",
    apiUrl: "https://api.acme.test",
    clientAuthentication: "client_secret_post",
    grant: "client_credentials",
    reply: Schema.Struct({})
  },
  voipex: {
    id: "voipex",
    tokenEndpoint: "https://auth.acme.test/token",
    apiUrl: "https://api.acme.test",
    clientAuthentication: "none",
    grant: "password",
    renewsWithRefreshToken: true,
    refreshTokenExpiresIn: "refresh_expires_in",
    reply: Schema.Struct({ session_state: Schema.RedactedFromValue(Schema.String) })
  },
  "oidc-provider": {
    id: "oidc-provider",
    tokenEndpoint: "https://auth.acme.test/token",
    apiUrl: "https://api.acme.test",
    clientAuthentication: "client_secret_basic",
    grant: "password",
    renewsWithRefreshToken: true,
    reply: Reply.Nothing
  }
} satisfies Record<FleetProvider, Provider.Facts<unknown>>

const credentials: Record<FleetProvider, TokenRequest.Credentials> = {
  routera: {
    client: { id: Account.routera.clientId, secret: Redacted.make(Account.routera.clientSecret) },
    grant: { type: "client_credentials" },
    scopes: []
  },
  voipex: {
    client: { id: "api", secret: undefined },
    grant: {
      type: "password",
      username: Account.voipex.username,
      password: Redacted.make(Account.voipex.password)
    },
    scopes: []
  },
  "oidc-provider": {
    client: { id: oidcAccount.clientId, secret: Redacted.make(oidcAccount.clientSecret) },
    grant: {
      type: "password",
      username: oidcAccount.username,
      password: Redacted.make(oidcAccount.password)
    },
    scopes: []
  }
}

/** A provider, and the credentials of the one account that a fleet shares. */
export const fleetAccount = (name: FleetProvider, baseUrl: string) => ({
  provider: Result.getOrThrow(Provider.make<unknown>(providers[name], { baseUrl })),
  credentials: credentials[name]
})
