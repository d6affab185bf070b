import type { Own, Policy, Setting, Statement, Subject } from "@mintmark/conformance"
import * as Authorization from "@mintmark/core/Authorization"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

// Providers as an author outside of this workspace would write them, and what their pages would say.

const Reply = TokenReply.make({ tier: TokenReply.optional(Schema.String) })

const setting = (option: string, variable: string): Setting => ({ option, variable })

const stated: Statement = {
  tokenEndpoint: "https://auth.acme.example/oauth/token",
  apiUrl: "https://api.acme.example",
  apiOrigins: ["https://files.acme.example"],
  placement: "client_secret_basic_raw",
  grant: "client_credentials",
  scopes: "optional",
  reply: { access_token: "abc", token_type: "Bearer", expires_in: 900, scope: "read", tier: "gold" },
  lifetime: 900,
  granted: ["read"],
  failures: [{ name: "a teapot without credentials", status: 418, body: { error: "who_are_you" } }]
}

const policy: Policy = {
  settings: {
    clientId: setting("key", "ACME_KEY"),
    clientSecret: setting("secret", "ACME_SECRET"),
    scopes: setting("scopes", "ACME_SCOPES"),
    baseUrl: setting("baseUrl", "ACME_BASE_URL")
  },
  reasons: { "a teapot without credentials": { reason: "CredentialsRefused", code: "who_are_you" } },
  reads: ["tier"],
  newTokenOn: [401, 403],
  doubtOn: [403]
}

const facts = {
  id: "acme",
  tokenEndpoint: "https://auth.acme.example/oauth/token",
  apiUrl: "https://api.acme.example",
  apiOrigins: ["https://files.acme.example"],
  clientAuthentication: ClientAuthentication.clientSecretBasicRaw,
  grant: Grant.clientCredentials,
  names: { clientId: "key", clientSecret: "secret" },
  reply: Reply,
  errors: [{ status: 418, means: "credentials" }],
  renewOn: [401, 403]
} as const

/** Client credentials. */
export const acme: Subject = {
  name: "Acme",
  provider: Provider.make(facts),
  stated,
  policy,
  played: {
    by: "generic",
    behavior: { generic: { placement: "client_secret_basic_raw" } },
    account: ({ clientId, clientSecret }) => ({ provider: "generic", clientId, clientSecret }),
    path: "/me",
    refusedWith: "CredentialsRefused"
  }
}

/** A person with a password, and refresh tokens. */
export const acmePerson: Subject = {
  name: "Acme for people",
  provider: Provider.make({
    id: "acme-person",
    tokenEndpoint: "https://auth.acme.example/oauth/token",
    apiUrl: "https://api.acme.example",
    clientAuthentication: ClientAuthentication.none,
    grant: Grant.password,
    renewal: Grant.refreshToken,
    names: { username: "email" },
    scopesRequired: true,
    reply: Reply
  }),
  stated: {
    ...stated,
    apiOrigins: [],
    placement: "none",
    grant: "password",
    scopes: "required",
    reply: { access_token: "abc", token_type: "Bearer", expires_in: 900, refresh_token: "def", refresh_expires_in: 0 },
    granted: undefined,
    renewal: { lifetimeField: "refresh_expires_in" },
    failures: [{ name: "a refused password", status: 400, body: { error: "invalid_grant" } }]
  },
  policy: {
    settings: {
      username: setting("email", "ACME_PERSON_EMAIL"),
      password: setting("password", "ACME_PERSON_PASSWORD"),
      scopes: setting("scopes", "ACME_PERSON_SCOPES"),
      baseUrl: setting("baseUrl", "ACME_PERSON_BASE_URL")
    },
    reasons: { "a refused password": { reason: "GrantRefused", code: "invalid_grant" } },
    newTokenOn: [401]
  },
  played: {
    by: "generic",
    behavior: { generic: { placement: "none" } },
    account: (credentials) => ({ provider: "generic", ...credentials, scopes: ["read"] }),
    scopes: ["read"],
    path: "/me",
    refusedWith: "GrantRefused"
  }
}

/** A JSON body, with fields and headers of its own, other names, and commas between scopes. */
export const acmeJson: Subject = {
  name: "Acme with JSON",
  provider: Provider.make({
    ...facts,
    clientAuthentication: ClientAuthentication.clientSecretPost,
    scopes: ["read", "write"],
    parameters: { audience: "https://api.acme.example", resource: ["a", "b"], pin: Redacted.make("1234") },
    request: {
      encoding: "json",
      headers: { "x-acme-version": "2", accept: "application/vnd.acme+json" },
      fields: { grant_type: false, client_id: "clientId", client_secret: "clientSecret", scope: "permissions" },
      scopeSeparator: ","
    }
  }),
  stated: {
    ...stated,
    placement: "client_secret_post",
    defaultScopes: ["read", "write"],
    request: {
      encoding: "json",
      headers: { "x-acme-version": "2", accept: "application/vnd.acme+json" },
      fields: { grant_type: false, client_id: "clientId", client_secret: "clientSecret", scope: "permissions" },
      scopeSeparator: ",",
      parameters: [["audience", "https://api.acme.example"], ["resource", "a"], ["resource", "b"], ["pin", "1234"]]
    }
  },
  policy
}

