/**
 * What is known of Routee's authorization server.
 *
 * @since 0.1.0
 */
import * as Provider from "@mintmark/core/Provider"
import { optional } from "@mintmark/core/Reply"
import type { TokenError } from "@mintmark/core/TokenError"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { routeeSettings } from "./internal/settings.ts"

/**
 * The scopes that Routee documents. It grants others too, so any other text is accepted.
 *
 * @since 0.1.0
 * @category models
 */
export type Scope =
  | "contact"
  | "account"
  | "report"
  | "sms"
  | "voice"
  | "lookup"
  | "number_validator"
  | "2step"
  | "viber"
  | "sender_info"
  | "virtual_number"
  | "number_pool"
  | (string & {})

/**
 * What Routee's reply adds to OAuth's fields.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Reply = Schema.Struct({
  /** The application's rights, such as `MT_ROLE_SMS`. */
  permissions: optional(Schema.Array(Schema.String))
})

/**
 * @since 0.1.0
 * @category schemas
 */
export type Reply = typeof Reply.Type

/**
 * Routee: client credentials, raw in a Basic header; scopes optional; a 401 or a 403 of the API means a new token.
 *
 * A reply without `expires_in` (an application with unlimited tokens) is trusted for an hour.
 *
 * @since 0.1.0
 * @category providers
 */
export const routee = (overrides?: Provider.Overrides): Result.Result<Provider.Provider<Reply>, TokenError> =>
  Provider.make({
    id: "routee",
    tokenEndpoint: "https://auth.routee.net/oauth/token",
    apiUrl: "https://connect.routee.net",
    clientAuthentication: "client_secret_basic_raw",
    grant: "client_credentials",
    reply: Reply,
    assumedLifetime: "1 hour",
    renewOn: [401, 403],
    settings: routeeSettings
  }, overrides)
