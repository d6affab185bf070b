/**
 * How the client authenticates at the token endpoint. Each method is a value; another one is another value.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Redacted from "effect/Redacted"
import { formEncode } from "./internal/formEncode.ts"

/**
 * What a credential is.
 *
 * - `text`: not a secret, such as a client id; one line
 * - `secret`: `Redacted`, one line
 * - `key`: `Redacted`, may have several lines, such as a private key in PEM
 *
 * A `?` marks an optional one.
 *
 * @since 0.1.0
 * @category models
 */
export type Kind = "text" | "text?" | "secret" | "secret?" | "key" | "key?"

/**
 * The credentials that a method or a grant needs, by name. This declaration decides what an account must have, what
 * `layerConfig` reads as `Redacted`, what is validated, and what is masked in errors.
 *
 * @since 0.1.0
 * @category models
 */
export type Needs = Readonly<Record<string, Kind>>

type Value<K extends Kind> = K extends "text" | "text?" ? string : Redacted.Redacted
type Optional<N extends Needs> = { [Name in keyof N]: N[Name] extends `${string}?` ? Name : never }[keyof N]

/**
 * The credentials themselves, as a method or a grant receives them: a text is a `string`, the rest is `Redacted`.
 *
 * @since 0.1.0
 * @category models
 */
export type Values<N extends Needs> =
  & { readonly [Name in Exclude<keyof N, Optional<N>>]: Value<N[Name]> }
  & { readonly [Name in Optional<N>]?: Value<N[Name]> | undefined }

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
 * What a method or a grant adds to a token request.
 *
 * @since 0.1.0
 * @category models
 */
export interface Additions {
  readonly headers?: Readonly<Record<string, string | Redacted.Redacted>> | undefined
  readonly parameters?: Parameters | undefined
  /** Another URL of the token endpoint's own origin to send the request to. */
  readonly url?: string | undefined
}

/**
 * What is known of the token request that is being built.
 *
 * @since 0.1.0
 * @category models
 */
export interface Context {
  /** The URL of the token endpoint. */
  readonly tokenEndpoint: string
  /** The scopes to request, sorted; empty for none. */
  readonly scopes: ReadonlyArray<string>
  /** The further parameters of provider and application. */
  readonly parameters: Parameters
}

/**
 * A credential that can't be used, and why. `problem` completes the sentence that begins with its name, and holds no
 * piece of a secret: `must be a private key in PEM`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Problem {
  /** The name of the credential in `needs`. */
  readonly name: string
  readonly problem: string
}

/**
 * When a token request was sent and when its reply came, in milliseconds since the Unix epoch, and the reply's `Date`
 * header.
 *
 * @since 0.1.0
 * @category models
 */
export interface Times {
  readonly requestedAt: number
  readonly receivedAt: number
  readonly date: string | undefined
}

/**
 * A client authentication method. A token request carries exactly one, and no other is tried after it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3 | RFC 6749 section 2.3}
 * @since 0.1.0
 * @category models
 */
export interface ClientAuthentication<N extends Needs = Needs> {
  /** The method's registered name (RFC 7591 section 2), or one of its own. */
  readonly name: string
  /**
   * What tells it apart from others with its name, as data that JSON can hold: accounts share a token only where it is
   * equal. Whatever makes the token another one belongs to it, or to `name`.
   */
  readonly variant?: unknown
  /** The credentials that it needs. */
  readonly needs: N
  /**
   * What is wrong with the credentials, if anything is: looked at when a client is made, and each time that a secret
   * is read. A secret that is read later is `undefined` at the first look.
   */
  validate?(values: Partial<Values<N>>): Problem | undefined | Effect.Effect<Problem | undefined>
  /**
   * What the method adds to a token request. An effect is run for each attempt (a signature, say); a value is kept for
   * as long as the credentials are the same.
   */
  authenticate(values: Values<N>, context: Context): Additions | Effect.Effect<Additions, unknown>
  /** What may be the reason where the server refuses the request, such as a clock that is wrong. Errors show it. */
  hint?(times: Times): string | undefined
}

/**
 * A client authentication method of one's own:
 *
 * ```ts
 * import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
 *
 * const apiKey = ClientAuthentication.make({
 *   name: "api_key",
 *   needs: { apiKey: "secret" },
 *   authenticate: ({ apiKey }) => ({ headers: { "x-api-key": apiKey } })
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <const N extends Needs>(self: ClientAuthentication<N>): ClientAuthentication<N> => self

/**
 * What the methods with a client secret need.
 *
 * @since 0.1.0
 * @category models
 */
export type ClientSecret = { readonly clientId: "text"; readonly clientSecret: "secret" }

const clientSecret: ClientSecret = { clientId: "text", clientSecret: "secret" }

const basic = (user: string, password: string): Additions => ({
  headers: { authorization: Redacted.make(`Basic ${Base64.encode(`${user}:${password}`)}`) }
})

/**
 * `client_secret_basic`: an `Authorization: Basic` header with client id and secret, each form-encoded first. `-`, `_`,
 * `.` and `~` stay as they are. UTF-8.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 | RFC 6749 section 2.3.1}
 * @since 0.1.0
 * @category methods
 */
export const clientSecretBasic: ClientAuthentication<ClientSecret> = {
  name: "client_secret_basic",
  needs: clientSecret,
  authenticate: ({ clientId, clientSecret }) => basic(formEncode(clientId), formEncode(Redacted.value(clientSecret)))
}

/**
 * `client_secret_basic_raw`: an `Authorization: Basic` header with client id and secret as they are, not form-encoded.
 * Not in an RFC, but what many servers expect. The client id can't contain a colon. UTF-8.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7617#section-2 | RFC 7617 section 2}
 * @since 0.1.0
 * @category methods
 */
export const clientSecretBasicRaw: ClientAuthentication<ClientSecret> = {
  name: "client_secret_basic_raw",
  needs: clientSecret,
  validate: ({ clientId }) =>
    // The server splits at the first colon.
    clientId?.includes(":") === true
      ? { name: "clientId", problem: "contains a colon, which a raw Basic header can't carry" }
      : undefined,
  authenticate: ({ clientId, clientSecret }) => basic(clientId, Redacted.value(clientSecret))
}

/**
 * `client_secret_post`: `client_id` and `client_secret` as fields of the request.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 | RFC 6749 section 2.3.1}
 * @since 0.1.0
 * @category methods
 */
export const clientSecretPost: ClientAuthentication<ClientSecret> = {
  name: "client_secret_post",
  needs: clientSecret,
  authenticate: ({ clientId, clientSecret }) => ({
    parameters: { client_id: clientId, client_secret: clientSecret }
  })
}

/**
 * No client authentication and no `client_id`: the grant alone says who the client is, as an assertion does.
 *
 * @since 0.1.0
 * @category methods
 */
export const omitted: ClientAuthentication<{}> = {
  name: "omitted",
  needs: {},
  authenticate: () => ({})
}

/**
 * `none`: a public client. Only `client_id`, as a field of the request.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7591#section-2 | RFC 7591 section 2}
 * @since 0.1.0
 * @category methods
 */
export const none: ClientAuthentication<{ readonly clientId: "text" }> = {
  name: "none",
  needs: { clientId: "text" },
  authenticate: ({ clientId }) => ({ parameters: { client_id: clientId } })
}
