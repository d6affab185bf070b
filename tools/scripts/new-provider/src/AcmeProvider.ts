/**
 * What is known of Acme's authorization server.
 *
 * @since 0.1.0
 */
import * as Provider from "@mintmark/core/Provider"
import * as Reply from "@mintmark/core/Reply"
import type { TokenError } from "@mintmark/core/TokenError"
import type * as Result from "effect/Result"
import { acmeSettings } from "./internal/settings.ts"

// TODO: the facts go here. Each that Acme's pages state is a line below, and a line of test/Conformance.test.ts, written
// down twice on purpose; each that they don't state stays out, or is a default that an option says otherwise. What else
// there is to say, `Provider.Facts` lists: a reply with fields of its own, refresh tokens, statuses that mean "get a new
// token", refusals that status and OAuth code don't tell.

/**
 * Acme: client credentials, form-encoded in a Basic header as RFC 6749 has them.
 *
 * @since 0.1.0
 * @category providers
 */
export const acme = (overrides?: Provider.Overrides): Result.Result<Provider.Provider<{}>, TokenError> =>
  Provider.make({
    id: "acme",
    tokenEndpoint: "https://auth.acme.example/token",
    apiUrl: "https://api.acme.example",
    clientAuthentication: "client_secret_basic",
    grant: "client_credentials",
    reply: Reply.Nothing,
    settings: acmeSettings
  }, overrides)
