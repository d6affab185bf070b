/**
 * One thing that a provider must do.
 *
 * @since 0.1.0
 */
import type { Sandbox } from "@mintmark/sandbox/Sandbox"
import type * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Scope from "effect/Scope"

/**
 * What a check needs: a sandbox, an HTTP client that reaches it, and a test's scope. The clock is the test's.
 *
 * @since 0.1.0
 * @category models
 */
export type Ground = Sandbox | HttpClient.HttpClient | Scope.Scope

/**
 * What a check is about.
 *
 * @since 0.1.0
 * @category models
 */
export type Topic =
  | "urls"
  | "request"
  | "credentials"
  | "scopes"
  | "settings"
  | "reply"
  | "failures"
  | "lifetime"
  | "renewal"
  | "api"
  | "sandbox"

/**
 * A check: a sentence, and the test of it. It fails with an assertion where the provider does something else.
 *
 * @since 0.1.0
 * @category models
 */
export interface Check {
  readonly topic: Topic
  readonly name: string
  readonly run: Effect.Effect<void, unknown, Ground>
}
