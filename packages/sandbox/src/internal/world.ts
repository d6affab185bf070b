import type * as Clock from "effect/Clock"
import { type Account, type ClientAccount, nameOf, type UserAccount } from "../Account.ts"
import * as Behavior from "../Behavior.ts"
import type { BehaviorChanges } from "../Behavior.ts"
import type { Lifetime, Provider } from "../Provider.ts"
import { makeFingerprint } from "./fingerprint.ts"
import { makeJwt } from "./jwt.ts"
import { makeCachedMask, makeMask, makeSecrets, type Mask, type Secrets } from "./masking.ts"
import { makeTokens, type Tokens } from "./tokens.ts"

const defaultLifetimes: Record<Provider, Lifetime> = {
  "routee": 3600,
  "routee-email": 3600,
  "routera": 3600,
  "voipex": 3000,
  "vonage-contact-center-v0": 300,
  "vonage-contact-center": 7200,
  "generic": 3600
}

const keyOf = (provider: Provider, account: string): string => JSON.stringify([provider, account])

const withChanges = (behavior: Behavior.Behavior, changes: BehaviorChanges): Behavior.Behavior => ({
  routee: { ...behavior.routee, ...changes.routee },
  "routee-email": { ...behavior["routee-email"], ...changes["routee-email"] },
  voipex: { ...behavior.voipex, ...changes.voipex },
  generic: { ...behavior.generic, ...changes.generic }
})

const secretsOf = (account: Account): ReadonlyArray<string | undefined> =>
  account.provider === "voipex" ? [account.password] : [account.clientSecret, account.password]

/** A lifetime that was set, for an account or for all of a provider. */
export interface LifetimeSet {
  readonly provider: Provider
  readonly account: string | undefined
  readonly lifetime: Lifetime
}

/** Everything that the providers know and remember. */
export interface World {
  /** Epoch milliseconds, by the clock that the sandbox was started with. */
  readonly now: () => number
  readonly tokens: Tokens
  readonly fingerprint: (value: string) => string
  readonly jwt: (claims: Readonly<Record<string, unknown>>) => string
  readonly accounts: () => ReadonlyArray<Account>
  /** The secrets and passwords of every account. */
  readonly secrets: Secrets
  /** Masks those secrets, and tokens. */
  readonly mask: Mask
  /** Whether the sandbox issued this, as an access token or a refresh token. */
  readonly isToken: (text: string) => boolean
  readonly addAccount: (account: Account) => void
  readonly client: (provider: Provider, clientId: string) => ClientAccount | undefined
  readonly clients: (provider: Provider) => ReadonlyArray<ClientAccount>
  readonly user: (username: string) => UserAccount | undefined
  readonly lifetime: (provider: Provider, account: string) => Lifetime
  /** `undefined` takes a lifetime that was set back. */
  readonly setLifetime: (provider: Provider, account: string | undefined, lifetime: Lifetime | undefined) => void
  /** The lifetimes that were set since the start. */
  readonly lifetimesSet: () => ReadonlyArray<LifetimeSet>
  readonly behavior: () => Behavior.Behavior
  readonly behave: (changes: BehaviorChanges) => void
  /** The switches as they were at the start. */
  readonly initialBehavior: () => Behavior.Behavior
}

export const makeWorld = (
  clock: Clock.Clock,
  accounts: ReadonlyArray<Account>,
  lifetimes: Partial<Record<Provider, Lifetime | undefined>>,
  initial: BehaviorChanges
): World => {
  const fingerprint = makeFingerprint()
  const accountsByName = new Map<string, Account>()
  const known = makeSecrets(fingerprint)
  const tokens = makeTokens(fingerprint)
  const isToken = (text: string) => tokens.find(text) !== undefined || tokens.findRefresh(text) !== undefined
  const { forget, mask } = makeCachedMask(makeMask([known], isToken, fingerprint))
  const secrets: Secrets = {
    ...known,
    add: (secret) => {
      known.add(secret)
      forget()
    }
  }
  const set = new Map<string, LifetimeSet>()
  const ofAccount = new Map<string, Lifetime>()
  let behavior = withChanges(Behavior.defaults, initial)
  const initialBehavior = behavior

  const addAccount = (account: Account): void => {
    const key = keyOf(account.provider, nameOf(account))
    accountsByName.set(key, account)
    set.delete(key)
    if (account.lifetime === undefined) ofAccount.delete(key)
    else ofAccount.set(key, account.lifetime)
    for (const secret of secretsOf(account)) secrets.add(secret)
  }
  for (const account of accounts) addAccount(account)

  const client = (provider: Provider, clientId: string): ClientAccount | undefined => {
    const account = accountsByName.get(keyOf(provider, clientId))
    return account === undefined || account.provider === "voipex" ? undefined : account
  }

  return {
    now: () => clock.currentTimeMillisUnsafe(),
    tokens,
    fingerprint,
    jwt: makeJwt(),
    accounts: () => [...accountsByName.values()],
    secrets,
    isToken,
    mask,
    addAccount,
    client,
    clients: (provider) =>
      [...accountsByName.values()].filter((account): account is ClientAccount =>
        account.provider !== "voipex" && account.provider === provider
      ),
    user: (username) => {
      const account = accountsByName.get(keyOf("voipex", username))
      return account?.provider === "voipex" ? account : undefined
    },
    lifetime: (provider, account) =>
      set.get(keyOf(provider, account))?.lifetime ?? ofAccount.get(keyOf(provider, account)) ??
        set.get(keyOf(provider, ""))?.lifetime ?? lifetimes[provider] ?? defaultLifetimes[provider],
    setLifetime: (provider, account, lifetime) => {
      const key = keyOf(provider, account ?? "")
      if (lifetime === undefined) set.delete(key)
      else set.set(key, { provider, account, lifetime })
    },
    lifetimesSet: () => [...set.values()],
    behavior: () => behavior,
    behave: (changes) => {
      behavior = withChanges(behavior, changes)
    },
    initialBehavior: () => initialBehavior
  }
}
