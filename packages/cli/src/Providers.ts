import type { Kind } from "@mintmark/core/ClientAuthentication"
import { type Setting, settingsOf, variableOf } from "@mintmark/core/internal/request/settings"
import type { Provider } from "@mintmark/core/Provider"
import { routee } from "@mintmark/routee/Routee"
import { routeeEmail } from "@mintmark/routee/RouteeEmail"
import { routera } from "@mintmark/routera/Routera"
import * as Account from "@mintmark/sandbox/Account"
import { voipex } from "@mintmark/voipex/Voipex"
import { vonageContactCenter } from "@mintmark/vonage-contact-center/VonageContactCenter"
import { vonageContactCenterV0 } from "@mintmark/vonage-contact-center/VonageContactCenterV0"

/** A provider, whatever its account and the parts of its URLs are called. */
export type AnyProvider = Provider<unknown, {}, {}>

/** All that the commands know of a provider besides what its package says. One more provider is one more line. */
export interface Entry {
  readonly provider: AnyProvider
  /** A path of the API that any token may `GET`, if one is known. */
  readonly probe?: string
  /** The sandbox's account, and what else to set for it. */
  readonly sandbox: { readonly account: Account.Account; readonly region?: string; readonly scopes?: string }
}

const providers = {
  "routee": { provider: routee, probe: "/accounts/me/balance", sandbox: { account: Account.routee } },
  "routee-email": { provider: routeeEmail, sandbox: { account: Account.routeeEmail } },
  "routera": { provider: routera, sandbox: { account: Account.routera } },
  "voipex": { provider: voipex, sandbox: { account: Account.voipex } },
  "vonage-contact-center": {
    provider: vonageContactCenter,
    sandbox: { account: Account.vonage, region: "emea", scopes: "users:read" }
  },
  "vonage-contact-center-v0": {
    provider: vonageContactCenterV0,
    sandbox: { account: Account.vonageV0, region: "emea" }
  }
} satisfies Record<string, Entry>

/** The name that the commands know a provider by. */
export type Id = keyof typeof providers

/** All of them, in the order of the documentation. */
export const ids = Object.keys(providers) as ReadonlyArray<Id>

/** What is known of a provider. */
export const entry = (id: Id): Entry => providers[id]

/** The provider's settings, in the order in which to ask for them: those of its service, no more and no less. */
export const settings = (id: Id): ReadonlyArray<Setting> => settingsOf(entry(id).provider)

/** The settings without which there is no token, in the order in which to ask for them. */
export const required = (id: Id): ReadonlyArray<Setting> => {
  const { provider } = entry(id)
  return settings(id).filter(({ kind }) => kind === "scopes" ? provider.scopesRequired : !kind.endsWith("?"))
}

/** The variable of a setting, by OAuth's name. */
export const variable = (id: Id, name: string): string => variableOf(entry(id).provider, name)

/** Whether a setting of this kind holds a secret. */
export const isSecret = (kind: Kind | "scopes"): boolean => /^(?:secret|key)/.test(kind)
