/**
 * Where the client's credentials go in a token request, and how they are encoded.
 *
 * @since 0.1.0
 */
import * as Base64 from "effect/encoding/Base64"
import * as Redacted from "effect/Redacted"
import { formEncode } from "./internal/formEncode.ts"

/**
 * The placement of the client's credentials: a closed choice that a provider states once. One token request
 * carries exactly one placement, and no other is ever tried after it.
 *
 * - `client_secret_basic`: the `Authorization` header, both halves form-encoded first, as RFC 6749 has it.
 *   `-`, `_`, `.` and `~` stay as they are.
 * - `client_secret_basic_raw`: the `Authorization` header, both halves as they are. Not in any RFC, but what many
 *   servers expect.
 * - `client_secret_post`: `client_id` and `client_secret` as fields of the body.
 * - `none`: a public client; only `client_id`, as a field of the body.
 *
 * Everything is UTF-8.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 | RFC 6749 section 2.3.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc7591#section-2 | RFC 7591 section 2}, for the names
 * @since 0.1.0
 * @category models
 */
export type ClientAuthentication = "client_secret_basic" | "client_secret_basic_raw" | "client_secret_post" | "none"

/**
 * A client as the authorization server knows it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.2 | RFC 6749 section 2.2}
 * @since 0.1.0
 * @category models
 */
export interface Client {
  /** The client identifier. Not a secret, but never shown in logs or metrics either. */
  readonly id: string
  /** The client secret; a public client has none. */
  readonly secret: Redacted.Redacted | undefined
}

/**
 * What a client's credentials add to a token request.
 *
 * @since 0.1.0
 * @category models
 */
export interface Placement {
  /** The whole value of the `Authorization` header, if there is one. */
  readonly authorization?: Redacted.Redacted
  /** Fields of the body, in order. */
  readonly parameters?: Readonly<Record<string, string>>
}

/**
 * Places a client's credentials as the provider wants them.
 *
 * @since 0.1.0
 * @category combinators
 */
export const place = (self: ClientAuthentication, { id, secret }: Client): Placement =>
  placements[self](id, secret === undefined ? "" : Redacted.value(secret))

const basic = (user: string, password: string): Placement => ({
  authorization: Redacted.make(`Basic ${Base64.encode(`${user}:${password}`)}`)
})

/**
 * Every placement there is.
 *
 * @internal
 */
export const placements: Readonly<Record<ClientAuthentication, (id: string, secret: string) => Placement>> = {
  client_secret_basic: (id, secret) => basic(formEncode(id), formEncode(secret)),
  client_secret_basic_raw: basic,
  client_secret_post: (client_id, client_secret) => ({ parameters: { client_id, client_secret } }),
  none: (client_id) => ({ parameters: { client_id } })
}
