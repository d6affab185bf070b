import type { Fact, Statement, Subject } from "@mintmark/conformance"
import { routera as provider } from "@mintmark/routera"

// What Routera's page says, written by hand from the page: a copy of the value would prove nothing.

const stated: Statement = {
  tokenEndpoint: "https://api.routera.io/oauth2/token",
  apiUrl: "https://api.routera.io",
  placement: "client_secret_post",
  alternatives: ["client_secret_basic_raw"],
  grant: "client_credentials",
  scopes: "unknown",
  reply: { access_token: "eyJraWQiOi", expires_in: 3600, token_type: "Bearer" },
  lifetime: 3600,
  failures: [
    {
      name: "a grant_type that is missing",
      status: 400,
      body: { error: "invalid_request", error_description: "grant_type is missing" }
    },
    {
      name: "a grant_type that is not valid",
      status: 400,
      body: { error: "unsupported_grant_type", error_description: "grant_type is not valid" }
    },
    {
      name: "a client_id or client_secret that is not valid",
      status: 401,
      body: { error: "invalid_client", error_description: "client_id or client_secret is not valid" }
    }
  ]
}

/** Routera. */
export const routera: Subject = {
  name: "Routera",
  provider,
  stated,
  policy: {
    settings: {
      clientId: { option: "clientId", variable: "ROUTERA_CLIENT_ID" },
      clientSecret: { option: "clientSecret", variable: "ROUTERA_CLIENT_SECRET" },
      scopes: { option: "scopes", variable: "ROUTERA_SCOPES" },
      baseUrl: { option: "baseUrl", variable: "ROUTERA_BASE_URL" }
    },
    reasons: {
      "a grant_type that is missing": { reason: "RequestRefused", code: "invalid_request" },
      "a grant_type that is not valid": { reason: "RequestRefused", code: "unsupported_grant_type" },
      "a client_id or client_secret that is not valid": { reason: "CredentialsRefused", code: "invalid_client" }
    },
    newTokenOn: [401]
  },
  played: {
    by: "routera",
    account: ({ clientId, clientSecret }) => ({ provider: "routera", clientId, clientSecret }),
    path: "/me",
    refusedWith: "CredentialsRefused"
  }
}

const failuresWith = (status: number, change: number) =>
  stated.failures.map((failure) => failure.status === status ? { ...failure, status: change } : failure)

/** Every fact of its page, as the README has it. */
export const routeraFacts: ReadonlyArray<Fact> = [
  {
    what: "token endpoint",
    says: "`https://api.routera.io/oauth2/token`",
    mark: "doc",
    held: { topic: "urls", stated: { tokenEndpoint: "https://api.routera.io/oauth/token" } }
  },
  {
    what: "",
    says: "a POST of a form (`application/x-www-form-urlencoded`)",
    mark: "doc",
    held: { topic: "request", stated: { request: { encoding: "json" } } }
  },
  {
    what: "API",
    says: "the same host, `https://api.routera.io`; its routes are unknown",
    mark: "doc",
    held: { topic: "urls", stated: { apiUrl: "https://routera.io" } }
  },
  {
    what: "grant",
    says: "client credentials",
    mark: "doc",
    held: { topic: "request", stated: { grant: "password" } }
  },
  {
    what: "credentials",
    says: "`client_id` and `client_secret` in the body",
    mark: "doc",
    held: { topic: "credentials", stated: { placement: "none" } }
  },
  {
    what: "",
    says: "or `client_id:client_secret` in a Basic header (`ClientAuthentication.clientSecretBasicRaw`); never both",
    mark: "doc",
    held: { test: "sends a Basic header instead, with grant_type in the body, never both" }
  },
  {
    what: "reply",
    says: "`access_token`, `expires_in` and `token_type` `Bearer`, always",
    mark: "doc",
    held: { topic: "reply", stated: { reply: { ...stated.reply, token_type: "JWT" } } }
  },
  {
    what: "",
    says: "the token is a JWT",
    mark: "doc",
    held: { test: "gets a JWT for an hour without a refresh token, and sends the same credentials afterwards" }
  },
  {
    what: "",
    says: "no refresh token",
    mark: "doc",
    held: {
      topic: "renewal",
      stated: { renewal: {}, reply: { ...stated.reply, refresh_token: "eyJraWQiOj" } }
    }
  },
  {
    what: "lifetime",
    says: "3600 s",
    mark: "doc",
    held: { topic: "reply", stated: { lifetime: 300 } }
  },
  {
    what: "errors",
    says: "400: `grant_type` is missing or not valid",
    mark: "doc",
    held: { topic: "failures", stated: { failures: failuresWith(400, 429) } }
  },
  {
    what: "",
    says: "401: `client_id` or `client_secret` is not valid",
    mark: "doc",
    held: { topic: "failures", stated: { failures: failuresWith(401, 429) } }
  },
  {
    what: "",
    says: "with `error` and `error_description`, as in OAuth 2.0",
    mark: "doc",
    held: {
      topic: "failures",
      stated: { failures: stated.failures.map((failure) => ({ ...failure, body: { message: "not valid" } })) }
    }
  },
  {
    what: "rejected token",
    says: "a 401 of the API means: get a new token and repeat the request",
    mark: "likely",
    held: { topic: "api", policy: { newTokenOn: [403] } }
  }
]
