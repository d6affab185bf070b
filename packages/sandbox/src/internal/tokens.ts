import type { Lifetime, Provider } from "../Provider.ts"
import type { RefreshTokenUse, ValidToken } from "../Token.ts"

interface Issued {
  readonly value: string
  readonly provider: Provider
  readonly account: string
  readonly scopes: ReadonlyArray<string>
  readonly issuedAt: number
  readonly expiresAt: number
  revoked: boolean
}

/** An access token that was issued. */
export interface AccessToken extends Issued {
  readonly session: string | undefined
}

/** A refresh token that was issued. */
export interface RefreshToken extends Issued {
  readonly session: string
  uses: number
  /** It worked once, where once is all that it works. */
  spent: boolean
}

/** What must be known to issue a token. */
export interface Issue {
  readonly value: string
  readonly provider: Provider
  readonly account: string
  readonly scopes: ReadonlyArray<string>
  readonly now: number
  readonly lifetime: Lifetime
}

/** A choice of tokens; `matches` compares one token's value with the requested one. */
export interface Selection {
  readonly provider: Provider | undefined
  readonly account: string | undefined
  readonly matches: (value: string) => boolean
}

export type Token = AccessToken | RefreshToken

// A benchmark requests millions of tokens; the oldest are forgotten first.
const capacity = 100_000

const remember = <A>(map: Map<string, A>, key: string, value: A): A => {
  const oldest = map.size < capacity ? undefined : map.keys().next().value
  if (oldest !== undefined) map.delete(oldest)
  map.set(key, value)
  return value
}

/** A lifetime of 0 is less than a second, not no time at all: a server rounds down what is left. */
const expiry = (now: number, lifetime: Lifetime): number =>
  lifetime === "unlimited" ? Number.POSITIVE_INFINITY : now + (lifetime === 0 ? 999 : lifetime * 1000)

const end = (token: Token): number | undefined =>
  token.expiresAt === Number.POSITIVE_INFINITY ? undefined : token.expiresAt

/** Whole seconds left, rounded down, as servers return it; `undefined`: it doesn't expire. */
export const remaining = (token: Token, now: number): number | undefined =>
  token.expiresAt === Number.POSITIVE_INFINITY ? undefined : Math.max(0, Math.floor((token.expiresAt - now) / 1000))

export const isValid = (token: Token, now: number): boolean => !token.revoked && now < token.expiresAt

/** Whether a refresh token can get a new access token. */
export const isUsable = (token: RefreshToken, now: number): boolean => isValid(token, now) && !token.spent

const isSelected = (selection: Selection) => (token: Token): boolean =>
  (selection.provider === undefined || token.provider === selection.provider) &&
  (selection.account === undefined || token.account === selection.account) &&
  selection.matches(token.value)

const issued = ({ lifetime, now, ...token }: Issue) => ({
  ...token,
  issuedAt: now,
  expiresAt: expiry(now, lifetime),
  revoked: false
})

/** Every token that was issued. */
export interface Tokens {
  readonly issue: (token: Issue, session?: string) => AccessToken
  readonly issueRefresh: (token: Issue, session: string) => RefreshToken
  readonly find: (value: string) => AccessToken | undefined
  readonly findRefresh: (value: string) => RefreshToken | undefined
  readonly endSession: (session: string) => void
  readonly revoke: (
    what: "all" | "access-tokens" | "refresh-tokens" | "sessions",
    selection: Selection,
    now: number
  ) => number
  readonly live: (now: number) => ReadonlyArray<ValidToken>
  readonly refreshUses: (now: number) => ReadonlyArray<RefreshTokenUse>
}

export const makeTokens = (fingerprint: (value: string) => string): Tokens => {
  const access = new Map<string, AccessToken>()
  const refresh = new Map<string, RefreshToken>()

  const all = (): ReadonlyArray<Token> => [...access.values(), ...refresh.values()]

  return {
    issue: (token, session) => remember(access, token.value, { ...issued(token), session }),
    issueRefresh: (token, session) =>
      remember(refresh, token.value, { ...issued(token), session, uses: 0, spent: false }),
    find: (value) => access.get(value),
    findRefresh: (value) => refresh.get(value),
    endSession: (session) => {
      for (const token of all()) token.revoked ||= token.session === session
    },
    revoke: (what, selection, now) => {
      const candidates = what === "access-tokens" ?
        [...access.values()]
        : what === "refresh-tokens" ?
        [...refresh.values()]
        : all()
      const chosen = candidates.filter(isSelected(selection))
      const sessions = new Set(chosen.map((token) => token.session).filter((session) => session !== undefined))
      const ended = what === "sessions"
        ? candidates.filter((token) => token.session !== undefined && sessions.has(token.session))
        : chosen
      const valid = ended.filter((token) => isValid(token, now))
      for (const token of valid) token.revoked = true
      return valid.length
    },
    live: (now) =>
      [...access.values()].filter((token) => isValid(token, now)).map((token) => ({
        provider: token.provider,
        account: token.account,
        scopes: token.scopes,
        fingerprint: fingerprint(token.value),
        issuedAt: token.issuedAt,
        expiresAt: end(token),
        remaining: remaining(token, now),
        session: token.session
      })),
    refreshUses: (now) =>
      [...refresh.values()].map((token) => ({
        provider: token.provider,
        account: token.account,
        fingerprint: fingerprint(token.value),
        uses: token.uses,
        usable: isUsable(token, now),
        session: token.session,
        issuedAt: token.issuedAt,
        expiresAt: end(token),
        remaining: isUsable(token, now) ? remaining(token, now) : undefined
      }))
  }
}
