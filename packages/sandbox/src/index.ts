/**
 * The accounts that the sandbox knows. Their secrets are made up and public.
 *
 * @since 0.1.0
 */
export * as Account from "./Account.ts"

/**
 * Answers that a script puts instead of a provider's own, the well-formed and the broken.
 *
 * @since 0.1.0
 */
export * as Answer from "./Answer.ts"

/**
 * What the real servers are known to do in one way or another.
 *
 * @since 0.1.0
 */
export * as Behavior from "./Behavior.ts"

export type { Exchange, HttpMessage } from "./Exchange.ts"

export type { AnswerKind, Counts, Fingerprints, JournalEntry } from "./JournalEntry.ts"

export { type EndpointKind, hosts, type Lifetime, type Provider, providers, type Target } from "./Provider.ts"

export { refusingOrigin, refusingProxy, silentOrigin } from "./Origins.ts"

export { type Certificate, environment, type Options, Sandbox } from "./Sandbox.ts"

/**
 * Any other authorization server, described as data.
 *
 * @since 0.1.0
 */
export * as Server from "./Server.ts"

export type { RefreshTokenUse, Revocation, ValidToken } from "./Token.ts"
