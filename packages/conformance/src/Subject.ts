/**
 * What the suite tests: a provider's value, and what is stated of the provider.
 *
 * @since 0.1.0
 */
import type { Provider } from "@mintmark/core/Provider"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import type { TokenError } from "@mintmark/core/TokenError"
import type * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Scope from "effect/Scope"
import type { Played } from "./Played.ts"
import type { Policy } from "./Policy.ts"
import type { Credentials, Statement } from "./Statement.ts"

/**
 * A provider under test.
 *
 * @since 0.1.0
 * @category models
 */
export interface Subject {
  /** The name that its tests go by. */
  readonly name: string
  /** The provider's value. The suite overrides its URLs, and never sends it a request. */
  readonly provider: AnyProvider
  /** What the parts in the braces of its URLs are in what is stated, by the names of the options. */
  readonly parts?: Readonly<Record<string, string>> | undefined
  /**
   * The account that has these credentials, by the provider's names: what a method or a grant of its own needs. By
   * default client id and secret, and with the password grant username and password.
   */
  readonly account?: ((credentials: Credentials) => Readonly<Record<string, unknown>>) | undefined
  /**
   * Makes the client of an account: `ProviderClient.make` of the value by default. For what applications use instead of
   * a `ProviderClient`, to check it against the same pages.
   */
  readonly connect?: (
    options: Options
  ) => Effect.Effect<ProviderClient.ProviderClient, TokenError, HttpClient.HttpClient | Scope.Scope>
  /** What its pages say, written by hand: a copy of the value would prove nothing. */
  readonly stated: Statement
  /** What Mintmark decides for it. */
  readonly policy: Policy
  /** How the sandbox simulates it; omitted where it can't. */
  readonly played?: Played | undefined
}

/**
 * A provider, whatever its account and the parts of its URLs are called.
 *
 * @since 0.1.0
 * @category models
 */
export type AnyProvider = Provider<unknown, {}, {}>

/**
 * What the suite makes a client of: the options of `ProviderClient.make`, with the account and the URL parts by the
 * provider's names.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends ProviderClient.Options {
  readonly scopes?: ReadonlyArray<string> | undefined
  readonly [account: string]: unknown
}
