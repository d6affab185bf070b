/**
 * All that is known of one provider, as one value.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import { constUndefined } from "effect/Function"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import { type ClientAuthentication, placements } from "./ClientAuthentication.ts"
import type * as Grant from "./Grant.ts"
import type { HostPart } from "./HostPart.ts"
import { millisOf, notASpan } from "./internal/timeSpan.ts"
import * as Url from "./internal/url.ts"
import type { Settings } from "./Settings.ts"
import { InvalidOption, TokenError } from "./TokenError.ts"

/**
 * A failed reply, reduced to what decides.
 *
 * @since 0.1.0
 * @category models
 */
export interface Failure {
  readonly status: number
  /** The `error` of the reply, if it is a string. */
  readonly code: string | undefined
  /** The grant that was asked with. */
  readonly grant: Grant.Grant["type"]
}

/**
 * What a failed reply means to a program.
 *
 * @since 0.1.0
 * @category models
 */
export type Refusal = "credentials" | "grant" | "request" | "throttled" | "unavailable"

/**
 * A provider: its endpoint, where credentials go, how it grants, how to read its reply, what a refusal means, which
 * origins may see the token. `Reply` is what its reply adds to OAuth's fields.
 *
 * @since 0.1.0
 * @category models
 */
export interface Provider<out Reply = unknown> {
  /** A short name in lower case, for metrics, spans and errors. */
  readonly id: string
  /** The token endpoint: https, or http on loopback. */
  readonly tokenEndpoint: string
  /** Where the client's credentials go. */
  readonly clientAuthentication: ClientAuthentication
  /** The grant that gets the first token. */
  readonly grant: Grant.Primary["type"]
  /** Whether a refresh token, where the reply has one, is preferred to the first grant. */
  readonly renewsWithRefreshToken: boolean
  /** Scopes that are sent where the application names none. */
  readonly scopes: ReadonlyArray<string>
  /** Whether a request without scopes is refused before it is sent. */
  readonly scopesRequired: boolean
  /** Further fields of the token request's body. */
  readonly parameters: Readonly<Record<string, string>>
  /**
   * What the reply adds to OAuth's fields. It sees the whole reply but the tokens themselves, and must not fail on what
   * it doesn't need.
   */
  readonly reply: Schema.ConstraintCodec<Reply, unknown>
  /** Whether a reply without `token_type` is read as one with `Bearer`. */
  readonly tokenTypeRequired: boolean
  /**
   * The lifetime of a token whose reply doesn't say it, counted from the request; `undefined` where such a reply is
   * not understood.
   */
  readonly assumedLifetime: Duration.Duration | undefined
  /**
   * The field of the reply that holds the refresh token's lifetime, in seconds; a 0 there means that it doesn't end.
   * `undefined` where the provider has no such field.
   */
  readonly refreshTokenExpiresIn: string | undefined
  /** What a failed reply means, where status and OAuth code don't tell; `undefined` leaves it to them. */
  readonly refusal: (failure: Failure) => Refusal | undefined
  /** Where the provider's API is: requests with a path alone go there. */
  readonly apiUrl: string
  /** Origins that may see the token, besides that of `apiUrl`. */
  readonly apiOrigins: ReadonlyArray<string>
  /** The statuses of the API that mean "get a new token and repeat the request". */
  readonly renewOn: ReadonlyArray<number>
  /**
   * Of those, the ones that may as well mean something else, such as a missing right: the token is renewed, and served
   * on if that fails.
   */
  readonly doubtOn: ReadonlyArray<number>
  /** Whether plain http is allowed elsewhere than on loopback. */
  readonly insecure: boolean
  /** What the provider calls its settings. */
  readonly settings: Settings
}

/**
 * What is known of a provider. What is left out takes the default that `make` names.
 *
 * @since 0.1.0
 * @category models
 */
export interface Facts<Reply> extends
  Pick<Provider<Reply>, "id" | "clientAuthentication" | "grant" | "reply">,
  Partial<
    Pick<
      Provider<Reply>,
      | "renewsWithRefreshToken"
      | "scopes"
      | "scopesRequired"
      | "parameters"
      | "tokenTypeRequired"
      | "refreshTokenExpiresIn"
      | "refusal"
      | "apiOrigins"
      | "renewOn"
      | "doubtOn"
      | "settings"
    >
  >
{
  /** The token endpoint. Parts in braces, such as `{region}`, are taken from `hostParts`. */
  readonly tokenEndpoint: string
  /** Where the API is. Takes the same braces. */
  readonly apiUrl: string
  /** What stands in the place of the braces. */
  readonly hostParts?: Readonly<Record<string, HostPart>>
  /** The lifetime of a token whose reply doesn't say it. */
  readonly assumedLifetime?: Duration.Input | undefined
}

/**
 * What an application may say otherwise of a provider, where the provider's pages are silent, or no longer true. What
 * is left out, or `undefined`, changes nothing.
 *
 * @since 0.1.0
 * @category models
 */
