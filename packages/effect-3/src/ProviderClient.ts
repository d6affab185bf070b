/**
 * What an application gets for an account at a provider: its token, and an HTTP client that carries it.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type * as Stream from "effect/Stream"
import type { AccessToken } from "./AccessToken.ts"
import type { AuthenticatedHttpClient } from "./AuthenticatedHttpClient.ts"
import type { Reason, TokenError } from "./TokenError.ts"

/**
 * An account at a provider. `Reply` is what the provider's reply adds to the token, `Scopes` the lists of scopes that
 * can be asked for.
 *
 * @since 0.1.0
 * @category models
 */
export interface ProviderClient<
  out Reply = unknown,
  in Scopes extends ReadonlyArray<string> = ReadonlyArray<string>
> {
  /**
   * An access token that is valid now. Many callers wait for one token request; who is interrupted leaves the others
   * alone.
   */
  readonly token: Effect.Effect<AccessToken<Reply>, TokenError>
  /**
   * The cached token, if it is fresh: for code that can't afford to run an effect for each look. `undefined` where
   * `token` has to be run.
   */
  readonly peek: () => AccessToken<Reply> | undefined
  /** A new token, whatever is cached; clears remembered failures. */
  readonly renew: Effect.Effect<AccessToken<Reply>, TokenError>
  /** Says that an API refused this token. Acts only if it is still the current one. */
  readonly reject: (token: AccessToken) => Effect.Effect<void>
  /** Why tokens were requested, from now on. */
  readonly events: Stream.Stream<TokenEvent>
  /** The application's HTTP client, for the provider's API: it carries the token, and renews it. */
  readonly http: AuthenticatedHttpClient
  /**
   * The same account with another set of scopes, and a token of its own. The same set gives the same view. Fails with
   * `InvalidOption` where a scope can't be sent.
   */
  readonly withScopes: (scopes: Scopes) => Effect.Effect<ProviderClient<Reply, Scopes>, TokenError>
}

/**
 * Says why tokens were requested: one event for each token request with its retries.
 *
 * @since 0.1.0
 * @category models
 */
export interface TokenEvent {
  /** The provider's id. */
  readonly provider: string
  /**
   * `first`: there was no token yet. `expiring`: the token was about to expire, and was still served. `expired`: the
   * token had expired. `rejected`: an API refused the token. `forced`: `renew` was called.
   */
  readonly reason: "first" | "expiring" | "expired" | "rejected" | "forced"
  /**
   * `obtained`, `same` (the server handed the same token out again), or the tag of the error's reason.
   */
  readonly outcome: "obtained" | "same" | "shared" | Reason["_tag"]
  /** Whether a token request was made. Where credentials can't be read, say, there is none. */
  readonly requested: boolean
  /** When it began, in milliseconds since the Unix epoch. */
  readonly startedAt: number
  /** When it ended, likewise. */
  readonly endedAt: number
}

/**
 * A secret, or an effect that reads it anew for each token request. Whatever that effect fails with is left out of
 * errors.
 *
 * @since 0.1.0
 * @category models
 */
export type Secret = Redacted.Redacted | Effect.Effect<Redacted.Redacted, unknown>

/**
 * Where the client's credentials go: a Basic header with both halves form-encoded first, the same with both as they
 * are, the body, or nowhere (a public client).
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 | RFC 6749 section 2.3.1}
 * @since 0.1.0
 * @category models
 */
export type ClientAuthentication = "client_secret_basic" | "client_secret_basic_raw" | "client_secret_post" | "none"

/**
 * The value of a field of a token request. A list repeats the field.
 *
 * @since 0.1.0
 * @category models
 */
export type Parameter = string | Redacted.Redacted | ReadonlyArray<string | Redacted.Redacted>

/**
 * Fields of a token request, in order.
 *
 * @since 0.1.0
 * @category models
 */
export type Parameters = Readonly<Record<string, Parameter>>

/**
 * Options that every provider's `layer` takes. The second half is for where the provider's pages are silent, or no
 * longer true. What is left out, or `undefined`, changes nothing.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** How long a caller may wait for a token, retries included. 30 seconds by default. */
  readonly deadline?: Duration.DurationInput | undefined
  /** Origins that may see the token, besides those of the provider, such as `https://proxy.example`. */
  readonly apiOrigins?: ReadonlyArray<string> | undefined
  /**
   * The statuses that mean "get a new token and repeat the request", instead of the provider's; `[]` for none.
   * From 400 to 499.
   */
  readonly renewOn?: ReadonlyArray<number> | undefined
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
  /** `false` for never using a refresh token; the provider's own way by default. */
  readonly renewal?: false | undefined
  /** Further fields of the token request; merged over the provider's, one by one. */
  readonly parameters?: Parameters | undefined
  /** The lifetime of a token whose reply doesn't say it. */
  readonly assumedLifetime?: Duration.DurationInput | undefined
  /** Whether plain http is allowed elsewhere than on loopback: `false` by default. */
  readonly insecure?: boolean | undefined
}
