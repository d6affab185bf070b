/**
 * The accounts that the sandbox knows. Their secrets are made up and public: never put a real one here.
 *
 * @since 0.1.0
 */
import type { Lifetime, Provider } from "./Provider.ts"

/**
 * An account of a provider that knows clients by an id and a secret.
 *
 * @since 0.1.0
 * @category models
 */
export interface ClientAccount {
  readonly provider: Exclude<Provider, "voipex">
  readonly clientId: string
  readonly clientSecret: string
  /** The scopes that the client may have. Absent: all that the provider documents. */
  readonly scopes?: ReadonlyArray<string> | undefined
  /** How long this account's access tokens live. Absent: as long as its provider's. */
  readonly lifetime?: Lifetime | undefined
  /** For `generic` alone: the user of the password grant. */
  readonly username?: string | undefined
  /** For `generic` alone: that user's password. */
  readonly password?: string | undefined
}

/**
 * An account of Voipex, which knows people by e-mail address and password.
 *
 * @since 0.1.0
 * @category models
 */
export interface UserAccount {
  readonly provider: "voipex"
  readonly username: string
  readonly password: string
  /** How long this account's access tokens live. Absent: as long as its provider's. */
  readonly lifetime?: Lifetime | undefined
  /** How long this account's refresh tokens live. Absent: as the behavior says. */
  readonly refreshLifetime?: Lifetime | undefined
  /** `false`: the right password is answered with "Account is not fully set up". */
  readonly setUp?: boolean | undefined
}

/**
 * An account of any provider.
 *
 * @since 0.1.0
 * @category models
 */
export type Account = ClientAccount | UserAccount

/**
 * The name by which the journal, the tokens and the API's answers call an account: its client id or username.
 *
 * @since 0.1.0
 * @category models
 */
export const nameOf = (account: Account): string => account.provider === "voipex" ? account.username : account.clientId

/**
 * Routee's account, with the credentials that its public pages encode.
 *
 * @since 0.1.0
 * @category accounts
 */
export const routee: ClientAccount = {
  provider: "routee",
  clientId: "5756a411e4b06a33d50517c7",
  clientSecret: "vb6QpjCIOG"
}

/**
 * A second account of Routee, whose secret comes out differently in raw and in form-encoded Basic.
 *
 * @since 0.1.0
 * @category accounts
 */
export const routeeSpecial: ClientAccount = {
  provider: "routee",
  clientId: "routee-special",
  clientSecret: "p:+/%=& é€\""
}

/**
 * The account of Routee's separate server for Email v1.
 *
 * @since 0.1.0
 * @category accounts
 */
export const routeeEmail: ClientAccount = {
  provider: "routee-email",
  clientId: "routee-email",
  clientSecret: "3mail-s3cret"
}

/**
 * Routera's account.
 *
 * @since 0.1.0
 * @category accounts
 */
export const routera: ClientAccount = {
  provider: "routera",
  clientId: "routera-client",
  clientSecret: "r0utera-s3cret"
}

/**
 * Voipex's account.
 *
 * @since 0.1.0
 * @category accounts
 */
export const voipex: UserAccount = {
  provider: "voipex",
  username: "alice@example.com",
  password: "correct horse +battery& stäple"
}

/**
 * A second account of Voipex.
 *
 * @since 0.1.0
 * @category accounts
 */
export const voipexOther: UserAccount = {
  provider: "voipex",
  username: "bob@example.com",
  password: "hunter+2%41"
}

/**
 * Vonage Contact Center's V0 account, with the credentials that its documentation encodes for Basic.
 *
 * @since 0.1.0
 * @category accounts
 */
export const vonageV0: ClientAccount = {
  provider: "vonage-contact-center-v0",
  clientId: "a1b2c3d4e5",
  clientSecret: "9pBl+xY1MW+AbsdZk4xpv7NwWxG8+oqduKiSqVybM9Y="
}

/**
 * A second V0 account, with the secret that the documentation encodes for a body.
 *
 * @since 0.1.0
 * @category accounts
 */
export const vonageV0Other: ClientAccount = {
  provider: "vonage-contact-center-v0",
  clientId: "f6g7h8i9j0",
  clientSecret: "6lBJodbA0+cAywhyLvhOBo4QfTFO5t6/2B/QetQgw5Y="
}

/**
 * The account of Vonage Contact Center's current system.
 *
 * @since 0.1.0
 * @category accounts
 */
export const vonage: ClientAccount = {
  provider: "vonage-contact-center",
  clientId: "vonage-client",
  clientSecret: "x3ZtVd7+Qk/9wLw8o2uE0w=="
}

/**
 * The account of the generic server, with a user for its password grant.
 *
 * @since 0.1.0
 * @category accounts
 */
export const generic: ClientAccount = {
  provider: "generic",
  clientId: "generic-client",
  clientSecret: "g3neric+s3cret/=",
  scopes: ["read", "write"],
  username: "carol@example.com",
  password: "pässword+1"
}

/**
 * The accounts that every sandbox starts with.
 *
 * @since 0.1.0
 * @category accounts
 */
export const defaults: ReadonlyArray<Account> = [
  routee,
  routeeSpecial,
  routeeEmail,
  routera,
  voipex,
  voipexOther,
  vonageV0,
  vonageV0Other,
  vonage,
  generic
]
