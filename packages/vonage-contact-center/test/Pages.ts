import type { Fact, Statement, Subject } from "@mintmark/conformance"
import { vonageContactCenter, vonageContactCenterV0 } from "@mintmark/vonage-contact-center"

// What Vonage Contact Center's pages say, written by hand from the pages: a copy of the value would prove nothing.

const statedV0: Statement = {
  tokenEndpoint: "https://emea.cc.vonage.com/v0/oauth2/token",
  apiUrl: "https://emea.cc.vonage.com",
  placement: "client_secret_basic_raw",
  alternatives: ["client_secret_post"],
  grant: "client_credentials",
  scopes: "unknown",
  reply: { access_token: "a1b2c3d4e5f6g7h8i9j0", token_type: "bearer", expires_in: 300 },
  lifetime: 300,
  failures: [
    { name: "a bad request without a description", status: 400, body: { error: "invalid_request" } },
    {
      name: "a wrong client secret",
      status: 401,
      body: { error: "invalid_client", error_description: "The client secret was incorrect." }
    }
  ],
  vectors: [
    {
      id: "a1b2c3d4e5",
      secret: "9pBl+xY1MW+AbsdZk4xpv7NwWxG8+oqduKiSqVybM9Y=",
      placement: "client_secret_basic_raw",
      wire: "Basic YTFiMmMzZDRlNTo5cEJsK3hZMU1XK0Fic2RaazR4cHY3TndXeEc4K29xZHVLaVNxVnliTTlZPQ=="
    },
    {
      id: "f6g7h8i9j0",
      secret: "6lBJodbA0+cAywhyLvhOBo4QfTFO5t6/2B/QetQgw5Y=",
      placement: "client_secret_post",
      wire: "client_secret=6lBJodbA0%2BcAywhyLvhOBo4QfTFO5t6%2F2B%2FQetQgw5Y%3D"
    }
  ]
}

/** The V0 system. */
export const v0: Subject = {
  name: "Vonage Contact Center V0",
  provider: vonageContactCenterV0,
  parts: { region: "emea" },
  stated: statedV0,
  policy: {
    settings: {
      clientId: { option: "accountKey", variable: "VONAGE_CONTACT_CENTER_V0_ACCOUNT_KEY" },
      clientSecret: { option: "apiToken", variable: "VONAGE_CONTACT_CENTER_V0_API_TOKEN" },
      region: { option: "region", variable: "VONAGE_CONTACT_CENTER_V0_REGION" },
      domain: { option: "domain", variable: "VONAGE_CONTACT_CENTER_V0_DOMAIN" },
      version: { option: "version", variable: "VONAGE_CONTACT_CENTER_V0_VERSION" },
      baseUrl: { option: "baseUrl", variable: "VONAGE_CONTACT_CENTER_V0_BASE_URL" }
    },
    reasons: {
      "a bad request without a description": { reason: "RequestRefused", code: "invalid_request" },
      "a wrong client secret": { reason: "CredentialsRefused", code: "invalid_client" }
    },
    newTokenOn: [401]
  },
  played: {
    by: "vonage-contact-center-v0",
    account: ({ clientId, clientSecret }) => ({ provider: "vonage-contact-center-v0", clientId, clientSecret }),
    path: "/v0/a1b2c3d4e5/calls/",
    refusedWith: "CredentialsRefused"
  }
}

const stated: Statement = {
  tokenEndpoint: "https://emea.cc.vonage.com/Auth/connect/token",
  apiUrl: "https://emea.api.cc.vonage.com",
  placement: "client_secret_post",
  alternatives: ["client_secret_basic_raw", "client_secret_basic"],
  grant: "client_credentials",
  scopes: "required",
  reply: { token_type: "bearer", access_token: "a1b2c3d4e5f6g7h8i9j0", expires_in: 7200 },
  lifetime: 7200,
  failures: [
    {
      name: "a grant that isn't supported",
      status: 400,
      body: { error: "unsupported_grant_type", error_description: "Invalid grant_type" }
    },
    {
      name: "a scope that is missing",
      status: 400,
      body: { error: "invalid_scope", error_description: "You must specify a scope" }
    },
    {
      name: "a server error with the words of a status line instead of a code",
      status: 500,
      body: { error: "Internal Server Error", error_description: "An internal server error occurred" }
    }
  ]
}

