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
  /** The regions that are known, where there are regions. */
  readonly regions?: ReadonlyArray<string>
  /** What its ids look like. */
  readonly shape?: Shape
  /** A path of the API that any token may `GET`, if one is known. */
  readonly probe?: Probe
  /** The sandbox's account, what else to set for it, and a path of the API that it plays. */
  readonly sandbox: {
    readonly account: Account.Account
    readonly region?: string
    readonly scopes?: string
    readonly probe: Probe
  }
}

/** What the ids of a provider look like. */
export interface Shape {
  readonly id: RegExp
  /** The same in words, to be read after "is not". */
  readonly words: string
  /** Whether the provider's pages say so. If not, an id of another shape is no mistake. */
  readonly isDocumented: boolean
}

/** An API request that needs no more than a token. */
export interface Probe {
  readonly path: string
  readonly accept?: string
}

const application: Shape = { id: /^[\da-f]{24}$/, words: "24 hexadecimal digits", isDocumented: false }
const email: Shape = { id: /^[^@\s]+@[^@\s]+$/, words: "an e-mail address", isDocumented: true }
const regions = ["emea", "nam", "apac"]

const providers = {
  "routee": {
    provider: routee,
    shape: application,
    probe: { path: "/accounts/me/balance" },
    sandbox: { account: Account.routee, probe: { path: "/accounts/me/balance" } }
  },
  "routee-email": {
    provider: routeeEmail,
    shape: application,
    sandbox: { account: Account.routeeEmail, probe: { path: "/accounts/me" } }
  },
  "routera": { provider: routera, sandbox: { account: Account.routera, probe: { path: "/me" } } },
  "voipex": { provider: voipex, shape: email, sandbox: { account: Account.voipex, probe: { path: "/me" } } },
  "vonage-contact-center": {
    provider: vonageContactCenter,
    regions,
    sandbox: {
      account: Account.vonage,
      region: "emea",
      scopes: "users:read",
      probe: { path: "/useradmin/users", accept: "application/vnd.newvoicemedia.v3+json" }
    }
  },
  "vonage-contact-center-v0": {
    provider: vonageContactCenterV0,
    regions,
    sandbox: {
      account: Account.vonageV0,
      region: "emea",
      probe: { path: `/v0/${Account.vonageV0.clientId}/calls/` }
    }
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
