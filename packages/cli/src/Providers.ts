import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Server from "@mintmark/core/internal/request/server"
import { type Setting, settingsOf, variableOf } from "@mintmark/core/internal/request/settings"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"
import { routee } from "@mintmark/routee/Routee"
import { routeeEmail } from "@mintmark/routee/RouteeEmail"
import { routera } from "@mintmark/routera/Routera"
import * as Account from "@mintmark/sandbox/Account"
import { voipex } from "@mintmark/voipex/Voipex"
import { vonageContactCenter } from "@mintmark/vonage-contact-center/VonageContactCenter"
import { vonageContactCenterV0 } from "@mintmark/vonage-contact-center/VonageContactCenterV0"

/** A provider, whatever its account and the parts of its URLs are called. */
export type AnyProvider = Provider.Provider<unknown, {}, {}>

/** All that the commands know of a provider besides what its package says. One more provider is one more line. */
interface Facts {
  readonly provider: AnyProvider
  /** The regions that are known, where there are regions. */
  readonly regions?: ReadonlyArray<string>
  /** What its ids look like. */
  readonly shape?: Shape
  /** A path of the API that any token may `GET`, if one is known. */
  readonly probe?: Probe
  /** The sandbox's account, what else to set for it, and a path of the API that it plays. */
  readonly sandbox?: {
    readonly account: Account.Account
    readonly region?: string
    readonly scopes?: string
    readonly probe: Probe
  }
}

type KnownFacts = Facts & Required<Pick<Facts, "sandbox">>

/** Whose token: a provider, or an OAuth server that has no provider value. */
export interface Service extends Facts {
  /** Its name in messages; its variables begin with it. */
  readonly id: string
  /** What names it on a command line, with the flags that say where its settings are. */
  readonly argument: string
  /** Its settings, in the order in which to ask for them: those of the library's service, no more and no less. */
  readonly settings: ReadonlyArray<Setting>
  /** The settings without which there is no token, in the order in which to ask for them. */
  readonly required: ReadonlyArray<Setting>
  /** Whether its endpoint comes from the settings, and not from a provider value. */
  readonly isServer: boolean
}

/** A provider that the sandbox plays. */
export type Entry = Service & KnownFacts

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
} satisfies Record<string, KnownFacts>

/** The name that the commands know a provider by. */
export type Id = keyof typeof providers

/** All of them, in the order of the documentation. */
export const ids = Object.keys(providers) as ReadonlyArray<Id>

/** What is known of a provider. */
export const entry = (id: Id): Entry => {
  const facts: KnownFacts = providers[id]
  const { provider } = facts
  const settings = settingsOf(provider)
  return {
    ...facts,
    id,
    argument: id,
    settings,
    required: settings.filter(({ kind }) => !kind.endsWith("?")),
    isServer: false
  }
}

/** The name of a server that has no provider value, where the command line names no other. */
export const serverId = Server.defaultId

/**
 * A server that has no provider value. Its variables begin with the prefix. The API's URL is needed only where requests
 * are sent to it.
 */
export const server = (
  prefix: string | undefined,
  argument: string,
  { needsApi }: { readonly needsApi: boolean }
): Service => {
  const id = prefix === undefined ? serverId : Server.idOf(prefix)
  const settings = Server.settingsOf(id)
  return {
    id,
    argument,
    settings,
    required: settings.filter(({ kind, name }) => !kind.endsWith("?") && (needsApi || name !== "apiUrl")),
    isServer: true,
    provider: Provider.make({
      id,
      tokenEndpoint: "",
      apiUrl: "",
      clientAuthentication: ClientAuthentication.clientSecretBasic,
      grant: Grant.clientCredentials,
      reply: TokenReply.Standard
    })
  }
}

/** The variable of a setting, by OAuth's name. */
export const variable = ({ provider }: Service, name: string): string =>
  variableOf(provider.id, provider.names[name] ?? name)

/** Whether a setting of this kind holds a secret. */
export const isSecret = (kind: Setting["kind"]): boolean => /^(?:secret|key)/.test(kind)
