// The sandbox's accounts, as the settings of programs that use it.
import * as Account from "@mintmark/sandbox/Account"
import { environment } from "@mintmark/sandbox/Sandbox"
import { randomBytes } from "node:crypto"
import { packages } from "./workspace.mjs"

/** Accounts that documents call by names of their own. */
export const accounts = [
  { provider: "generic", clientId: "my-client", clientSecret: "my-secret" },
  { provider: "generic", clientId: "tenant-1", clientSecret: "secret-1" },
  { provider: "generic", clientId: "tenant-2", clientSecret: "secret-2" },
  { provider: "routera", clientId: "tenant-1", clientSecret: "secret-1" }
]

/** What every provider's `layerConfig` reads. One without a server of its own in the sandbox uses the generic one. */
export const settings = (urls) => {
  const known = { ...environment(urls), VONAGE_CONTACT_CENTER_SCOPES: "users:read stats" }
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
