/**
 * What the suite looks at: a provider's value, and what is stated of the provider.
 *
 * @since 0.1.0
 */
import type { Overrides, Provider } from "@mintmark/core/Provider"
import type { Account, ProviderClient } from "@mintmark/core/ProviderClient"
import type { TokenError } from "@mintmark/core/TokenError"
import type * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type { Statement } from "./Statement.ts"

/**
 * A provider under test.
 *
 * @since 0.1.0
 * @category models
 */
export interface Subject {
  /** The name that its tests go by. */
  readonly name: string
  /** The provider's value, at another place: the suite never talks to the real one. */
  readonly provider: (overrides: Overrides) => Result.Result<Provider, TokenError>
  /**
   * Makes the client of an account: `ProviderClient.make` of the value, unless told otherwise. For what has a face of
   * its own, and is to be held against the same pages.
   */
  readonly connect?: (
    overrides: Overrides,
    account: Account
  ) => Effect.Effect<ProviderClient, TokenError, HttpClient.HttpClient | Scope.Scope>
  /** What its pages say. Written down by hand: taken from the value, it would prove nothing. */
  readonly stated: Statement
}
