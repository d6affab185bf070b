/**
 * The suite: the same checks for every provider.
 *
 * @since 0.1.0
 */
import { assert, layer } from "@effect/vitest"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import type { Check } from "./Check.ts"
import { asking } from "./internal/asking.ts"
import { attaching } from "./internal/attaching.ts"
import { keeping } from "./internal/keeping.ts"
import { playing } from "./internal/playing.ts"
import { reading } from "./internal/reading.ts"
import { renewing } from "./internal/renewing.ts"
import type { AnyProvider, Subject } from "./Subject.ts"

/**
 * What the checks run on: a sandbox of their own, and `fetch`.
 *
 * @since 0.1.0
 * @category layers
 */
export const ground = Layer.merge(Sandbox.layer(), FetchHttpClient.layer)

/**
 * The checks of a provider, for a test runner of one's own. Each must run under Effect's `TestClock`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const checks = (subject: Subject): ReadonlyArray<Check> => [
  ...asking(subject),
  ...reading(subject),
  ...keeping(subject),
  ...renewing(subject),
  ...attaching(subject),
  ...playing(subject)
]

/**
 * Adds a test for each check to the test file that calls it.
 *
 * @since 0.1.0
 * @category constructors
 */
export const suite = (subject: Subject): void =>
  layer(ground)(`${subject.name} conforms: it`, (it) => {
    for (const { name, run } of checks(subject)) it.effect(name, () => run)
  })

/**
 * A policy of a provider, turned into another, and the check that must notice.
 *
 * @since 0.1.0
 * @category models
 */
export interface Turn {
  /** What is turned into what: the test's name. */
  readonly name: string
  readonly policy: Partial<AnyProvider>
  /** The name of the check. */
  readonly check: string
}

/**
 * Adds a test for each turn: the check passes for the provider, and fails for the one whose policy is turned. It shows
 * that what is stated of a provider is sharp enough to tell.
 *
 * @since 0.1.0
 * @category constructors
 */
export const turned = (subject: Subject, turns: ReadonlyArray<Turn>): void =>
  layer(ground)(`${subject.name} conforms no more with`, (it) => {
    for (const { check, name, policy } of turns) {
      it.effect(`${name}: not "${check}"`, () =>
        Effect.gen(function*() {
          const provider: AnyProvider = { ...subject.provider, ...policy }
          assert.isTrue(yield* passes(subject, check))
          assert.isFalse(yield* passes({ ...subject, provider }, check))
        }))
    }
  })

const passes = (subject: Subject, name: string) => {
  const check = checks(subject).find((check) => check.name === name)
  return check === undefined
    ? Effect.die(`there is no check "${name}"`)
    : Effect.map(Effect.exit(Effect.scoped(check.run)), Exit.isSuccess)
}
