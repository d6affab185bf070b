import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type { Authorization } from "../../Authorization.ts"
import type { HostPart } from "../../HostPart.ts"
import type { Provider } from "../../Provider.ts"
import { InvalidOption, TokenError } from "../../TokenError.ts"
import { isRecord, reveal } from "../plain.ts"
import { orUndefined } from "../text/orUndefined.ts"
import { printable } from "../text/printable.ts"
import { type Setting, settingsOf, shownAs } from "./settings.ts"

/*
 * What is wrong with what an application gives, in words that complete the sentence which begins with the option's name.
 * Callers without types may give anything.
 */

/** The name of an option, or what a credential is for, and what is wrong with it, if anything is. */
export type Problem = readonly [name: string, problem: string | undefined]

/** The error of the first option that has a problem, if one has. */
export const check = (provider: Provider, problems: ReadonlyArray<Problem>): TokenError | undefined => {
  for (const [name, problem] of problems) {
    if (problem !== undefined) return invalidOption(provider, name, problem)
  }
  return undefined
}

/** The error of an option that is missing or can't be used, by the name that the provider gives it. */
export const invalidOption = (provider: Provider, name: string, problem: string): TokenError => {
  const { option, variable } = settingsOf(provider).find((setting) => setting.name === name) ??
    { option: name, variable: undefined }
  return new TokenError({ provider: provider.id, reason: new InvalidOption({ option, variable, problem }) })
}

/** What is given for settings, by their names. */
type Values = Readonly<Record<string, unknown>>

/** All settings that are missing or empty, as one problem. */
export const missing = (settings: ReadonlyArray<Setting>, values: Values): ReadonlyArray<Problem> => {
  const [first, ...more] = settings.filter(({ kind, name }) =>
    isEmpty(kind, values[name]) && !(kind === "scopes?" || kind.endsWith("?") && values[name] === undefined)
  )
  if (first === undefined) return []
  const others = more.map(shownAs).join(", ")
  return [[
    first.name,
    more.length > 0
      ? `is missing or empty, and so ${more.length === 1 ? "is" : "are"} ${others}`
      : first.kind === "scopes"
      ? "must name at least one scope"
      : "is missing or empty"
  ]]
}

const isEmpty = (kind: Setting["kind"], given: unknown): boolean => {
  const value = contentOf(given)
  return value === undefined || value === null || Array.isArray(value) && value.length === 0
    || typeof value === "string" && (kind.startsWith("key") ? value.trim() : value) === ""
}

/** What is given, or what a Redacted contains: nothing, if it has been wiped. */
const contentOf = (given: unknown): unknown => orUndefined(() => reveal(given))

/** What is wrong with each of the settings that are given. */
export const problemsOf = (
  { urlParts }: Provider,
  settings: ReadonlyArray<Setting>,
  values: Values
): ReadonlyArray<Problem> =>
  settings.map(({ kind, name }) => {
    const value = values[name]
    return [
      name,
      value === undefined
        ? undefined
        : kind.startsWith("scopes")
        ? scopesProblem(value)
        : kind.startsWith("text")
        ? (Object.hasOwn(urlParts, name) ? partProblem(value, urlParts[name]) : undefined) ?? textProblem(value)
        : Redacted.isRedacted(value)
        ? textProblem(contentOf(value), kind)
        : "must be Redacted: Redacted.make(secret)"
    ]
  })

/** What is wrong with a part of a URL: its pattern must match the whole of it, whatever flags and anchors it has. */
const partProblem = (text: unknown, part: HostPart | undefined): string | undefined => {
  const pattern: unknown = part?.pattern
  if (!Predicate.isRegExp(pattern)) return "has no check: the provider's urlParts must have a HostPart for it"
  const whole = new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gmy]/g, ""))
  return typeof text !== "string" || whole.test(text)
    ? undefined
    : `must be ${part?.description}, not ${printable(text)}`
}

/** What is wrong with a text, or with that in a secret. */
export const textProblem = (text: unknown, kind: Setting["kind"] = "text"): string | undefined =>
  typeof text !== "string"
    ? `must ${kind === "text" ? "be" : "contain"} a string, not ${kindOf(text)}`
    : !kind.startsWith("key") && /\p{Cc}/u.test(text)
    ? "contains a control character (such as a line break)"
    : /\p{Cs}/u.test(text)
    ? "contains half of a character (a surrogate without its pair)"
    : undefined

