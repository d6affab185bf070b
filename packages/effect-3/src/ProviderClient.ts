/**
 * What an application gets for an account at a provider: its token, and an HTTP client that carries it.
 *
 * @since 0.1.0
 */
import type { Options as AttachOptions } from "@mintmark/core/AuthenticatedHttpClient"
import type { Endpoints } from "@mintmark/core/Provider"
import type { Outcome, TokenEvent } from "@mintmark/core/TokenEvent"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type * as Stream from "effect/Stream"
import type { AccessToken } from "./AccessToken.ts"
import type { AuthenticatedHttpClient } from "./AuthenticatedHttpClient.ts"
import type { TokenError } from "./TokenError.ts"

export type { Outcome, TokenEvent }

/**
 * An account at a provider. `Reply` is what the provider's reply adds to the token, `Scopes` the lists of scopes that
 * can be requested.
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
  /** Reports that an API refused this token. Changes something only if it is the current one. */
  readonly reject: (token: AccessToken) => Effect.Effect<void>
  /** One event for each token request, from now on until the scope closes. */
  readonly events: Stream.Stream<TokenEvent>
  /**
   * The application's HTTP client, for the provider's API: it puts the token on each request. Where the API refuses the
   * token, the request is sent once more with another one.
   */
  readonly http: AuthenticatedHttpClient
  /**
   * The same account with another set of scopes, and a token of its own. The same set gives the same client. Fails with
   * `InvalidOption` where a scope can't be sent.
   */
  readonly withScopes: (scopes: Scopes) => Effect.Effect<ProviderClient<Reply, Scopes>, TokenError>
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
 * Options that every provider's `layer` takes. What is omitted, or `undefined`, changes nothing.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends AttachOptions, Endpoints {
  /**
   * How long a caller waits for a token at most, retries included: a positive, finite duration, such as `"5 seconds"`. A
   * number is in milliseconds. 30 seconds by default.
   */
  readonly deadline?: Duration.DurationInput | undefined
  /** How the client authenticates: a method that needs no other credentials than the provider's own. */
  readonly clientAuthentication?: ClientAuthentication | undefined
  /** `false` for never using a refresh token; the provider's own grant by default. */
  readonly renewal?: false | undefined
  /** Further fields of the token request; merged over the provider's, one by one. */
  readonly parameters?: Parameters | undefined
  /** The lifetime of a token whose reply doesn't contain it, such as `"1 hour"`; a number is in milliseconds. */
  readonly assumedLifetime?: Duration.DurationInput | undefined
}
