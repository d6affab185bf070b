// The sandbox's accounts, as the settings of programs that use it.
import * as Account from "@mintmark/sandbox/Account"
import { randomBytes } from "node:crypto"
import { packages } from "./workspace.mjs"

/** Accounts that documents call by names of their own. */
export const accounts = [
  { provider: "generic", clientId: "my-client", clientSecret: "my-secret" },
  { provider: "generic", clientId: "tenant-1", clientSecret: "secret-1" },
  { provider: "generic", clientId: "tenant-2", clientSecret: "secret-2" },
  { provider: "routera", clientId: "tenant-1", clientSecret: "secret-1" }
]

const ofProviders = (urls) => ({
  ROUTEE_APPLICATION_ID: Account.routee.clientId,
  ROUTEE_APPLICATION_SECRET: Account.routee.clientSecret,
  ROUTEE_BASE_URL: urls.routee,
  ROUTEE_EMAIL_APPLICATION_ID: Account.routeeEmail.clientId,
  ROUTEE_EMAIL_APPLICATION_SECRET: Account.routeeEmail.clientSecret,
  ROUTEE_EMAIL_BASE_URL: urls["routee-email"],
  ROUTERA_CLIENT_ID: Account.routera.clientId,
  ROUTERA_CLIENT_SECRET: Account.routera.clientSecret,
  ROUTERA_BASE_URL: urls.routera,
  VOIPEX_USERNAME: Account.voipex.username,
  VOIPEX_PASSWORD: Account.voipex.password,
  VOIPEX_BASE_URL: urls.voipex,
  VONAGE_CONTACT_CENTER_V0_REGION: "emea",
  VONAGE_CONTACT_CENTER_V0_ACCOUNT_KEY: Account.vonageV0.clientId,
  VONAGE_CONTACT_CENTER_V0_API_TOKEN: Account.vonageV0.clientSecret,
  VONAGE_CONTACT_CENTER_V0_BASE_URL: urls["vonage-contact-center-v0"],
  VONAGE_CONTACT_CENTER_REGION: "emea",
  VONAGE_CONTACT_CENTER_CLIENT_ID: Account.vonage.clientId,
  VONAGE_CONTACT_CENTER_CLIENT_SECRET: Account.vonage.clientSecret,
  VONAGE_CONTACT_CENTER_SCOPES: "users:read stats",
  VONAGE_CONTACT_CENTER_BASE_URL: urls["vonage-contact-center"]
})

/** What every provider's `layerConfig` reads. One without a server of its own in the sandbox uses the generic one. */
export const settings = (urls) => {
  const known = ofProviders(urls)
  const { clientId, clientSecret } = Account.generic
  const prefixes = packages().map(({ manifest }) => manifest.name.split("/")[1].toUpperCase().replaceAll("-", "_"))
  const others = prefixes.filter((prefix) => !Object.keys(known).some((name) => name.startsWith(`${prefix}_`)))
  const generic = others.flatMap((prefix) => [
    [`${prefix}_CLIENT_ID`, clientId],
    [`${prefix}_CLIENT_SECRET`, clientSecret],
    [`${prefix}_BASE_URL`, urls.generic]
  ])
  return { ...known, ...Object.fromEntries(generic), MINTMARK_STORE_KEYS: randomBytes(32).toString("base64") }
}