/** A GET, whose query has the fields, and refresh tokens. */
export const acmeQuery: Subject = {
  name: "Acme with a query",
  provider: Provider.make({
    ...facts,
    request: { method: "GET", fields: { refresh_token: "refreshToken" } },
    renewal: Grant.refreshToken,
    reply: TokenReply.make({ tier: TokenReply.optional(Schema.String) }, { requiresTokenType: false }),
    assumedLifetime: "10 minutes"
  }),
  stated: {
    ...stated,
    request: { method: "GET", fields: { refresh_token: "refreshToken" } },
    reply: { access_token: "abc", expires_in: 900, scope: "read", tier: "gold", refresh_token: "def" },
    renewal: {}
  },
  policy: { ...policy, tokenTypeRequired: false, assumedLifetime: 600 }
}

// A header can't carry every character.
const inBase64 = (text: string): string => Buffer.from(text).toString("base64")

const apiKey: Own = {
  name: "an API key in a header of its own",
  sent: ({ clientSecret }) => ({ headers: { "x-api-key": inBase64(clientSecret) } })
}

/** A method and a grant of its own. */
export const acmeOwn: Subject = {
  name: "Acme with its own method and grant",
  provider: Provider.make({
    ...facts,
    names: {},
    clientAuthentication: ClientAuthentication.make({
      name: "api_key",
      needs: { apiKey: "key" },
      authenticate: ({ apiKey }) => ({ headers: { "x-api-key": Redacted.make(inBase64(Redacted.value(apiKey))) } })
    }),
    grant: Grant.make({
      name: "account_credentials",
      needs: { accountId: "text" },
      refusedAs: "password",
      request: ({ accountId }) => ({ parameters: { grant_type: "account_credentials", account_id: accountId } })
    })
  }),
  account: ({ clientId, clientSecret }) => ({ accountId: clientId, apiKey: Redacted.make(clientSecret) }),
  stated: {
    ...stated,
    placement: apiKey,
    grant: {
      name: "account_credentials",
      sent: ({ clientId }) => ({ fields: [["grant_type", "account_credentials"], ["account_id", clientId]] })
    }
  },
  policy: {
    ...policy,
    refusedAs: "password",
    settings: {
      apiKey: setting("apiKey", "ACME_API_KEY"),
      accountId: setting("accountId", "ACME_ACCOUNT_ID"),
      scopes: setting("scopes", "ACME_SCOPES"),
      baseUrl: setting("baseUrl", "ACME_BASE_URL")
    },
    reasons: { "a teapot without credentials": { reason: "GrantRefused", code: "who_are_you" } }
  }
}

let made = 0

/** Tokens that the client makes itself. */
export const acmeProduced: Subject = {
  name: "Acme with tokens that the client makes",
  provider: Provider.make({
    ...facts,
    names: {},
    clientAuthentication: ClientAuthentication.make({ name: "signature", needs: {}, authenticate: () => ({}) }),
    grant: Grant.produce({
      name: "signed",
      needs: { applicationId: "text", privateKey: "key" },
      refusedAs: "client_credentials",
      produce: ({ applicationId }) =>
        Effect.sync(() => ({ access_token: `${applicationId}-${++made}`, token_type: "Bearer", expires_in: 900 }))
    })
  }),
  account: ({ clientId, clientSecret }) => ({ applicationId: clientId, privateKey: Redacted.make(clientSecret) }),
  stated: { ...stated, grant: "produced", placement: "none", granted: undefined },
  policy: { ...policy, settings: { baseUrl: setting("baseUrl", "ACME_BASE_URL") } }
}

/** A reply of another shape, which names the API's URL, and the token in a header of its own. */
export const acmeShaped: Subject = {
  name: "Acme with another reply",
  provider: Provider.make({
    ...facts,
    authorization: Authorization.header("X-Acme-Token"),
    reply: TokenReply.make({ tier: TokenReply.optional(Schema.String) }, {
      accessToken: "data.token",
      requiresTokenType: false,
      expiresIn: "data.validFor",
      unit: "milliseconds",
      scope: "data.rights",
      scopeSeparator: "|",
      apiUrl: "data.base",
      fields: { tier: "account.tier" }
    })
  }),
  stated: {
    ...stated,
    carried: { header: "x-acme-token" },
    apiUrlField: "base",
    reply: { access_token: "abc", expires_in: 900, scope: "read", tier: "gold" },
    written: ({ access_token: token, base, expires_in: expiresIn, scope, tier, ...more }) => ({
      ...more,
      data: {
        token,
        base,
        validFor: typeof expiresIn === "number" ? expiresIn * 1000 : expiresIn,
        rights: typeof scope === "string" ? scope.replaceAll(" ", "|") : scope
      },
      account: { tier }
    })
  },
  policy: { ...policy, tokenTypeRequired: false }
}
