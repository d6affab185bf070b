import type { Fact, Policy, Statement, Subject } from "@mintmark/conformance"
import { routee as routeeProvider, routeeEmail as routeeEmailProvider } from "@mintmark/routee"

// What Routee's pages say, written by hand from the pages: a copy of the value would prove nothing.

const stated: Statement = {
  tokenEndpoint: "https://auth.routee.net/oauth/token",
  apiUrl: "https://connect.routee.net",
  placement: "client_secret_basic_raw",
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
  failures: [
    {
      name: "wrong credentials in Spring's form",
      status: 401,
      body: {
        timestamp: 1_472_894_732_599,
        status: 401,
        error: "Unauthorized",
        message: "Bad credentials",
        path: "/oauth/token"
      }
    },
    {
      name: "a scope that the application may not have",
      status: 400,
      body: { error: "invalid_scope", error_description: "Invalid scope" }
    }
  ],
  vectors: [{
    id: "5756a411e4b06a33d50517c7",
    secret: "vb6QpjCIOG",
    placement: "client_secret_basic_raw",
    wire: "Basic NTc1NmE0MTFlNGIwNmEzM2Q1MDUxN2M3OnZiNlFwakNJT0c="
  }]
}

const policy: Policy = {
  settings: {
    clientId: { option: "applicationId", variable: "ROUTEE_APPLICATION_ID" },
    clientSecret: { option: "applicationSecret", variable: "ROUTEE_APPLICATION_SECRET" },
    scopes: { option: "scopes", variable: "ROUTEE_SCOPES" },
    baseUrl: { option: "baseUrl", variable: "ROUTEE_BASE_URL" }
  },
  reasons: {
    "wrong credentials in Spring's form": { reason: "CredentialsRefused" },
    "a scope that the application may not have": { reason: "RequestRefused", code: "invalid_scope" }
  },
  reads: ["permissions"],
  assumedLifetime: 3600,
  newTokenOn: [401, 403],
  doubtOn: [403]
}

/** Routee. */
export const routee: Subject = {
  name: "Routee",
  provider: routeeProvider,
  stated,
  policy,
  played: {
    by: "routee",
    account: ({ clientId, clientSecret }) => ({ provider: "routee", clientId, clientSecret }),
    path: "/accounts/me/balance",
    refusedWith: "CredentialsRefused"
  }
}

const [springs, invalidScope] = stated.failures

/** Every fact of its pages, as the README has it. */
export const routeeFacts: ReadonlyArray<Fact> = [
  {
    what: "token endpoint",
    says: "`https://auth.routee.net/oauth/token`",
    mark: "seen",
    held: { topic: "urls", stated: { tokenEndpoint: "https://auth.routee.net/token" } }
  },
  {
    what: "",
    says: "a POST of a form (`application/x-www-form-urlencoded`)",
    mark: "doc",
    held: { topic: "request", stated: { request: { encoding: "json" } } }
  },
  {
    what: "API",
    says: "`https://connect.routee.net`",
    mark: "seen",
    held: { topic: "urls", stated: { apiUrl: "https://api.routee.net" } }
  },
  {
    what: "grant",
    says: "client credentials",
    mark: "doc",
    held: { topic: "request", stated: { grant: "password" } }
  },
  {
    what: "credentials",
    says: "`application-id:application-secret` in a Basic header",
    mark: "doc",
    held: { topic: "credentials", stated: { placement: "client_secret_post" } }
  },
  {
    what: "",
    says: "raw, not form-encoded first",
    mark: "seen",
    held: { topic: "credentials", stated: { placement: "client_secret_basic" } }
  },
  {
    what: "",
    says: "`5756a411e4b06a33d50517c7:vb6QpjCIOG` is `NTc1NmE0MTFlNGIwNmEzM2Q1MDUxN2M3OnZiNlFwakNJT0c=`",
    mark: "seen",
    held: {
      topic: "credentials",
      stated: {
        vectors: [{
          id: "5756a411e4b06a33d50517c7",
          secret: "vb6QpjCIOH",
          placement: "client_secret_basic_raw",
          wire: "Basic NTc1NmE0MTFlNGIwNmEzM2Q1MDUxN2M3OnZiNlFwakNJT0c="
        }]
      }
    }
  },
  {
    what: "scopes",
    says: "optional, separated by spaces; a token without them has all that the application may have",
    mark: "doc",
    held: { topic: "scopes", stated: { scopes: "required" } }
  },
  {
    what: "",
    says: "`contact` `account` `report` `sms` `voice` `lookup` `number_validator` `2step` `viber` `sender_info` " +
      "`virtual_number` `number_pool`",
    mark: "doc",
    held: { test: "knows the documented scopes by name, and accepts any other" }
  },
  {
    what: "",
    says: "more are granted, such as `failover` and `transactional_email`: any other name is accepted",
    mark: "seen",
    held: { test: "knows the documented scopes by name, and accepts any other" }
  },
  {
    what: "reply",
    says: "`access_token`, `token_type` `bearer`, `expires_in`, `scope`",
    mark: "seen",
    held: { topic: "reply", stated: { reply: { ...stated.reply, token_type: "mac" } } }
  },
  {
    what: "",
    says: "`permissions`: `token.reply.permissions`",
    mark: "doc",
    held: {
      topic: "reply",
      stated: { reply: { ...stated.reply, rights: stated.reply["permissions"], permissions: undefined } },
      policy: { reads: ["rights"] }
    }
  },
  {
    what: "",
    says: "no refresh token",
    mark: "seen",
    held: {
      topic: "renewal",
      stated: { renewal: {}, reply: { ...stated.reply, refresh_token: "7e29f2ab-5d0c-4a0d-a5c5-0c0fbb0a8f3e" } }
    }
  },
  {
    what: "lifetime",
    says: "3600 s, 86400 s or 631139040 s (20 years), as the application was created",
    mark: "doc",
    held: { test: "serves a token of ${seconds} s until it expires, with one token request" }
  },
  {
    what: "",
    says: "tokens without an end exist; a reply without `expires_in` is cached for an hour (`assumedLifetime`)",
    mark: "seen",
    held: { topic: "lifetime", policy: { assumedLifetime: undefined } }
  },
  {
    what: "",
    says: "the server returns a live token again, with the lifetime that it has left",
    mark: "seen",
    held: { test: "serves a token that the server returns again until it expires, without further requests" }
  },
  {
    what: "account",
    says: "an API request counts as made by the account that the application belongs to",
    mark: "doc"
  },
  {
    what: "errors",
    says: "400: `error` and `error_description`, as in OAuth 2.0",
    mark: "seen",
    held: {
      topic: "failures",
      stated: { failures: invalidScope === undefined ? [] : [{ ...invalidScope, status: 503 }] }
    }
  },
  {
    what: "",
    says:
      "401, wrong credentials: Spring's form, whose `error` is the status' name, `Unauthorized`, and no code of OAuth",
    mark: "seen",
    held: { topic: "failures", stated: { failures: springs === undefined ? [] : [{ ...springs, status: 429 }] } }
  },
  {
    what: "",
    says: "of the API: `{\"code\":\"400005000\",\"developerMessage\":\"…\"}`",
    mark: "seen"
  },
  {
    what: "rejected token",
    says: "a 401 or a 403 of any API resource means: get a new token and repeat the request",
    mark: "doc",
    held: { topic: "api", policy: { newTokenOn: [401] } }
  }
]

