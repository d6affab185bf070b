import type * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import type { Options } from "../../AuthenticatedHttpClient.ts"
import type { ClientAuthentication } from "../../ClientAuthentication.ts"
import type { Overrides, Provider } from "../../Provider.ts"
import type { TokenError } from "../../TokenError.ts"
import * as ApiOrigins from "../http/apiOrigins.ts"
import * as Url from "../http/url.ts"
import { copyOf } from "../plain.ts"
import { millisOf, notASpan } from "../timeSpan.ts"
import {
  additionsProblem,
  authorizationProblem,
  check,
  missing,
  parametersProblem,
  type Problem,
  problemsOf,
  scopesProblem,
  takenProblem,
  textProblem,
  textsProblem
} from "./check.ts"
import { needsOf, partsOf, type Setting, valuesOf } from "./settings.ts"

/**
 * A provider as one application uses it, checked: its URLs are complete, https (or http on loopback), without userinfo
 * and fragment; each part of them is just that part.
 */
export interface Resolved<out Reply = unknown> extends Provider<Reply>, ApiOrigins.Api {
  /** In milliseconds. */
  readonly assumedLifetime: number | undefined
}

/**
 * The provider as its server's metadata describes it now, and after a token request that failed, as a new look at the
 * metadata shows it: the same value as before, where nothing has changed.
 */
export type Described = (failure?: TokenError) => Effect.Effect<Resolved>

/**
 * Applies what an application overrides, and checks all of it. Each option is read once, and lists and records are
 * copied: what changes later is what was checked no more. Fails with `InvalidOption`, and names all at once that are
 * missing of the settings that the options should have: the parts of the URLs by default.
 */
export const resolve = <Reply>(
  known: Provider<Reply>,
  options: Overrides & Options,
  needed: (provider: Provider) => ReadonlyArray<Setting> = partsOf
): Result.Result<Resolved<Reply>, TokenError> => {
  const provider = copyOf(known)
  const { apiOrigins: added = [], baseUrl, insecure = false } = options
  const renewOn = copyOf(options.renewOn ?? provider.renewOn)
  const clientAuthentication = copyOf(options.clientAuthentication ?? provider.clientAuthentication)
  const own = copyOf(options.parameters ?? {})
  const parameters = { ...provider.parameters, ...own }
  const renewal = copyOf(options.renewal ?? provider.renewal)
  const lifetime = options.assumedLifetime ?? provider.assumedLifetime
  const assumedLifetime = lifetime === undefined ? undefined : millisOf(lifetime)
  const places = partsOf(provider)
  const parts = valuesOf(provider, places, options)
  const ownOrigins = [provider.apiOrigins].flat().map((origin) => Url.fill(origin, parts))
  const apiOrigins = [...ownOrigins, added].flat().filter(Predicate.isString)
  const settings = needed({ ...provider, clientAuthentication })

  const urlOf = (name: "tokenEndpoint" | "apiUrl"): string => {
    const own = options[name] ?? Url.fill(provider[name], parts)
    return typeof own !== "string" || typeof baseUrl !== "string" ? own : Url.rebase(own, baseUrl)
  }
  const tokenEndpoint = urlOf("tokenEndpoint")
  const apiUrl = urlOf("apiUrl")
  const urlProblem = (name: string, url: string): Problem => {
    const problem = textProblem(url)
    return problem === undefined
      ? [baseUrl === undefined ? name : "baseUrl", Url.problemOf(url, insecure)]
      : [name, problem]
  }
  const error = check(provider, [
    ["id", textProblem(provider.id)],
    ...missing(settings, valuesOf(provider, settings, options)),
    ["clientAuthentication", authenticationProblem(provider, clientAuthentication)],
    ["grant", has("request", provider.grant) ? undefined : "must be a value of Grant"],
    ["renewal", !renewal || has("request", renewal) ? undefined : "must be a value of Grant, or false"],
    ["insecure", typeof insecure === "boolean" ? undefined : "must be true or false"],
    [
      "request",
      isFormat(provider.request)
        ? additionsProblem({ headers: provider.request.headers })
        : "must have the method POST or GET, and the encoding form, json or query"
    ],
    ["assumedLifetime", lifetime !== undefined && assumedLifetime === undefined ? notASpan : undefined],
    ...problemsOf(provider, places, parts),
    ["scopes", scopesProblem(provider.scopes)],
    ["parameters", parametersProblem(own) ?? parametersProblem(parameters) ?? takenProblem(parameters, isReserved)],
    ["baseUrl", textProblem(baseUrl ?? "") ?? (baseUrl?.includes("?") ? "must not have a query" : undefined)],
    urlProblem("tokenEndpoint", tokenEndpoint),
    urlProblem("apiUrl", apiUrl),
    ["apiOrigins", textsProblem(added)],
    ...ApiOrigins.problems(apiOrigins, insecure),
    ["authorization", authorizationProblem(provider.authorization)],
    ["renewOn", areRefusals(renewOn) ? undefined : "must be an array of statuses from 400 to 499"]
  ])
  return error ? Result.fail(error) : Result.succeed({
    ...provider,
    tokenEndpoint,
    apiUrl,
    apiOrigins,
    baseUrl: baseUrl?.includes("{host}") === true ? baseUrl : undefined,
    documented: [Url.fill(provider.apiUrl, parts), ...ownOrigins],
    clientAuthentication,
    renewal: renewal || undefined,
    parameters,
    assumedLifetime,
    renewOn
  })
}

const authenticationProblem = (provider: Provider, method: ClientAuthentication): string | undefined => {
  if (!has("authenticate", method)) return "must be a value of ClientAuthentication"
  const known = needsOf(provider)
  const more = Object.keys(method.needs).find((name) => !Object.hasOwn(known, name))
  return more && `needs ${more}, which the provider's own method doesn't; make a Provider with it`
}

const has = (method: string, value: unknown): boolean =>
  Predicate.hasProperty(value, method) && Predicate.isFunction(value[method])

const isFormat = ({ encoding = "form", method = "POST" }: Provider["request"]): boolean =>
  /^(form|json|query)$/.test(encoding) && /^(POST|GET)$/.test(method)

// A second one beside the request's own could be the one that a server reads.
const isReserved = (name: string): boolean =>
  /^(grant_type|client_id|client_secret|username|password|refresh_token|scope)$/.test(name)

const areRefusals = (statuses: unknown): boolean =>
  Array.isArray(statuses) && statuses.every((status) => Number.isInteger(status) && status >= 400 && status <= 499)
