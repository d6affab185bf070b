/**
 * What a token is requested with. Each grant is a value; another one is another value.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type { Additions, Context, Needs, Problem, Times, Values } from "./ClientAuthentication.ts"

/**
 * A grant.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-1.3 | RFC 6749 section 1.3}
 * @since 0.1.0
 * @category models
 */
export interface Grant<N extends Needs = Needs> {
  /** Its name in errors and in the identity of an account: the `grant_type`, where it has one. */
  readonly name: string
  /**
   * What tells it apart from others with its name, as data that JSON can hold: accounts share a token only where it is
   * equal. Whatever makes the token another one belongs to it, or to `name`.
   */
  readonly variant?: unknown
  /** The credentials that it needs. */
  readonly needs: N
  /**
   * How a refusal of it is remembered: like refused client credentials, which are sent again after 30 seconds, or like
   * a refused password, which a process never sends again by itself.
   */
  readonly refusedAs: "client_credentials" | "password"
  /**
   * Who says the scopes: the request in its field `scope` (the default), or the grant in its own way, such as a claim of
   * an assertion.
   */
  readonly scopes?: "request" | "grant" | undefined
  /** As `validate` of a client authentication method. */
  validate?(values: Partial<Values<N>>): Problem | undefined | Effect.Effect<Problem | undefined>
  /**
   * What the grant adds to a token request. An effect is run for each attempt; a value is kept for as long as the
   * credentials are the same.
   */
  request(values: Values<N>, context: Context): Additions | Effect.Effect<Additions, unknown>
  /**
   * Produces the reply itself, as the JSON value that the provider's reply Schema decodes: then no HTTP request is
   * made. For APIs that accept a token which the client signs.
   */
  produce?(values: Values<N>, context: Context): Effect.Effect<unknown, unknown>
  /** As `hint` of a client authentication method. */
  hint?(times: Times): string | undefined
}

/**
 * A grant of one's own:
 *
 * ```ts
 * import * as Grant from "@mintmark/core/Grant"
 *
 * const accountCredentials = Grant.make({
 *   name: "account_credentials",
 *   needs: { accountId: "text" },
 *   refusedAs: "client_credentials",
 *   request: ({ accountId }) => ({ parameters: { grant_type: "account_credentials", account_id: accountId } })
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <const N extends Needs>(self: Grant<N>): Grant<N> => self

/**
 * A grant that produces the token itself, without a request.
 *
 * @since 0.1.0
 * @category constructors
 */
export const produce = <const N extends Needs>(
  self: Omit<Grant<N>, "request" | "produce"> & Required<Pick<Grant<N>, "produce">>
): Grant<N> => ({ ...self, request: () => ({}) })

/**
 * Client credentials: the client requests a token for itself.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4 | RFC 6749 section 4.4}
 * @since 0.1.0
 * @category grants
 */
export const clientCredentials: Grant<{}> = {
  name: "client_credentials",
  needs: {},
  refusedAs: "client_credentials",
  request: () => ({ parameters: { grant_type: "client_credentials" } })
}

/**
 * The resource owner's username and password.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.3 | RFC 6749 section 4.3}
 * @since 0.1.0
 * @category grants
 */
export const password: Grant<{ readonly username: "text"; readonly password: "secret" }> = {
  name: "password",
  needs: { username: "text", password: "secret" },
  refusedAs: "password",
  request: ({ password, username }) => ({ parameters: { grant_type: "password", username, password } })
}

/**
 * The refresh token of an earlier reply. As `renewal` of a provider it is sent without `scope`, which keeps the scopes
 * that were granted.
 *
 * As `grant` of a provider, the first refresh token is one that was obtained elsewhere, and comes with the account. Where
 * the server replaces refresh tokens, set `renewal` as well: the newest is then used, for all scopes of the account, and
 * only a shared or key-value store keeps it beyond this service. Without a store, a process that starts again has the
 * first one, which the server no longer accepts.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6 | RFC 6749 section 6}
 * @since 0.1.0
 * @category grants
 */
export const refreshToken: Renewal = {
  name: "refresh_token",
  needs: { refreshToken: "secret" },
  refusedAs: "password",
  request: ({ refreshToken }) => ({ parameters: { grant_type: "refresh_token", refresh_token: refreshToken } })
}

/**
 * A grant that renews with a refresh token.
 *
 * @since 0.1.0
 * @category models
 */
export type Renewal = Grant<{ readonly refreshToken: "secret" }>
