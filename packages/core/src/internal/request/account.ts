import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Record from "effect/Record"
import * as Redacted from "effect/Redacted"
import type { Problem, Values } from "../../ClientAuthentication.ts"
import type { Secret } from "../../Provider.ts"
import type { TokenError } from "../../TokenError.ts"
import { readAll, readFrom } from "../asEffect.ts"
import { copyOf } from "../plain.ts"
import { unavailable } from "../unavailable.ts"
import { check, invalidOption, missing, problemsOf } from "./check.ts"
import type { Resolved } from "./resolve.ts"
import { accountOf, type Setting, valuesOf } from "./settings.ts"
import * as TokenRequest from "./TokenRequest.ts"

/** Credentials, or an effect that reads and checks them anew for each token request. */
export type Source = TokenRequest.Credentials | Effect.Effect<TokenRequest.Credentials, TokenError>

/** What is given of an account, by OAuth's names: what a caller with types gives; one without may give anything. */
export interface Given {
  readonly [credential: string]: string | Secret | ReadonlyArray<string> | undefined
  readonly scopes?: ReadonlyArray<string> | undefined
}

/** What is given of an account, from options by the provider's names: read once, and copied. */
export const givenOf = (provider: Resolved, options: object): Given =>
  copyOf(valuesOf(provider, accountOf(provider), options))

/**
 * The credentials of an account, checked. Where a secret is an effect, they are an effect, too, and the secret is
 * checked each time that it is read. Fails with `InvalidOption`.
 */
export const credentialsOf = Effect.fnUntraced(function*(
  provider: Resolved,
  given: Given
): Effect.fn.Return<Source, TokenError> {
  const account = accountOf(provider)
  const now = account.filter(({ name }) => !Effect.isEffect(given[name]))
  const known = yield* checked(provider, now, given)
  if (now.length < account.length) {
    const read = Effect.mapError(readAll(given), () => unavailable(provider, "credentials"))
    return Effect.flatMap(read, (given) => checked(provider, account, given))
  }
  // What can be built now is built now: it shows whether a parameter names a field of the request.
  const request = TokenRequest.make(provider, known)
  return Exit.isExit(request) ? { ...known, built: yield* request } : known
})

const checked = Effect.fnUntraced(function*(
  provider: Resolved,
  account: ReadonlyArray<Setting>,
  given: Given
): Effect.fn.Return<TokenRequest.Credentials, TokenError> {
  const error = check(provider, [...missing(account, given), ...problemsOf(provider, account, given)])
  if (error) return yield* error
  const values = Record.filter(given, isKnown)
  for (const option of ["clientAuthentication", "grant"] as const) {
    const part: Validated = provider[option]
    const problem = yield* readFrom(
      () => part.validate?.(values),
      () => Effect.succeed({ name: option, problem: "has a validate that failed" })
    )
    if (problem) return yield* invalidOption(provider, problem.name, problem.problem)
  }
  return { values, scopes: given.scopes ?? [] }
})

const isKnown = (value: unknown): value is string | Redacted.Redacted =>
  typeof value === "string" || Redacted.isRedacted(value)

interface Validated {
  validate?(values: Partial<Values<{}>>): Problem | undefined | Effect.Effect<Problem | undefined>
}
