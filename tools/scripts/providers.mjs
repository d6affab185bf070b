// Providers that the sandbox doesn't know by name, such as a new one: each has a server of its own there, which is what
// the provider's value says.
import * as Account from "@mintmark/sandbox/Account"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { packages } from "./workspace.mjs"

const { clientId, clientSecret, password, username } = Account.generic

const isProvider = (value) => typeof value?.tokenEndpoint === "string" && typeof value.grant?.request === "function"

/** The values of the workspace's providers whose id isn't known. */
export const otherProviders = async (isKnown, from) => {
  const found = packages(from).filter(({ manifest, path }) =>
    manifest.devDependencies?.["@mintmark/conformance"] !== undefined && existsSync(join(path, "src", "index.ts"))
  )
  const modules = await Promise.all(found.map(({ path }) => import(pathToFileURL(join(path, "src", "index.ts")).href)))
  return modules.flatMap((module) => Object.values(module)).filter((value) => isProvider(value) && !isKnown(value.id))
}

/** The server of a provider, as the sandbox takes it. */
export const serverOf = ({ clientAuthentication: { name }, grant, parameters, tokenEndpoint }) => {
  const { host, pathname } = new URL(tokenEndpoint)
  return {
    host,
    tokens: [{
      path: pathname,
      client: name.startsWith("client_secret_")
        ? { _tag: "Secret", placement: name, id: clientId, secret: clientSecret }
        : undefined,
      fields: {
        grant_type: grant.name,
        ...(name === "none" ? { client_id: clientId } : {}),
        ...(grant.name === "password" ? { username, password } : {}),
        ...parameters
      }
    }]
  }
}

/** What the `layerConfig` of a provider reads, for its server in the sandbox. */
export const settingsOf = ({ id }, origin) => {
  const prefix = id.toUpperCase().replaceAll("-", "_")
  return {
    [`${prefix}_CLIENT_ID`]: clientId,
    [`${prefix}_CLIENT_SECRET`]: clientSecret,
    [`${prefix}_USERNAME`]: username,
    [`${prefix}_PASSWORD`]: password,
    [`${prefix}_BASE_URL`]: `${origin}/{host}`
  }
}
