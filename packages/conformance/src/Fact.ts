/**
 * One fact of a provider's pages, and how it is known.
 *
 * @since 0.1.0
 */
import type { Topic } from "./Check.ts"
import type { Policy } from "./Policy.ts"
import type { Statement } from "./Statement.ts"

/**
 * How a fact is known.
 *
 * - `doc`: from the provider's own page on getting a token
 * - `seen`: in the provider's other public pages, in public client code, or in captured replies
 * - `likely`: inferred
 *
 * @since 0.1.0
 * @category models
 */
export type Mark = "doc" | "seen" | "likely"

/**
 * A fact, as a row of the provider's README: what it is about, what it says, and how it is known.
 *
 * @since 0.1.0
 * @category models
 */
export interface Fact {
  /** The row's first cell. */
  readonly what: string
  /** The row's second cell. */
  readonly says: string
  readonly mark: Mark
  /**
   * What would show that the fact is wrong: what could be stated instead, and the topic whose checks then fail; or the
   * name of a test of the provider's own. Omitted for what no code depends on.
   */
  readonly held?: Turned | { readonly test: string } | undefined
}

/**
 * A statement that is turned into another, and the topic of the checks that fail for it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Turned {
  readonly topic: Topic
  readonly stated?: Partial<Statement>
  readonly policy?: Partial<Policy>
}
