// What the programs of documents and examples need at the sandbox: accounts, their settings, and a server for each
// provider that it doesn't know by name, such as a new one. That server is what the provider's value says.
import * as Account from "@mintmark/sandbox/Account"
import { environment } from "@mintmark/sandbox/Sandbox"
import * as Server from "@mintmark/sandbox/Server"
import { randomBytes } from "node:crypto"
import { globSync } from "node:fs"
import { dirname, join } from "node:path"
import { root } from "./workspace.mjs"

/** Accounts that documents call by names of their own. */
export const accounts = [
  { provider: "generic", clientId: "my-client", clientSecret: "my-secret" },
  { provider: "generic", clientId: "tenant-1", clientSecret: "secret-1" },
  { provider: "generic", clientId: "tenant-2", clientSecret: "secret-2" },
  { provider: "routera", clientId: "tenant-1", clientSecret: "secret-1" }
]

const { clientId, clientSecret, password, username } = Account.generic
const isKnown = (id) => Account.defaults.some(({ provider }) => provider === id)

/** The values of the workspace's providers that the sandbox doesn't know by name. */
export const otherProviders = async (from = root) => {
  const pages = globSync("{packages,tools}/*/test/Pages.ts", { cwd: from }).toSorted()
  const modules = await Promise.all(pages.map((file) => import(join(from, dirname(file), "../src/index.ts"))))
  return modules.flatMap(Object.values).filter(({ id, tokenEndpoint }) => tokenEndpoint !== undefined && !isKnown(id))
}

const tokensOf = ({ clientAuthentication: { name }, grant, parameters, tokenEndpoint }) => {
  const client = name.startsWith("client_secret_") ? Server.clientSecret(name, clientId, clientSecret) : undefined
  const fields = {
    grant_type: grant.name,
    ...(name === "none" ? { client_id: clientId } : {}),
    ...(grant.name === "password" ? { username, password } : {}),
    ...parameters
  }
  return { path: new URL(tokenEndpoint).pathname, client, fields }
}

/** The servers of these providers, as the sandbox takes them: one for each host. */
export const serversOf = (providers) =>
  Object.entries(Object.groupBy(providers, ({ tokenEndpoint }) => new URL(tokenEndpoint).host))
    .map(([host, those]) => ({ host, tokens: those.map(tokensOf) }))

/** What the `layerConfig` of a provider reads, for its server in the sandbox. */
export const settingsOf = ({ id }, origin) => {
  const account = { CLIENT_ID: clientId, CLIENT_SECRET: clientSecret, USERNAME: username, PASSWORD: password }
  const values = Object.entries({ ...account, BASE_URL: `${origin}/{host}` })
  return Object.fromEntries(values.map(([name, value]) => [`${id.toUpperCase().replaceAll("-", "_")}_${name}`, value]))
}

const others = await otherProviders()

/** The servers of the providers that the sandbox doesn't know by name. */
export const servers = serversOf(others)

/** What every provider's `layerConfig` reads. */
export const settings = (urls) => ({
  ...environment(urls),
  VONAGE_CONTACT_CENTER_SCOPES: "users:read stats",
  ...Object.assign({}, ...others.map((provider) => settingsOf(provider, new URL(urls.generic).origin))),
  MINTMARK_STORE_KEYS: randomBytes(32).toString("base64")
})