/** Routee's separate server for Email v1. Its pages show no reply: this is an ordinary one. */
export const routeeEmail: Subject = {
  name: "Routee's Email v1",
  provider: routeeEmailProvider,
  stated: {
    tokenEndpoint: "https://emailapi.routee.net/oauth/access_token",
    apiUrl: "https://emailapi.routee.net",
    placement: "client_secret_post",
    alternatives: ["client_secret_basic_raw"],
    grant: "client_credentials",
    scopes: "unknown",
    reply: { access_token: "b2014e88-86ff-44fc-ac98-ebaf24ff88cf", token_type: "bearer", expires_in: 3600 },
    lifetime: 3600,
    failures: []
  },
  policy: {
    settings: {
      clientId: { option: "applicationId", variable: "ROUTEE_EMAIL_APPLICATION_ID" },
      clientSecret: { option: "applicationSecret", variable: "ROUTEE_EMAIL_APPLICATION_SECRET" },
      baseUrl: { option: "baseUrl", variable: "ROUTEE_EMAIL_BASE_URL" }
    },
    reasons: {},
    newTokenOn: [401, 403],
    doubtOn: [403]
  },
  played: {
    by: "routee-email",
    account: ({ clientId, clientSecret }) => ({ provider: "routee-email", clientId, clientSecret }),
    path: "/accounts/me",
    refusedWith: "CredentialsRefused"
  }
}

/** Every fact of its pages, as the README has it. */
export const routeeEmailFacts: ReadonlyArray<Fact> = [
  {
    what: "token endpoint of Email v1",
    says: "`https://emailapi.routee.net/oauth/access_token`",
    mark: "seen",
    held: { topic: "urls", stated: { tokenEndpoint: "https://emailapi.routee.net/oauth/token" } }
  },
  {
    what: "API of Email v1",
    says: "`https://emailapi.routee.net`",
    mark: "seen",
    held: { topic: "urls", stated: { apiUrl: "https://connect.routee.net" } }
  },
  {
    what: "credentials of Email v1",
    says: "`client_id` and `client_secret` in the body; another of its pages has them in a Basic header " +
      "(`ClientAuthentication.clientSecretBasicRaw`)",
    mark: "seen",
    held: { topic: "credentials", stated: { placement: "client_secret_basic_raw" } }
  },
  {
    what: "rejected token of Email v1",
    says: "a 401 or a 403 of any API resource means: get a new token and repeat the request",
    mark: "doc",
    held: { topic: "api", policy: { newTokenOn: [401] } }
  }
]
