/**
 * What Voipex's pages say, written down by hand.
 *
 * @since 0.1.0
 */
import type { Statement } from "../Statement.ts"

/**
 * Voipex.
 *
 * @since 0.1.0
 * @category statements
 */
export const voipex: Statement = {
  tokenEndpoint: "https://auth.voipex.io/token",
  apiUrl: "https://ipbxapi.voipex.io",
  apiOrigins: ["https://sms-api.voipex.io", "https://restapi.ipex.cz"],
  placement: "none",
  client: "api",
  grant: "password",
  scopes: "optional",
  reply: {
    access_token: "eyJhbGciOi",
    expires_in: 3000,
    refresh_expires_in: 7200,
    refresh_token: "eyJhbGciOi",
    token_type: "Bearer",
    "not-before-policy": 0,
    session_state: "3f0c7a52-1c5e-4b8e-9f43-2b6f4f0c9f11",
    scope: "profile email"
  },
  lifetime: 3000,
  granted: ["profile", "email"],
  adds: ["not-before-policy", "session_state"],
  renewal: { lifetimeField: "refresh_expires_in" },
  refusals: [
    {
      name: "a refused password of an older server",
      status: 401,
      body: { error: "invalid_grant", error_description: "Invalid user credentials" },
      reason: "GrantRefused",
      code: "invalid_grant"
    },
    {
      name: "a refused password of a newer server",
      status: 400,
      body: { error: "invalid_grant", error_description: "Invalid user credentials" },
      reason: "GrantRefused",
      code: "invalid_grant"
    },
    {
      name: "an account that is not fully set up",
      status: 400,
      body: { error: "invalid_grant", error_description: "Account is not fully set up" },
      reason: "GrantRefused",
      code: "invalid_grant"
    },
    {
      name: "a client that may not use the grant",
      status: 400,
      body: { error: "unauthorized_client", error_description: "Client not allowed for direct access grants" },
      reason: "RequestRefused",
      code: "unauthorized_client"
    },
    {
      name: "a client that is unknown",
      status: 401,
      body: { error: "invalid_client", error_description: "Invalid client or Invalid client credentials" },
      reason: "CredentialsRefused",
      code: "invalid_client"
    },
    {
      name: "a request without a refresh token",
      status: 400,
      body: { error: "invalid_request", error_description: "No refresh token" },
      reason: "RequestRefused",
      code: "invalid_request"
    }
  ],
  newTokenOn: [401],
  settings: {
    clientId: { option: "clientId", variable: "VOIPEX_CLIENT_ID" },
    username: { option: "username", variable: "VOIPEX_USERNAME" },
    password: { option: "password", variable: "VOIPEX_PASSWORD" },
    scopes: { option: "scopes", variable: "VOIPEX_SCOPES" },
    baseUrl: { option: "baseUrl", variable: "VOIPEX_BASE_URL" }
  },
  vectors: [{
    id: "alice@example.com",
    secret: "stäple & co",
    placement: "none",
    wire: "client_id=api&username=alice%40example.com&password=st%C3%A4ple+%26+co"
  }],
  played: {
    by: "voipex",
    account: ({ password, username }) => ({ provider: "voipex", username, password }),
    path: "/me",
    refusedWith: "GrantRefused"
  }
}
