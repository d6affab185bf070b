import type * as Clock from "effect/Clock"
import { type Account, type ClientAccount, nameOf, type UserAccount } from "../Account.ts"
import type { Behavior, BehaviorChanges } from "../Behavior.ts"
import type { Lifetime, Provider } from "../Provider.ts"
import { formsOf } from "./blot.ts"
import { makeFingerprint } from "./fingerprint.ts"
import { makeJwt } from "./jwt.ts"
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

const secretsOf = (account: Account): ReadonlyArray<string> =>
  account.provider === "voipex" ? [account.password] : [account.clientSecret, account.password ?? ""]

/** Everything that the providers know and remember. */
export interface World {
  /** Epoch milliseconds, by the clock that the sandbox was started with. */
  readonly now: () => number
  readonly tokens: Tokens
  readonly fingerprint: (value: string) => string
  readonly jwt: (claims: Readonly<Record<string, unknown>>) => string
  readonly accounts: () => ReadonlyArray<Account>
  /** The secrets and passwords of every account, in every form that could be seen. */
  readonly secretForms: () => Iterable<string>
  readonly addAccount: (account: Account) => void
  readonly client: (provider: Provider, clientId: string) => ClientAccount | undefined
  readonly clients: (provider: Provider) => ReadonlyArray<ClientAccount>
  readonly user: (username: string) => UserAccount | undefined
  readonly lifetime: (provider: Provider, account: string) => Lifetime
  readonly setLifetime: (provider: Provider, account: string | undefined, lifetime: Lifetime) => void
  readonly behavior: () => Behavior
  readonly behave: (changes: BehaviorChanges) => void
}

export const makeWorld = (
  clock: Clock.Clock,
  accounts: ReadonlyArray<Account>,
  lifetimes: Partial<Record<Provider, Lifetime | undefined>>,
  initial: Behavior
): World => {
  const fingerprint = makeFingerprint()
  const known = new Map<string, Account>()
  const secretForms = new Set<string>()
  const ofProvider = new Map<Provider, Lifetime>()
  const ofAccount = new Map<string, Lifetime>()
  let behavior = initial

  const addAccount = (account: Account): void => {
    const key = keyOf(account.provider, nameOf(account))
    known.set(key, account)
    if (account.lifetime === undefined) ofAccount.delete(key)
    else ofAccount.set(key, account.lifetime)
    for (const form of secretsOf(account).flatMap(formsOf)) secretForms.add(form)
  }
  for (const account of accounts) addAccount(account)

  const client = (provider: Provider, clientId: string): ClientAccount | undefined => {
    const account = known.get(keyOf(provider, clientId))
    return account === undefined || account.provider === "voipex" ? undefined : account
  }

  return {
    now: () => clock.currentTimeMillisUnsafe(),
    tokens: makeTokens(fingerprint),
    fingerprint,
    jwt: makeJwt(),
    accounts: () => [...known.values()],
    secretForms: () => secretForms,
    addAccount,
    client,
    clients: (provider) =>
      [...known.values()].filter((account): account is ClientAccount =>
        account.provider !== "voipex" && account.provider === provider
      ),
    user: (username) => {
      const account = known.get(keyOf("voipex", username))
      return account?.provider === "voipex" ? account : undefined
    },
    lifetime: (provider, account) =>
      ofAccount.get(keyOf(provider, account)) ?? ofProvider.get(provider) ?? lifetimes[provider] ??
        defaultLifetimes[provider],
    setLifetime: (provider, account, lifetime) => {
      if (account === undefined) ofProvider.set(provider, lifetime)
      else ofAccount.set(keyOf(provider, account), lifetime)
    },
    behavior: () => behavior,
    behave: (changes) => {
      behavior = {
        routee: { ...behavior.routee, ...changes.routee },
        "routee-email": { ...behavior["routee-email"], ...changes["routee-email"] },
        voipex: { ...behavior.voipex, ...changes.voipex },
        generic: { ...behavior.generic, ...changes.generic }
      }
    }
  }
}
