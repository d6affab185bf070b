import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Record from "effect/Record"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { Kind, Problem, Values } from "../../ClientAuthentication.ts"
import type { Overrides, Provider, Secret } from "../../Provider.ts"
import type { TokenError } from "../../TokenError.ts"
import { asEffect } from "../asEffect.ts"
import { printable } from "../text/printable.ts"
import { unavailable } from "../unavailable.ts"
import { check, copyOf, invalidOption, kindOf, notText, notTexts, type Resolved } from "./resolve.ts"
import { needsOf, settingsOf, valuesOf } from "./settings.ts"
import * as TokenRequest from "./TokenRequest.ts"

/** Credentials, or an effect that reads and checks them anew for each token request. */
export type Source = TokenRequest.Credentials | Effect.Effect<TokenRequest.Credentials, TokenError>

/** What is given of an account's credentials, from options by the provider's names: read once, and by OAuth's names. */
export const givenOf = (provider: Resolved, options: object): Given => valuesOf(provider, needsOf(provider), options)

/**
 * The credentials of an account, checked. Where a secret is an effect, they are an effect, too, and the secret is
 * checked each time that it is read. Fails with `InvalidOption`.
 */
export const credentialsOf = Effect.fnUntraced(function*(
  provider: Resolved,
  given: Given,
  scopes: ReadonlyArray<string> = []
): Effect.fn.Return<Source, TokenError> {
  const later = Object.keys(given).filter((name) => Effect.isEffect(given[name]))
  const list = yield* copied(provider, scopes)
  const known = { values: yield* checked(provider, given, later), scopes: list }
  if (later.length > 0) {
    const read = Effect.mapError(Effect.all(Record.map(given, asEffect)), () => unavailable(provider, "credentials"))
    return Effect.map(
      Effect.flatMap(read, (read) => checked(provider, read, [])),
      (values) => ({ values, scopes: list })
    )
  }
  // What can be built now is built now: it shows whether a parameter names a field of the request.
  const request = TokenRequest.make(provider, known)
  return Exit.isExit(request) ? { ...known, built: yield* request } : known
})

/** The error of all options that are missing, where they are more than one: each alone is told by its own check. */
export const missingOptions = (
  provider: Provider,
  options: Pick<Overrides, "clientAuthentication">
): TokenError | undefined => {
  // A caller without types may give anything, which has its own check.
  const clientAuthentication = options.clientAuthentication?.needs === undefined
    ? provider.clientAuthentication
    : options.clientAuthentication
  const [first, ...more] = settingsOf({ ...provider, clientAuthentication }).filter(({ kind, name, option }) => {
    const isRequired = kind === "scopes"
      ? provider.scopesRequired && provider.scopes.length === 0
      : !kind.endsWith("?")
    return isRequired && isMissing(Reflect.get(options, option) ?? provider.defaults[name])
  })
  if (first === undefined || more.length === 0) return undefined
  const others = more.map(({ option, variable }) => `${option} (${variable})`).join(", ")
  return invalidOption(provider, first.name, `${missing}, and so ${more.length === 1 ? "is" : "are"} ${others}`)
}

const isMissing = (value: unknown): boolean =>
  value === undefined || value === null || value === "" || Array.isArray(value) && value.length === 0
  || Redacted.isRedacted(value) && isMissing(Redacted.value(value))

/** What a caller with types gives; one without may give anything. */
export type Given = Readonly<Record<string, string | Secret | undefined>>

const checked = Effect.fnUntraced(function*(
  provider: Resolved,
  given: Given,
  later: ReadonlyArray<string>
): Effect.fn.Return<TokenRequest.Credentials["values"], TokenError> {
  const values: Record<string, string | Redacted.Redacted> = {}
  for (const [name, kind] of Object.entries(needsOf(provider))) {
    const value = given[name]
    if (later.includes(name) || value === undefined && kind.endsWith("?")) continue
    const problem = isSecret(kind) ? secretProblem(kind, value) : textProblem(value)
    if (problem !== undefined) return yield* invalidOption(provider, name, problem)
    if (typeof value === "string" || isRedactedText(value)) values[name] = value
  }
  for (const part of [provider.clientAuthentication, provider.grant]) {
    const problem = yield* validate(part, values)
    if (problem !== undefined) return yield* invalidOption(provider, problem.name, problem.problem)
  }
  return values
})

interface Validated {
  validate?(values: Partial<Values<{}>>): Problem | undefined | Effect.Effect<Problem | undefined>
}

const validate = (part: Validated, values: {}): Effect.Effect<Problem | undefined> => asEffect(part.validate?.(values))

/** The scopes of an account, checked; the list stays as it is when the caller's own changes. */
export const copied = (
  provider: Resolved,
  scopes: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<string>, TokenError> => {
  const list = copyOf(scopes)
  return Effect.fromResult(Result.map(check(provider, [["scopes", scopesProblem(provider, list)]]), () => list))
}

const isSecret = (kind: Kind): boolean => !kind.startsWith("text")

const isRedactedText = (value: unknown): value is Redacted.Redacted =>
  Redacted.isRedacted(value) && typeof Redacted.value(value) === "string"

const missing = "is missing or empty"

// Callers without types, and variables that aren't set, omit values.
const textProblem = (value: unknown): string | undefined =>
  value === undefined || value === null || value === ""
    ? missing
    : typeof value !== "string"
    ? notText(value)
    : /\p{Cc}/u.test(value)
    ? "contains a control character (such as a line break)"
    : halfCharacter(value)

const secretProblem = (kind: Kind, value: unknown): string | undefined => {
  if (value === undefined || value === null) return missing
  if (!Redacted.isRedacted(value)) return "must be Redacted: Redacted.make(secret)"
  const text = Redacted.value(value)
  if (text === undefined || text === null) return missing
  if (typeof text !== "string") return `must contain a string, not ${kindOf(text)}`
  return kind.startsWith("key") ? text.trim() === "" ? missing : halfCharacter(text) : textProblem(text)
}

const halfCharacter = (text: string): string | undefined =>
  /\p{Cs}/u.test(text) ? "contains half of a character (a surrogate without its pair)" : undefined

// RFC 6749 section 3.3.
const scopesProblem = (provider: Resolved, scopes: unknown): string | undefined => {
  const problem = notTexts(scopes)
  if (problem !== undefined || !Array.isArray(scopes)) return problem
  const set = TokenRequest.scopeSet(provider, scopes)
  if (provider.scopesRequired && set.length === 0) return "must name at least one scope"
  const offender = set.find((scope) => !/^[\x21\x23-\x5B\x5D-\x7E]+$/.test(scope))
  return offender === undefined ? undefined : `contains ${printable(offender)}, which is not a scope`
}
