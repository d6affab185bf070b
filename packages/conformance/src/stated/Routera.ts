/**
 * What Routera's pages say, written down by hand.
 *
 * @since 0.1.0
 */
import type { Statement } from "../Statement.ts"

/**
 * Routera.
 *
 * @since 0.1.0
 * @category statements
 */
export const routera: Statement = {
  tokenEndpoint: "https://api.routera.io/oauth2/token",
  apiUrl: "https://api.routera.io",
  placement: "body",
  alternatives: ["basic-raw"],
  grant: "client_credentials",
  scopes: "unknown",
  reply: { access_token: "eyJraWQiOi", expires_in: 3600, token_type: "Bearer" },
  lifetime: 3600,
  refusals: [
    {
      name: "a grant_type that is missing",
      status: 400,
      body: { error: "invalid_request", error_description: "grant_type is missing" },
      reason: "RequestRefused",
      code: "invalid_request"
    },
    {
      name: "a grant_type that is not valid",
      status: 400,
      body: { error: "unsupported_grant_type", error_description: "grant_type is not valid" },
      reason: "RequestRefused",
      code: "unsupported_grant_type"
    },
    {
      name: "a client_id or client_secret that is not valid",
      status: 401,
      body: { error: "invalid_client", error_description: "client_id or client_secret is not valid" },
      reason: "CredentialsRefused",
      code: "invalid_client"
    }
  ],
  newTokenOn: [401],
  settings: {
    clientId: { option: "clientId", variable: "ROUTERA_CLIENT_ID" },
    clientSecret: { option: "clientSecret", variable: "ROUTERA_CLIENT_SECRET" },
    scopes: { option: "scopes", variable: "ROUTERA_SCOPES" },
    baseUrl: { option: "baseUrl", variable: "ROUTERA_BASE_URL" }
  },
  played: {
    by: "routera",
    account: ({ clientId, clientSecret }) => ({ provider: "routera", clientId, clientSecret }),
    path: "/me",
    refusedWith: "CredentialsRefused"
  }
}
