/**
 * What is known of Routera's authorization server.
 *
 * @since 0.1.0
 */
import * as Provider from "@mintmark/core/Provider"
import * as Reply from "@mintmark/core/Reply"
import type { TokenError } from "@mintmark/core/TokenError"
import type * as Result from "effect/Result"
import { routeraSettings } from "./internal/settings.ts"

/**
 * Routera: client credentials, in the body. The API is at the same host; a 401 of it means a new token.
 *
 * @since 0.1.0
 * @category providers
 */
export const routera = (overrides?: Provider.Overrides): Result.Result<Provider.Provider<{}>, TokenError> =>
  Provider.make({
    id: "routera",
    tokenEndpoint: "https://api.routera.io/oauth2/token",
    apiUrl: "https://api.routera.io",
    clientAuthentication: "client_secret_post",
    grant: "client_credentials",
    reply: Reply.Nothing,
    settings: routeraSettings
  }, overrides)
