// The sandbox's accounts, as the settings of programs that use it.
import * as Account from "@mintmark/sandbox/Account"
import { environment } from "@mintmark/sandbox/Sandbox"
import { randomBytes } from "node:crypto"
import { otherProviders, serverOf, settingsOf } from "./providers.mjs"

/** Accounts that documents call by names of their own. */
export const accounts = [
  { provider: "generic", clientId: "my-client", clientSecret: "my-secret" },
  { provider: "generic", clientId: "tenant-1", clientSecret: "secret-1" },
  { provider: "generic", clientId: "tenant-2", clientSecret: "secret-2" },
  { provider: "routera", clientId: "tenant-1", clientSecret: "secret-1" }
]

const known = Account.defaults.map(({ provider }) => provider)
const others = await otherProviders((id) => known.includes(id))

/** The servers of the providers that the sandbox doesn't know by name. */
export const servers = others.map(serverOf)

/** What every provider's `layerConfig` reads. */
export const settings = (urls) =>
  Object.assign(
    { ...environment(urls), VONAGE_CONTACT_CENTER_SCOPES: "users:read stats" },
    ...others.map((provider) => settingsOf(provider, new URL(urls.generic).origin)),
    { MINTMARK_STORE_KEYS: randomBytes(32).toString("base64") }
  )
