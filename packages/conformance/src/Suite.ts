/**
 * The suite: the same checks for every provider.
 *
 * @since 0.1.0
 */
import { assert, it as test, layer } from "@effect/vitest"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import type { Check } from "./Check.ts"
import type { Fact } from "./Fact.ts"
import { attaching } from "./internal/attaching.ts"
import { caching } from "./internal/caching.ts"
import { producing } from "./internal/producing.ts"
import { reading } from "./internal/reading.ts"
import { renewing } from "./internal/renewing.ts"
import { locating, requesting } from "./internal/requesting.ts"
import { sandboxed } from "./internal/sandboxed.ts"
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
export const checks = (subject: Subject): ReadonlyArray<Check> =>
  subject.stated.grant === "produced" ? [...locating(subject), ...producing(subject)] : [
    ...locating(subject),
    ...requesting(subject),
    ...reading(subject),
    ...caching(subject),
    ...renewing(subject),
    ...attaching(subject),
    ...sandboxed(subject)
  ]

/**
 * Adds a test for each check to the test file that calls it.
 *
 * @since 0.1.0
 * @category constructors
 */
export const suite = (subject: Subject): void =>
  layer(ground)(`${subject.name} conforms: the provider`, (it) => {
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
  layer(ground)(`the checks find a provider that does not conform: ${subject.name} with`, (it) => {
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
  return check === undefined ? Effect.die(`there is no check "${name}"`) : passed(check)
}

const passed = (check: Check) => Effect.map(Effect.exit(Effect.scoped(check.run)), Exit.isSuccess)

/**
 * Adds a test for each fact: the checks of its topic pass for what is stated, and one of them fails for what could be
 * stated instead. It shows that the value depends on the fact.
 *
 * `tests` is the source of the provider's own tests, among which a fact may name one.
 *
 * @since 0.1.0
 * @category constructors
 */
export const facts = (subject: Subject, facts: ReadonlyArray<Fact>, tests = ""): void =>
  layer(ground)(`${subject.name}, by its pages:`, (it) => {
    let about = ""
    for (const { held, mark, says, what } of facts) {
      if (what !== "") about = what
      if (held === undefined) continue
      it.effect(`${about}: ${says} (${mark})`, () =>
        Effect.gen(function*() {
          if ("test" in held) return assert.isTrue(tests.includes(held.test), `there is no test "${held.test}"`)
          const of = (subject: Subject) => checks(subject).filter(({ topic }) => topic === held.topic)
          for (const check of of(subject)) assert.isTrue(yield* passed(check), check.name)
          const turned: Subject = {
            ...subject,
            stated: { ...subject.stated, ...held.stated },
            policy: { ...subject.policy, ...held.policy }
          }
          const results = yield* Effect.forEach(of(turned), passed)
          assert.include(results, false)
        }))
    }
  })

/**
 * Adds a test: the README has a table row for each fact, with its mark, and no row for anything else.
 *
 * @since 0.1.0
 * @category constructors
 */
export const marks = (readme: string, facts: ReadonlyArray<Fact>): void =>
  test("The README has every fact with its mark, and no other", () => {
    const rows = [...readme.matchAll(/^\| (.*?) ?\| (.+) \| (doc|seen|likely) \|$/gm)]
    assert.deepStrictEqual(
      rows.map(([, what, says, mark]) => [what, says, mark]),
      facts.map(({ mark, says, what }) => [what, says, mark])
    )
  })