/** What is wrong with a list of texts. */
export const textsProblem = (list: unknown): string | undefined => {
  if (!Array.isArray(list)) return `must be an array of strings, not ${kindOf(list)}`
  const wrong = list.findIndex((each) => typeof each !== "string")
  return wrong < 0 ? undefined : `must be an array of strings, and contains ${kindOf(list[wrong])}`
}

/** What is wrong with scopes: RFC 6749 section 3.3. */
export const scopesProblem = (scopes: unknown): string | undefined => {
  const problem = textsProblem(scopes)
  if (problem !== undefined || !Array.isArray(scopes)) return problem
  const offender = scopes.find((scope) => !/^[\x21\x23-\x5B\x5D-\x7E]+$/.test(scope))
  return offender === undefined ? undefined : `contains ${printable(offender)}, which is not a scope`
}

/** What a value is, in a word: never what it holds. */
export const kindOf = (value: unknown): string =>
  value === null
    ? "null"
    : typeof value !== "object"
    ? typeof value
    : Redacted.isRedacted(value)
    ? "Redacted"
    : Array.isArray(value)
    ? "an array"
    : "an object"

/** What is wrong with what a client authentication method or a grant adds to a token request: RFC 9110 section 5. */
export const additionsProblem = (additions: unknown): string | undefined => {
  const { headers = {}, parameters = {}, url = "", ...others }: Additional = isRecord(additions) ? additions : { it: 0 }
  const canBeSent = (name: string, value: unknown) => isFieldName(name) && !isOwnField(name) && isText(value, field)
  const [wrong] = [
    ...Object.keys(others),
    ...Object.entries(headers).flatMap(([name, value]) =>
      canBeSent(name, value) ? [] : isFieldName(name) ? name : "the name of a header"
    ),
    ...Object.entries(parameters).flatMap(([name, value]) => areTexts(value) ? [] : name),
    ...isText(url, any) ? [] : ["url"]
  ]
  return wrong && `must return headers, parameters or url that can be sent, and ${wrong} can't`
}

interface Additional {
  readonly headers?: {}
  readonly parameters?: {}
  readonly url?: unknown
}

// A Redacted that was put into a text is no secret any more.
const any = /^(?!.*<redacted[:>])/s
const field = /^(?!.*<redacted[:>])[\t\x20-\x7E\x80-\xFF]*$/

const areTexts = (given: unknown): boolean => [given].flat().every((part) => isText(part, any))

const isText = (given: unknown, form: RegExp): boolean => {
  const value = contentOf(given)
  return typeof value === "string" && form.test(value)
}

/** What is wrong with parameters. */
export const parametersProblem = (parameters: unknown): string | undefined => {
  if (!isRecord(parameters)) return "must be a plain object"
  const wrong = Object.entries(parameters).find(([, value]) => !areTexts(value))
  return wrong && `must contain strings, Redacted strings, or lists of them; ${wrong[0]} is ${kindOf(wrong[1])}`
}

/** What is wrong with fields of a token request of which one is taken. */
export const takenProblem = (fields: object = {}, isTaken: (name: string) => boolean): string | undefined => {
  const taken = Object.keys(fields).find(isTaken)
  return taken && `must not name ${taken}`
}

/** What is wrong with how a token goes on requests: a header that HTTP itself needs can't carry one. */
export const authorizationProblem = ({ header, scheme }: Authorization): string | undefined =>
  !isFieldName(header) || header !== String(header).toLowerCase()
    ? "must have the name of a header, in lower case"
    : isOwnField(header) || /^(?:cookie|accept.*|proxy-.*)$/.test(header)
    ? `can't be the header ${header}`
    : scheme !== undefined && !isFieldName(scheme)
    ? "must have a scheme without spaces, such as Bearer"
    : undefined

/** Whether a text is a `token`, which the name of a header and a scheme are: RFC 9110 section 5.6.2. */
const isFieldName = (text: string): boolean => /^[\w!#$%&'*+.^`|~-]{1,100}$/.test(text)

/** Whether a header is one that HTTP itself needs. */
const isOwnField = (name: string): boolean => /^(?:host|connection|content-.*|transfer-encoding|upgrade)$/i.test(name)