export interface Overrides {
  /**
   * Another place for both the token endpoint and the API, such as a test server: replaces their origins, and keeps
   * their paths.
   */
  readonly baseUrl?: string | undefined
  /** The token endpoint: https, or http on loopback. */
  readonly tokenEndpoint?: string | undefined
  /** Where the API is: requests with a path alone go there. */
  readonly apiUrl?: string | undefined
  /** Where the client's credentials go. */
  readonly clientAuthentication?: ClientAuthentication | undefined
  /** Whether a refresh token, where the reply has one, is preferred to the first grant. */
  readonly renewsWithRefreshToken?: boolean | undefined
  /** Further fields of the token request's body. */
  readonly parameters?: Readonly<Record<string, string>> | undefined
  /** The lifetime of a token whose reply doesn't say it. */
  readonly assumedLifetime?: Duration.Input | undefined
  /** Whether plain http is allowed elsewhere than on loopback: `false` unless told otherwise. */
  readonly insecure?: boolean | undefined
}

/**
 * A provider, checked: its URLs are https (or http on loopback), without userinfo and fragment, and what was put into
 * a host name is still just that afterwards.
 *
 * Defaults: no scopes, `token_type` required, `expires_in` required, no refresh token, `renewOn` 401, `doubtOn` 403 (by
 * RFC 6750 section 3.1 a missing right). Fails with `InvalidOption`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <Reply>(
  facts: Facts<Reply>,
  overrides: Overrides = {}
): Result.Result<Provider<Reply>, TokenError> => {
  const { hostParts = {}, settings = {}, ...known } = facts
  const { baseUrl, insecure = false } = overrides
  const clientAuthentication = overrides.clientAuthentication ?? facts.clientAuthentication
  const parameters = overrides.parameters ?? facts.parameters ?? {}
  const lifetime = overrides.assumedLifetime ?? facts.assumedLifetime
  const assumedLifetime = lifetime === undefined ? undefined : millisOf(lifetime)

  const urlOf = (name: "tokenEndpoint" | "apiUrl"): string => {
    const own = overrides[name] ?? Url.fillHost(facts[name], hostParts)
    return baseUrl === undefined ? own : Url.rebase(own, baseUrl)
  }
  const urlProblem = (name: "tokenEndpoint" | "apiUrl"): Problem => [
    baseUrl === undefined ? name : "baseUrl",
    baseUrl?.includes("?") ? "must not have a query" : Url.problemOf(urlOf(name), insecure)
  ]
  const taken = Object.keys(parameters).find((name) => ownParameter.test(name))
  const checked = check({ id: facts.id, settings }, [
    // Callers without types say what they like.
    [
      "clientAuthentication",
      Object.hasOwn(placements, clientAuthentication)
        ? undefined
        : `must be one of ${Object.keys(placements).join(", ")}`
    ],
    ["assumedLifetime", lifetime !== undefined && assumedLifetime === undefined ? notASpan : undefined],
    ...Object.entries(hostParts).map(([name, { problem }]) => [name, problem] as const),
    ["parameters", taken && `must not name ${taken}`],
    urlProblem("tokenEndpoint"),
    urlProblem("apiUrl")
  ])
  return Result.map(checked, () => ({
    scopes: [],
    scopesRequired: false,
    tokenTypeRequired: true,
    refreshTokenExpiresIn: undefined,
    refusal: constUndefined,
    apiOrigins: [],
    renewOn: [401],
    doubtOn: [403],
    ...known,
    tokenEndpoint: urlOf("tokenEndpoint"),
    apiUrl: urlOf("apiUrl"),
    clientAuthentication,
    renewsWithRefreshToken: overrides.renewsWithRefreshToken ?? facts.renewsWithRefreshToken ?? false,
    parameters,
    assumedLifetime: assumedLifetime === undefined ? undefined : Duration.millis(assumedLifetime),
    insecure,
    settings
  }))
}

// A second one beside OAuth's own could be the one that a server reads.
const ownParameter = /^(grant_type|client_id|client_secret|username|password|refresh_token|scope)$/

/**
 * A setting, and what is wrong with it, if anything is.
 *
 * @internal
 */
export type Problem = readonly [setting: string, problem: string | undefined]

/**
 * Fails with the error of the first setting that has a problem, if one has.
 *
 * @internal
 */
export const check = (
  self: Pick<Provider, "id" | "settings">,
  problems: ReadonlyArray<Problem>
): Result.Result<void, TokenError> => {
  for (const [setting, problem] of problems) {
    if (problem !== undefined) return Result.fail(invalidOption(self, setting, problem))
  }
  return Result.void
}

/**
 * The error of an option that is missing or can't be used, by the name that the provider gives it.
 *
 * @since 0.1.0
 * @category errors
 */
export const invalidOption = (
  self: Pick<Provider, "id" | "settings">,
  setting: string,
  problem: string
): TokenError => {
  const known = self.settings[setting]
  return new TokenError({
    provider: self.id,
    reason: new InvalidOption({ option: known?.option ?? setting, variable: known?.variable, problem })
  })
}
