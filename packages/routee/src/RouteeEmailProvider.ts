/**
 * What is known of Routee's separate authorization server for Email v1.
 *
 * @since 0.1.0
 */
import * as Provider from "@mintmark/core/Provider"
import * as Reply from "@mintmark/core/Reply"
import type { TokenError } from "@mintmark/core/TokenError"
import type * as Result from "effect/Result"
import { routeeEmailSettings } from "./internal/settings.ts"

/**
 * Routee's Email v1: client credentials, in the body. Routee's two pages on it contradict each other on that:
 * `clientAuthentication` says it otherwise.
 *
 * @since 0.1.0
 * @category providers
 */
export const routeeEmail = (overrides?: Provider.Overrides): Result.Result<Provider.Provider<{}>, TokenError> =>
  Provider.make({
    id: "routee-email",
    tokenEndpoint: "https://emailapi.routee.net/oauth/access_token",
    apiUrl: "https://emailapi.routee.net",
    clientAuthentication: "client_secret_post",
    grant: "client_credentials",
    reply: Reply.Nothing,
    settings: routeeEmailSettings
  }, overrides)
