import type { Fact, Statement, Subject } from "@mintmark/conformance"
import { voipex as provider } from "@mintmark/voipex"

// What Voipex's pages say, written by hand from the pages: a copy of the value would prove nothing.

const stated: Statement = {
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
  renewal: { lifetimeField: "refresh_expires_in" },
  failures: [
    {
      name: "a refused password of an older server",
      status: 401,
      body: { error: "invalid_grant", error_description: "Invalid user credentials" }
    },
    {
      name: "a refused password of a newer server",
      status: 400,
      body: { error: "invalid_grant", error_description: "Invalid user credentials" }
    },
    {
      name: "an account that is not fully set up",
      status: 400,
      body: { error: "invalid_grant", error_description: "Account is not fully set up" }
    },
    {
      name: "a client that may not use the grant",
      status: 400,
      body: { error: "unauthorized_client", error_description: "Client not allowed for direct access grants" }
    },
    {
      name: "a client that is unknown",
      status: 401,
      body: { error: "invalid_client", error_description: "Invalid client or Invalid client credentials" }
    },
    {
      name: "a request without a refresh token",
      status: 400,
      body: { error: "invalid_request", error_description: "No refresh token" }
    }
  ],
  vectors: [{
    id: "alice@example.com",
    secret: "stäple & co",
    placement: "none",
    wire: "client_id=api&username=alice%40example.com&password=st%C3%A4ple+%26+co"
  }]
}

/** Voipex. */
export const voipex: Subject = {
  name: "Voipex",
  provider,
  stated,
  policy: {
    settings: {
      clientId: { option: "clientId", variable: "VOIPEX_CLIENT_ID" },
      username: { option: "username", variable: "VOIPEX_USERNAME" },
      password: { option: "password", variable: "VOIPEX_PASSWORD" },
      scopes: { option: "scopes", variable: "VOIPEX_SCOPES" },
      baseUrl: { option: "baseUrl", variable: "VOIPEX_BASE_URL" }
    },
    reasons: {
      "a refused password of an older server": { reason: "GrantRefused", code: "invalid_grant" },
      "a refused password of a newer server": { reason: "GrantRefused", code: "invalid_grant" },
      "an account that is not fully set up": { reason: "GrantRefused", code: "invalid_grant" },
      "a client that may not use the grant": { reason: "RequestRefused", code: "unauthorized_client" },
      "a client that is unknown": { reason: "CredentialsRefused", code: "invalid_client" },
      "a request without a refresh token": { reason: "RequestRefused", code: "invalid_request" }
    },
    reads: ["not-before-policy", "session_state"],
    newTokenOn: [401]
  },
  played: {
    by: "voipex",
    account: ({ password, username }) => ({ provider: "voipex", username, password }),
    path: "/me",
    refusedWith: "GrantRefused"
  }
}

const failuresWith = (code: string, status: number) =>
  stated.failures.map((failure) =>
    typeof failure.body !== "string" && failure.body["error"] === code ? { ...failure, status } : failure
  )

const without = (field: string) => ({ reply: { ...stated.reply, [field]: undefined, [`x_${field}`]: 1 } })

