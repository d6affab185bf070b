import type { Secret } from "@mintmark/core/Provider"
import type { ProviderClient } from "@mintmark/core/ProviderClient"
import type { TokenError } from "@mintmark/core/TokenError"
import { Routee } from "@mintmark/routee/Routee"
import { RouteeEmail } from "@mintmark/routee/RouteeEmail"
import { Routera } from "@mintmark/routera/Routera"
import type { Account } from "@mintmark/sandbox/Account"
import type { Provider } from "@mintmark/sandbox/Provider"
import { Voipex } from "@mintmark/voipex/Voipex"
import { VonageContactCenter } from "@mintmark/vonage-contact-center/VonageContactCenter"
import { VonageContactCenterV0 } from "@mintmark/vonage-contact-center/VonageContactCenterV0"
import type * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Scope from "effect/Scope"
import { canaries } from "./canaries.ts"

/** A provider as an application meets it, with an account of ours in the sandbox. */
export interface Subject {
  readonly name: Provider
  readonly account: Account
  /** A request that the account may make. */
  readonly path: string
  readonly make: (
    secret: Secret,
    baseUrl: string
  ) => Effect.Effect<ProviderClient<unknown, never>, TokenError, HttpClient.HttpClient | Scope.Scope>
}

const clientId = "canary-client"
const { clientSecret, password, username } = canaries.account
const client = { clientId, clientSecret }

export const everyone: ReadonlyArray<Subject> = [
  {
    name: "routee",
    account: { provider: "routee", ...client },
    path: "/accounts/me/balance",
    make: (secret, baseUrl) => Routee.make({ applicationId: clientId, applicationSecret: secret, baseUrl })
  },
  {
    name: "routee-email",
    account: { provider: "routee-email", ...client },
    path: "/accounts/me",
    make: (secret, baseUrl) => RouteeEmail.make({ applicationId: clientId, applicationSecret: secret, baseUrl })
  },
  {
    name: "routera",
    account: { provider: "routera", ...client },
    path: "/me",
    make: (secret, baseUrl) => Routera.make({ clientId, clientSecret: secret, baseUrl })
  },
  {
    name: "voipex",
    account: { provider: "voipex", username, password },
    path: "/me",
    make: (secret, baseUrl) => Voipex.make({ username, password: secret, baseUrl })
  },
  {
    name: "vonage-contact-center-v0",
    account: { provider: "vonage-contact-center-v0", ...client },
    path: "/v0/account/calls/",
    make: (secret, baseUrl) =>
      VonageContactCenterV0.make({ accountKey: clientId, apiToken: secret, region: "emea", baseUrl })
  },
  {
    name: "vonage-contact-center",
    account: { provider: "vonage-contact-center", ...client, scopes: ["users:read"] },
    path: "/useradmin/users",
    make: (secret, baseUrl) =>
      VonageContactCenter.make({ clientId, clientSecret: secret, scopes: ["users:read"], region: "emea", baseUrl })
  }
]

/** The secret that a subject's account has. */
export const secretOf = ({ account }: Subject): string =>
  "password" in account && account.password !== undefined
    ? account.password
    : "clientSecret" in account
    ? account.clientSecret
    : ""