/** The current system. */
export const current: Subject = {
  name: "Vonage Contact Center",
  provider: vonageContactCenter,
  parts: { region: "emea" },
  stated,
  policy: {
    settings: {
      clientId: { option: "clientId", variable: "VONAGE_CONTACT_CENTER_CLIENT_ID" },
      clientSecret: { option: "clientSecret", variable: "VONAGE_CONTACT_CENTER_CLIENT_SECRET" },
      scopes: { option: "scopes", variable: "VONAGE_CONTACT_CENTER_SCOPES" },
      region: { option: "region", variable: "VONAGE_CONTACT_CENTER_REGION" },
      domain: { option: "domain", variable: "VONAGE_CONTACT_CENTER_DOMAIN" },
      baseUrl: { option: "baseUrl", variable: "VONAGE_CONTACT_CENTER_BASE_URL" }
    },
    reasons: {
      "a grant that isn't supported": { reason: "RequestRefused", code: "unsupported_grant_type" },
      "a scope that is missing": { reason: "RequestRefused", code: "invalid_scope" },
      "a server error with the words of a status line instead of a code": { reason: "Unavailable" }
    },
    newTokenOn: [401]
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

const failuresWith = ({ failures }: Statement, code: string, status: number) =>
  failures.map((failure) =>
    typeof failure.body !== "string" && failure.body["error"] === code ? { ...failure, status } : failure
  )

/** Every fact of the pages of V0, as the README has it. */
export const v0Facts: ReadonlyArray<Fact> = [
  {
    what: "token endpoint",
    says: "`https://{region}.cc.vonage.com/v0/oauth2/token`, a POST",
    mark: "doc",
    held: { topic: "urls", stated: { tokenEndpoint: "https://emea.api.cc.vonage.com/v0/oauth2/token" } }
  },
  {
    what: "",
    says: "the version is a part of the path: `v{#}` (`version`)",
    mark: "doc",
    held: { test: "puts region, domain and version into its URLs" }
  },
  {
    what: "API",
    says: "the token endpoint's own host, `https://{region}.cc.vonage.com`",
    mark: "doc",
    held: { topic: "urls", stated: { apiUrl: "https://emea.api.cc.vonage.com" } }
  },
  {
    what: "",
    says: "its version is in `Accept`, such as `application/json;version=6`, which is left to the caller",
    mark: "seen",
    held: { test: "calls the API at the token endpoint's host, and sets no Accept header" }
  },
  {
    what: "regions",
    says: "`emea`, `nam` (USA), `apac`; others are accepted",
    mark: "seen",
    held: { test: "puts region, domain and version into its URLs" }
  },
  {
    what: "domain",
    says: "`newvoicemedia.com` instead of `cc.vonage.com`, still in use",
    mark: "seen",
    held: { test: "puts region, domain and version into its URLs" }
  },
  {
    what: "grant",
    says: "client credentials; no scopes",
    mark: "doc",
    held: { topic: "scopes", stated: { scopes: "required" } }
  },
  {
    what: "credentials",
    says: "`account-key:api-token` in a Basic header, which is recommended; raw, not form-encoded first",
    mark: "doc",
    held: { topic: "credentials", stated: { placement: "client_secret_basic" } }
  },
  {
    what: "",
    says: "`a1b2c3d4e5:9pBl+xY1MW+AbsdZk4xpv7NwWxG8+oqduKiSqVybM9Y=` is " +
      "`YTFiMmMzZDRlNTo5cEJsK3hZMU1XK0Fic2RaazR4cHY3TndXeEc4K29xZHVLaVNxVnliTTlZPQ==`",
    mark: "doc",
    held: {
      topic: "credentials",
      stated: { vectors: (statedV0.vectors ?? []).map((vector) => ({ ...vector, secret: "another" })) }
    }
  },
  {
    what: "",
    says:
      "or `client_id` and `client_secret` in the body (`ClientAuthentication.clientSecretPost`), percent-encoded: " +
      "`6lBJodbA0+cAywhyLvhOBo4QfTFO5t6/2B/QetQgw5Y=` is `6lBJodbA0%2BcAywhyLvhOBo4QfTFO5t6%2F2B%2FQetQgw5Y%3D`",
    mark: "doc",
    held: {
      topic: "credentials",
      stated: {
        vectors: (statedV0.vectors ?? []).map((vector) => ({ ...vector, wire: vector.wire.replaceAll("%2B", "+") }))
      }
    }
  },
  {
    what: "reply",
    says: "`access_token`, `token_type` `bearer`, `expires_in` 300",
    mark: "doc",
    held: { topic: "reply", stated: { lifetime: 3600 } }
  },
  {
    what: "lifetime",
    says: "an hour in the text, 300 s in the example: what `expires_in` says counts",
    mark: "doc",
    held: { test: "uses expires_in: 300 s here, an hour in Vonage's text" }
  },
  {
    what: "errors",
    says: "400 `invalid_request`, without a description",
    mark: "doc",
    held: { topic: "failures", stated: { failures: failuresWith(statedV0, "invalid_request", 503) } }
  },
  {
    what: "",
    says: "401 `invalid_client`, \"The client secret was incorrect.\"",
    mark: "doc",
    held: { topic: "failures", stated: { failures: failuresWith(statedV0, "invalid_client", 503) } }
  },
  {
    what: "rejected token",
    says: "a 401 of the API means: get a new token and repeat the request",
    mark: "likely",
    held: { topic: "api", policy: { newTokenOn: [403] } }
  }
]

/** Every fact of the pages of the current system, as the README has it. */
export const currentFacts: ReadonlyArray<Fact> = [
  {
    what: "token endpoint",
    says: "`https://{region}.cc.vonage.com/Auth/connect/token`, a POST",
    mark: "seen",
    held: { topic: "urls", stated: { tokenEndpoint: "https://emea.cc.vonage.com/auth/connect/token" } }
  },
  {
    what: "API",
    says: "`https://{region}.api.cc.vonage.com`",
    mark: "seen",
    held: { topic: "urls", stated: { apiUrl: "https://emea.cc.vonage.com" } }
  },
  {
    what: "",
    says: "every request needs `Accept: application/vnd.newvoicemedia.v{n}+json`, which is left to the caller",
    mark: "seen",
    held: { test: "has one token for each set of scopes, and sets no Accept header" }
  },
  {
    what: "regions",
    says: "`emea`, `nam`, `apac`; others are accepted",
    mark: "seen",
    held: { test: "puts the region and the domain into its URLs" }
  },
  {
    what: "domain",
    says: "`newvoicemedia.com` instead of `cc.vonage.com`, still in use",
    mark: "seen",
    held: { test: "puts the region and the domain into its URLs" }
  },
  {
    what: "grant",
    says: "client credentials",
    mark: "seen",
    held: { topic: "request", stated: { grant: "password" } }
  },
  {
    what: "credentials",
    says: "`client_id` and `client_secret` in the body",
    mark: "seen",
    held: { topic: "credentials", stated: { placement: "none" } }
  },
  {
    what: "",
    says: "a Basic header in the official example " +
      "(`ClientAuthentication.clientSecretBasicRaw` or `ClientAuthentication.clientSecretBasic`)",
    mark: "seen",
    held: { test: "sends ${clientAuthentication?.name ?? \"client_id and client_secret in the body\"}, and a scope" }
  },
  {
    what: "scopes",
    says: "required, separated by spaces",
    mark: "seen",
    held: { topic: "scopes", stated: { scopes: "optional" } }
  },
  {
    what: "",
    says: "`agents-availability:read` `users:read` `users:write` `interactions:write` `interaction-content:read` " +
      "`interaction-content:delete` `stats` `globalpci` `admin:read` `admin:write` `self:read` `self:write`",
    mark: "seen",
    held: { test: "knows the documented scopes by name, and accepts any other" }
  },
  {
    what: "",
    says: "the pages disagree on several scopes in one token: if a list is refused, `withScopes` requests them apart",
    mark: "seen",
    held: { test: "has one token for each set of scopes, and sets no Accept header" }
  },
  {
    what: "reply",
    says: "`token_type` `bearer` or `Bearer`, `access_token`, `expires_in` 7200",
    mark: "seen",
    held: { topic: "reply", stated: { lifetime: 3600 } }
  },
  {
    what: "errors",
    says: "400 `unsupported_grant_type`, \"Invalid grant_type\"",
    mark: "seen",
    held: { topic: "failures", stated: { failures: failuresWith(stated, "unsupported_grant_type", 503) } }
  },
  {
    what: "",
    says: "400 `invalid_scope`, \"You must specify a scope\"",
    mark: "seen",
    held: { topic: "failures", stated: { failures: failuresWith(stated, "invalid_scope", 503) } }
  },
  {
    what: "",
    says: "5xx with the words of a status line instead of a code",
    mark: "seen",
    held: { topic: "failures", stated: { failures: failuresWith(stated, "Internal Server Error", 400) } }
  },
  {
    what: "rejected token",
    says: "a 401 of the API: the token is missing, has expired or is wrong",
    mark: "seen",
    held: { topic: "api", policy: { newTokenOn: [] } }
  },
  {
    what: "",
    says: "a 403: a right is missing, and a new token does not help",
    mark: "seen",
    held: { topic: "api", policy: { newTokenOn: [401, 403] } }
  },
  {
    what: "",
    says: "a 429: a limit that all of its APIs share",
    mark: "seen"
  }
]
