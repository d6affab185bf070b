/**
 * How the sandbox plays a provider.
 *
 * @since 0.1.0
 */
import type { TokenError } from "@mintmark/core/TokenError"
import type { Account } from "@mintmark/sandbox/Account"
import type { BehaviorChanges } from "@mintmark/sandbox/Behavior"
import type { Provider as Realm } from "@mintmark/sandbox/Provider"
import type { Credentials } from "./Statement.ts"

/**
 * The sandbox's server that plays the provider.
 *
 * @since 0.1.0
 * @category models
 */
export interface Played {
  /** `generic` plays any provider that the sandbox doesn't know by name. */
  readonly by: Realm
  /** The sandbox's account with these credentials. */
  readonly account: (credentials: Credentials) => Account
  /** Scopes that the account may have, and that its path needs. */
  readonly scopes?: ReadonlyArray<string> | undefined
  /** A path of its API that the account may read. */
  readonly path: string
  /** The `Accept` that its API needs. */
  readonly accept?: string | undefined
  readonly behavior?: BehaviorChanges | undefined
  /** The tag of the error's reason where the secret, or the password, is wrong. */
  readonly refusedWith: TokenError["reason"]["_tag"]
}
