import type { Provider } from "@mintmark/core/Provider"
import type { TokenError } from "@mintmark/core/TokenError"
import { routeeEmail } from "@mintmark/routee/RouteeEmailProvider"
import { routee } from "@mintmark/routee/RouteeProvider"
import { routera } from "@mintmark/routera/RouteraProvider"
import * as Account from "@mintmark/sandbox/Account"
import { voipex } from "@mintmark/voipex/VoipexProvider"
import { vonageContactCenter } from "@mintmark/vonage-contact-center/VonageContactCenterProvider"
import { vonageContactCenterV0 } from "@mintmark/vonage-contact-center/VonageContactCenterV0Provider"
import * as Result from "effect/Result"

/** What a user may set of where a provider is, by the names that the provider's own `settings` use. */
export interface Place {
  readonly baseUrl?: string | undefined
  readonly domain?: string | undefined
  readonly region?: string | undefined
  readonly version?: string | undefined
}

/** All that the commands know of a provider besides what its package says. One more provider is one more line. */
export interface Entry {
  readonly provider: (place: Place) => Result.Result<Provider, TokenError>
  /** The client's id, where it needn't be set. */
  readonly clientId?: string
  /** The region to show in examples, where the provider must be told one. */
  readonly region?: string
  /** A path of the API that any token may `GET`, if one is known. */
  readonly probe?: string
  /** The sandbox's account, and what to ask it for. */
  readonly sandbox: { readonly account: Account.Account; readonly scopes?: string }
}

const providers = {
  "routee": { provider: routee, probe: "/accounts/me/balance", sandbox: { account: Account.routee } },
  "routee-email": { provider: routeeEmail, sandbox: { account: Account.routeeEmail } },
  "routera": { provider: routera, sandbox: { account: Account.routera } },
  "voipex": { provider: voipex, clientId: "api", sandbox: { account: Account.voipex } },
  "vonage-contact-center": {
    provider: ({ region = "", ...place }) => vonageContactCenter({ region, ...place }),
    region: "emea",
    sandbox: { account: Account.vonage, scopes: "users:read" }
  },
  "vonage-contact-center-v0": {
    provider: ({ region = "", version, ...place }) =>
      vonageContactCenterV0({ region, version: version as `${number}` | undefined, ...place }),
    region: "emea",
    sandbox: { account: Account.vonageV0 }
  }
} satisfies Record<string, Entry>

/** The name that the commands know a provider by. */
export type Id = keyof typeof providers

/** All of them, in the order of the documentation. */
export const ids = Object.keys(providers) as ReadonlyArray<Id>

/** What is known of a provider. */
export const entry = (id: Id): Entry => providers[id]

/** The provider as it is when nothing is set: what its settings are called, and what it wants. */
export const outline = (id: Id): Provider => Result.getOrThrow(entry(id).provider({ region: entry(id).region }))

/** Whether a setting holds a secret. */
export const isSecret = (setting: string): boolean => setting === "clientSecret" || setting === "password"

/** The settings without which there is no token, in the order in which to ask for them. */
export const required = (id: Id): ReadonlyArray<string> => {
  const { clientId, region } = entry(id)
  const { clientAuthentication, grant, scopesRequired } = outline(id)
  return [
    ...(region === undefined ? [] : ["region"]),
    ...(clientId === undefined ? ["clientId"] : []),
    ...(clientAuthentication === "none" ? [] : ["clientSecret"]),
    ...(grant === "password" ? ["username", "password"] : []),
    ...(scopesRequired ? ["scopes"] : [])
  ]
}