/** Every fact of its pages, as the README has it. */
export const voipexFacts: ReadonlyArray<Fact> = [
  {
    what: "token endpoint",
    says: "`https://auth.voipex.io/token`",
    mark: "doc",
    held: { topic: "urls", stated: { tokenEndpoint: "https://auth.voipex.io/oauth/token" } }
  },
  {
    what: "",
    says: "a POST of a form (`application/x-www-form-urlencoded`)",
    mark: "doc",
    held: { topic: "request", stated: { request: { encoding: "json" } } }
  },
  {
    what: "APIs",
    says: "`https://ipbxapi.voipex.io`, `https://sms-api.voipex.io`, `https://restapi.ipex.cz`",
    mark: "seen",
    held: { topic: "urls", stated: { apiOrigins: ["https://sms-api.voipex.io"] } }
  },
  {
    what: "first grant",
    says: "`grant_type=password`, with `username` (the account's e-mail address) and `password` in the body",
    mark: "doc",
    held: { topic: "request", stated: { grant: "client_credentials" } }
  },
  {
    what: "",
    says: "`client_id=api`, a public client without a secret",
    mark: "doc",
    held: { topic: "request", stated: { client: "web" } }
  },
  {
    what: "",
    says: "`@` is sent as `%40`",
    mark: "doc",
    held: {
      topic: "credentials",
      stated: {
        vectors: [{ id: "a@b.example", secret: "s", placement: "none", wire: "client_id=api&username=a@b.example" }]
      }
    }
  },
  {
    what: "scopes",
    says: "optional, such as `openid profile`",
    mark: "seen",
    held: { topic: "scopes", stated: { scopes: "required" } }
  },
  {
    what: "renewal",
    says: "`grant_type=refresh_token`, with `client_id=api` and `refresh_token`",
    mark: "seen",
    held: { topic: "renewal", stated: { renewal: undefined } }
  },
  {
    what: "reply",
    says: "`access_token`, `expires_in` 3000, `token_type` `Bearer`, `scope` `profile email`",
    mark: "doc",
    held: { topic: "reply", stated: { lifetime: 3600 } }
  },
  {
    what: "",
    says: "`refresh_token` and `refresh_expires_in` 7200",
    mark: "doc",
    held: { topic: "renewal", stated: { renewal: { lifetimeField: "refresh_token_expires_in" } } }
  },
  {
    what: "",
    says: "`not-before-policy` 0: `token.reply.notBeforePolicy`",
    mark: "doc",
    held: {
      topic: "reply",
      stated: without("not-before-policy"),
      policy: { reads: ["x_not-before-policy", "session_state"] }
    }
  },
  {
    what: "",
    says: "what it means: tokens issued before this time, in seconds since 1970, are refused; 0 for none",
    mark: "likely",
    held: { test: "gets a new token when a not-before-policy refuses the old one" }
  },
  {
    what: "",
    says: "`session_state`, a UUID: `token.reply.sessionState`",
    mark: "doc",
    held: {
      topic: "reply",
      stated: without("session_state"),
      policy: { reads: ["not-before-policy", "x_session_state"] }
    }
  },
  {
    what: "",
    says: "`id_token`, for the scope `openid`: `token.reply.idToken`, `Redacted`",
    mark: "likely",
    held: { test: "reads the id token of the scope openid as Redacted, and in a store's encoding" }
  },
  {
    what: "server",
    says: "Keycloak: these fields are its own, and what follows is its behavior",
    mark: "likely"
  },
  {
    what: "refresh tokens",
    says: "`refresh_expires_in` 0 means that one doesn't expire; it may be missing, as may the refresh token",
    mark: "likely",
    held: { test: "treats a refresh_expires_in of 0 as a refresh token that does not expire" }
  },
  {
    what: "",
    says: "each renewal returns the next one; where a reply has none, the old one stays valid",
    mark: "likely",
    held: { test: "keeps its refresh token if the reply has none" }
  },
  {
    what: "",
    says: "using one twice may end the session: two renewals of one account never run at the same time",
    mark: "likely",
    held: { test: "starts one session, and renews in it for a day, each refresh token used once" }
  },
  {
    what: "",
    says: "400 `invalid_grant` for an expired one, in many wordings: then the password is sent once",
    mark: "likely",
    held: { test: "sends the password once, within the same call, after the session was ended" }
  },
  {
    what: "password",
    says: "a refused one, or a locked account: `invalid_grant` with status 401 on older servers, 400 on newer ones",
    mark: "likely",
    held: { topic: "failures", stated: { failures: failuresWith("invalid_grant", 503) } }
  },
  {
    what: "",
    says: "two failures within a second can lock the account: a process never sends a refused password again by itself",
    mark: "likely",
    held: { test: "never sends a password again that was refused with ${status}, and never locks the account" }
  },
  {
    what: "other errors",
    says: "400 `unauthorized_client`: the client may not use this grant",
    mark: "likely",
    held: { topic: "failures", stated: { failures: failuresWith("unauthorized_client", 503) } }
  },
  {
    what: "",
    says: "400 `invalid_grant`, \"Account is not fully set up\"",
    mark: "likely",
    held: { test: "treats an account that is not fully set up as a refused grant, and does not retry" }
  },
  {
    what: "",
    says: "400 `invalid_request`, \"No refresh token\"",
    mark: "likely",
    held: { topic: "failures", stated: { failures: failuresWith("invalid_request", 503) } }
  },
  {
    what: "rejected token",
    says: "a 401 of the API means: get a new token and repeat the request",
    mark: "likely",
    held: { topic: "api", policy: { newTokenOn: [403] } }
  }
]
