import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { ClientAuthentication, Parameter, Parameters } from "../../ClientAuthentication.ts"
import type { Overrides, Provider } from "../../Provider.ts"
import { InvalidOption, TokenError } from "../../TokenError.ts"
import * as Url from "../http/url.ts"
import { printable } from "../text/printable.ts"
import { millisOf, notASpan } from "../timeSpan.ts"
import { needsOf, optionOf, settingsOf, valuesOf } from "./settings.ts"

/**
 * A provider as one application uses it, checked: its URLs are complete, https (or http on loopback), without userinfo
 * and fragment; each part of them is just that part.
 */
export interface Resolved<out Reply = unknown> extends Provider<Reply> {
  /** Whether plain http is allowed elsewhere than on loopback. */
  readonly insecure: boolean
  readonly assumedLifetime: Duration.Duration | undefined
  /** Where each URL of the provider is instead, if the application overrides it with a base URL that has `{host}`. */
  readonly baseUrl: string | undefined
  /** The URLs of the provider's API as it documents them: each may be requested, and goes to `baseUrl` then. */
  readonly documented: ReadonlyArray<string>
}

/**
 * The provider as its server's metadata describes it now, and after a token request that failed, as a new look at the
 * metadata shows it: the same value as before, where nothing has changed.
 */
export type Described = (failure?: TokenError) => Effect.Effect<Resolved>

/**
 * Applies what an application overrides, and checks all of it. Each option is read once, and lists and records are
 * copied: what changes later is what was checked no more. Fails with `InvalidOption`.
 */
export const resolve = <Reply>(
  known: Provider<Reply>,
  options: Overrides
): Result.Result<Resolved<Reply>, TokenError> => {
  const provider = copyOf(known)
  const { baseUrl, insecure = false } = options
  const clientAuthentication = copyOf(options.clientAuthentication ?? provider.clientAuthentication)
  const parts = valuesOf(provider, provider.urlParts, options)
  const own = copyOf(options.parameters ?? {})
  const parameters = { ...provider.parameters, ...own }
  const renewal = copyOf(options.renewal ?? provider.renewal)
  const lifetime = options.assumedLifetime ?? provider.assumedLifetime
  const assumedLifetime = lifetime === undefined ? undefined : millisOf(lifetime)

  const urlOf = (name: "tokenEndpoint" | "apiUrl"): string => {
    const own = options[name] ?? Url.fill(provider[name], parts)
    return typeof own !== "string" || typeof baseUrl !== "string" ? own : Url.rebase(own, baseUrl)
  }
  const tokenEndpoint = urlOf("tokenEndpoint")
  const apiUrl = urlOf("apiUrl")
  const urlProblem = (name: string, url: string): Problem => [
    baseUrl === undefined ? name : "baseUrl",
    notText(baseUrl ?? "") ?? notText(url)
      ?? (baseUrl?.includes("?") ? "must not have a query" : Url.problemOf(url, insecure))
  ]
  const checked = check(provider, [
    ["clientAuthentication", authenticationProblem(provider, clientAuthentication)],
    ["assumedLifetime", lifetime !== undefined && assumedLifetime === undefined ? notASpan : undefined],
    ...Object.entries(provider.urlParts).map(([name, part]): Problem => [name, partProblem(part, parts[name])]),
    [
      "parameters",
      isRecord(own)
        ? parametersProblem(parameters)
        : "must be a plain object"
    ],
    urlProblem("tokenEndpoint", tokenEndpoint),
    urlProblem("apiUrl", apiUrl)
  ])
  return Result.map(checked, () => ({
    ...provider,
    tokenEndpoint,
    apiUrl,
    apiOrigins: provider.apiOrigins.map((origin) => Url.fill(origin, parts)),
    baseUrl: baseUrl?.includes("{host}") === true ? baseUrl : undefined,
    documented: [provider.apiUrl, ...provider.apiOrigins].map((url) => Url.fill(url, parts)),
    clientAuthentication,
    renewal: renewal === false ? undefined : renewal,
    parameters,
    assumedLifetime: assumedLifetime === undefined ? undefined : Duration.millis(assumedLifetime),
    insecure
  }))
}

/** The name of an option, or what a credential is for, and what is wrong with it, if anything is. */
export type Problem = readonly [name: string, problem: string | undefined]

/** Fails with the error of the first option that has a problem, if one has. */
export const check = (provider: Provider, problems: ReadonlyArray<Problem>): Result.Result<void, TokenError> => {
  for (const [name, problem] of problems) {
    if (problem !== undefined) return Result.fail(invalidOption(provider, name, problem))
  }
  return Result.void
}

/** The error of an option that is missing or can't be used, by the name that the provider gives it. */
export const invalidOption = (provider: Provider, name: string, problem: string): TokenError =>
  new TokenError({
    provider: provider.id,
    reason: new InvalidOption({
      option: optionOf(provider, name),
      variable: settingsOf(provider).find((setting) => setting.name === name)?.variable,
      problem
    })
  })

/**
 * A copy of lists and records, whatever is in them; other values are as they are. It has what getters return now.
 */
export const copyOf = <A>(value: A): A => {
  const copy: unknown = Array.isArray(value)
    ? value.map(copyOf)
    : isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, copyOf(each)]))
    : value
  return copy as A
}

// Another realm has another `Object`: what it makes is a record, too.
export const isRecord = (value: unknown): value is object =>
  typeof value === "object" && value !== null
  && (Object.getPrototypeOf(value) === null || Object.getPrototypeOf(Object.getPrototypeOf(value)) === null)

/** What is wrong with a text from a caller without types, if anything is. */
export const notText = (value: unknown): string | undefined =>
  typeof value === "string" ? undefined : `must be a string, not ${kindOf(value)}`

/** What is wrong with a list of texts, likewise. */
export const notTexts = (value: unknown): string | undefined => {
  if (!Array.isArray(value)) return `must be an array of strings, not ${kindOf(value)}`
  const wrong = value.findIndex((each) => typeof each !== "string")
  return wrong < 0 ? undefined : `must be an array of strings, and contains ${kindOf(value[wrong])}`
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

const partProblem = (
  { description, pattern }: Provider["urlParts"][string],
  value: unknown
): string | undefined =>
  value === undefined || value === ""
    ? "is missing or empty"
    : typeof value !== "string"
    ? notText(value)
    : pattern.test(value)
    ? undefined
    : `must be ${description}, not ${printable(value)}`

const authenticationProblem = (provider: Provider, method: ClientAuthentication): string | undefined => {
  if (typeof method?.authenticate !== "function") {
    return "must be a value of ClientAuthentication"
  }
  const known = needsOf(provider)
  const more = Object.keys(method.needs).find((name) => !Object.hasOwn(known, name))
  return more && `needs ${more}, which the provider's own method doesn't; make a Provider with it`
}

// A second one beside the request's own could be the one that a server reads.
const ownParameter = /^(grant_type|client_id|client_secret|username|password|refresh_token|scope)$/

const parametersProblem = (parameters: Parameters): string | undefined => {
  const taken = Object.keys(parameters).find((name) => ownParameter.test(name))
  if (taken !== undefined) return `must not name ${taken}`
  const wrong = Object.entries(parameters).find(([, value]) => !isParameter(value))
  return wrong && `must contain strings, Redacted strings, or lists of them; ${wrong[0]} is ${kindOf(wrong[1])}`
}

const isParameter = (value: Parameter): boolean => Array.isArray(value) ? value.every(isPart) : isPart(value)

const isPart = (value: unknown): boolean =>
  typeof (Redacted.isRedacted(value) ? Redacted.value(value) : value) === "string"
