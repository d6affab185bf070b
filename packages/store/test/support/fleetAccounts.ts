import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import { oidcAccount } from "@mintmark/core/test/support/oidcAccount"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as TokenSource from "@mintmark/core/TokenSource"
import { Account } from "@mintmark/sandbox"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/** The sandbox's providers that a fleet is tried with: one with client credentials, one with refresh tokens. */
export type SandboxProvider = "routera" | "voipex"

/** All that a fleet is tried with. */
export type FleetProvider = SandboxProvider | "oidc-provider"

/** At the documented host of a provider, which has an address of its own in the sandbox. */
const at = (tokenEndpoint: string) => ({ tokenEndpoint, apiUrl: tokenEndpoint })

const routera = Provider.make({
  ...at("https://api.routera.io/oauth2/token"),
  id: "routera",
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials,
  reply: TokenReply.Standard
})

const voipex = Provider.make({
  ...at("https://auth.voipex.io/token"),
  id: "voipex",
  clientAuthentication: ClientAuthentication.none,
  grant: Grant.password,
  renewal: Grant.refreshToken,
  reply: TokenReply.make({ session_state: Schema.RedactedFromValue(Schema.String) })
})

const oidcProvider = Provider.make({
  ...at("https://auth.acme.test/token"),
  id: "oidc-provider",
  clientAuthentication: ClientAuthentication.clientSecretBasic,
  grant: Grant.password,
  renewal: Grant.refreshToken,
  reply: TokenReply.Standard
})

/** The token source of the one account that a fleet shares. */
export const fleetAccount = (name: FleetProvider, baseUrl: string) => {
  switch (name) {
    case "routera":
      return TokenSource.make(routera, {
        baseUrl,
        clientId: Account.routera.clientId,
        clientSecret: Redacted.make(Account.routera.clientSecret)
      })
    case "voipex":
      return TokenSource.make(voipex, {
        baseUrl,
        clientId: "api",
        username: Account.voipex.username,
        password: Redacted.make(Account.voipex.password)
      })
    case "oidc-provider":
      return TokenSource.make(oidcProvider, {
        baseUrl,
        clientId: oidcAccount.clientId,
        clientSecret: Redacted.make(oidcAccount.clientSecret),
        username: oidcAccount.username,
        password: Redacted.make(oidcAccount.password)
      })
  }
}
