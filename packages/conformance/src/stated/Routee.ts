/**
 * What Routee's pages say, written down by hand.
 *
 * @since 0.1.0
 */
import type { Statement } from "../Statement.ts"

/**
 * Routee.
 *
 * @since 0.1.0
 * @category statements
 */
export const routee: Statement = {
  tokenEndpoint: "https://auth.routee.net/oauth/token",
  apiUrl: "https://connect.routee.net",
  placement: "basic-raw",
  grant: "client_credentials",
  scopes: "optional",
  reply: {
    access_token: "b2014e88-86ff-44fc-ac98-ebaf24ff88cf",
    token_type: "bearer",
    expires_in: 3599,
    scope: "voice sms",
    permissions: ["MT_ROLE_SMS", "MT_ROLE_VOICE"]
  },
  lifetime: 3599,
  granted: ["voice", "sms"],
  adds: ["permissions"],
  assumedLifetime: 3600,
  refusals: [
    {
      name: "wrong credentials in Spring's grammar",
      status: 401,
      body: {
        timestamp: 1_472_894_732_599,
        status: 401,
        error: "Unauthorized",
        message: "Bad credentials",
        path: "/oauth/token"
      },
      reason: "CredentialsRefused"
    },
    {
      name: "a scope that the application may not have",
      status: 400,
      body: { error: "invalid_scope", error_description: "Invalid scope" },
      reason: "RequestRefused",
      code: "invalid_scope"
    }
  ],
  newTokenOn: [401, 403],
  doubtOn: [403],
  settings: {
    clientId: { option: "applicationId", variable: "ROUTEE_APPLICATION_ID" },
    clientSecret: { option: "applicationSecret", variable: "ROUTEE_APPLICATION_SECRET" },
    scopes: { option: "scopes", variable: "ROUTEE_SCOPES" },
    baseUrl: { option: "baseUrl", variable: "ROUTEE_BASE_URL" }
  },
  vectors: [{
    id: "5756a411e4b06a33d50517c7",
    secret: "vb6QpjCIOG",
    placement: "basic-raw",
    wire: "Basic NTc1NmE0MTFlNGIwNmEzM2Q1MDUxN2M3OnZiNlFwakNJT0c="
  }],
  played: {
    by: "routee",
    account: ({ clientId, clientSecret }) => ({ provider: "routee", clientId, clientSecret }),
    path: "/accounts/me/balance",
    refusedWith: "CredentialsRefused"
  }
}

/**
 * Routee's separate server for Email v1.
 *
 * @since 0.1.0
 * @category statements
 */
export const routeeEmail: Statement = {
  tokenEndpoint: "https://emailapi.routee.net/oauth/access_token",
  apiUrl: "https://emailapi.routee.net",
  placement: "body",
  alternatives: ["basic-raw"],
  grant: "client_credentials",
  scopes: "unknown",
  reply: { access_token: "b2014e88-86ff-44fc-ac98-ebaf24ff88cf", token_type: "bearer", expires_in: 3600 },
  lifetime: 3600,
  refusals: [{
    name: "wrong credentials",
    status: 401,
    body: { error: "invalid_client" },
    reason: "CredentialsRefused",
    code: "invalid_client"
  }],
  newTokenOn: [401, 403],
  doubtOn: [403],
  settings: {
    clientId: { option: "applicationId", variable: "ROUTEE_EMAIL_APPLICATION_ID" },
    clientSecret: { option: "applicationSecret", variable: "ROUTEE_EMAIL_APPLICATION_SECRET" },
    baseUrl: { option: "baseUrl", variable: "ROUTEE_EMAIL_BASE_URL" }
  },
  played: {
    by: "routee-email",
    account: ({ clientId, clientSecret }) => ({ provider: "routee-email", clientId, clientSecret }),
    path: "/accounts/me",
    refusedWith: "CredentialsRefused"
  }
}
