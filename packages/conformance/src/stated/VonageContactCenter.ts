/**
 * What Vonage Contact Center's pages say, written down by hand.
 *
 * @since 0.1.0
 */
import type { Statement } from "../Statement.ts"

/**
 * The V0 system.
 *
 * @since 0.1.0
 * @category statements
 */
export const vonageContactCenterV0: Statement = {
  tokenEndpoint: "https://emea.cc.vonage.com/v0/oauth2/token",
  apiUrl: "https://emea.cc.vonage.com",
  placement: "basic-raw",
  alternatives: ["body"],
  grant: "client_credentials",
  scopes: "unknown",
  reply: { access_token: "a1b2c3d4e5f6g7h8i9j0", token_type: "bearer", expires_in: 300 },
  lifetime: 300,
  refusals: [
    {
      name: "a bad request without a description",
      status: 400,
      body: { error: "invalid_request" },
      reason: "RequestRefused",
      code: "invalid_request"
    },
    {
      name: "a wrong client secret",
      status: 401,
      body: { error: "invalid_client", error_description: "The client secret was incorrect." },
      reason: "CredentialsRefused",
      code: "invalid_client"
    }
  ],
  newTokenOn: [401],
  settings: {
    clientId: { option: "accountKey", variable: "VONAGE_CONTACT_CENTER_V0_ACCOUNT_KEY" },
    clientSecret: { option: "apiToken", variable: "VONAGE_CONTACT_CENTER_V0_API_TOKEN" },
    region: { option: "region", variable: "VONAGE_CONTACT_CENTER_V0_REGION" },
    domain: { option: "domain", variable: "VONAGE_CONTACT_CENTER_V0_DOMAIN" },
    version: { option: "version", variable: "VONAGE_CONTACT_CENTER_V0_VERSION" },
    baseUrl: { option: "baseUrl", variable: "VONAGE_CONTACT_CENTER_V0_BASE_URL" }
  },
  vectors: [
    {
      id: "a1b2c3d4e5",
      secret: "9pBl+xY1MW+AbsdZk4xpv7NwWxG8+oqduKiSqVybM9Y=",
      placement: "basic-raw",
      wire: "Basic YTFiMmMzZDRlNTo5cEJsK3hZMU1XK0Fic2RaazR4cHY3TndXeEc4K29xZHVLaVNxVnliTTlZPQ=="
    },
    {
      id: "f6g7h8i9j0",
      secret: "6lBJodbA0+cAywhyLvhOBo4QfTFO5t6/2B/QetQgw5Y=",
      placement: "body",
      wire: "client_secret=6lBJodbA0%2BcAywhyLvhOBo4QfTFO5t6%2F2B%2FQetQgw5Y%3D"
    }
  ],
  played: {
    by: "vonage-contact-center-v0",
    account: ({ clientId, clientSecret }) => ({ provider: "vonage-contact-center-v0", clientId, clientSecret }),
    path: "/useradmin/users",
    refusedWith: "CredentialsRefused"
  }
}

/**
 * The current system.
 *
 * @since 0.1.0
 * @category statements
 */
export const vonageContactCenter: Statement = {
  tokenEndpoint: "https://emea.cc.vonage.com/Auth/connect/token",
  apiUrl: "https://emea.api.cc.vonage.com",
  placement: "body",
  alternatives: ["basic-raw", "basic-form-encoded"],
  grant: "client_credentials",
  scopes: "required",
  reply: { token_type: "bearer", access_token: "a1b2c3d4e5f6g7h8i9j0", expires_in: 7200 },
  lifetime: 7200,
  refusals: [
    {
      name: "a grant that isn't supported",
      status: 400,
      body: { error: "unsupported_grant_type", error_description: "Invalid grant_type" },
      reason: "RequestRefused",
      code: "unsupported_grant_type"
    },
    {
      name: "a scope that is missing",
      status: 400,
      body: { error: "invalid_scope", error_description: "You must specify a scope" },
      reason: "RequestRefused",
      code: "invalid_scope"
    },
    {
      name: "a server in trouble, with a status line's words in the place of a code",
      status: 500,
      body: { error: "Internal Server Error", error_description: "An internal server error occurred" },
      reason: "Unavailable"
    }
  ],
  newTokenOn: [401],
  settings: {
    clientId: { option: "clientId", variable: "VONAGE_CONTACT_CENTER_CLIENT_ID" },
    clientSecret: { option: "clientSecret", variable: "VONAGE_CONTACT_CENTER_CLIENT_SECRET" },
    scopes: { option: "scopes", variable: "VONAGE_CONTACT_CENTER_SCOPES" },
    region: { option: "region", variable: "VONAGE_CONTACT_CENTER_REGION" },
    domain: { option: "domain", variable: "VONAGE_CONTACT_CENTER_DOMAIN" },
    baseUrl: { option: "baseUrl", variable: "VONAGE_CONTACT_CENTER_BASE_URL" }
  },
  played: {
    by: "vonage-contact-center",
    account: ({ clientId, clientSecret }) => ({ provider: "vonage-contact-center", clientId, clientSecret }),
    scopes: ["users:read"],
    path: "/useradmin/users",
    accept: "application/vnd.newvoicemedia.v3+json",
    refusedWith: "CredentialsRefused"
  }
}
