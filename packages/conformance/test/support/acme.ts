import type { Setting, Statement, Subject } from "@mintmark/conformance"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import { optional } from "@mintmark/core/Reply"
import * as Schema from "effect/Schema"

// A provider as an author outside of this workspace would write it, and what its pages would say.

const Reply = Schema.Struct({ tier: optional(Schema.String) })

const setting = (option: string, variable: string): Setting => ({ option, variable })

const stated: Statement = {
  tokenEndpoint: "https://auth.acme.example/oauth/token",
  apiUrl: "https://api.acme.example",
  apiOrigins: ["https://files.acme.example"],
  placement: "basic-raw",
  grant: "client_credentials",
  scopes: "optional",
  reply: { access_token: "abc", token_type: "Bearer", expires_in: 900, scope: "read", tier: "gold" },
  lifetime: 900,
  granted: ["read"],
  adds: ["tier"],
  refusals: [{
    name: "a teapot without credentials",
    status: 418,
    body: { error: "who_are_you" },
    reason: "CredentialsRefused",
    code: "who_are_you"
  }],
  newTokenOn: [401, 403],
  doubtOn: [403],
  settings: {
    clientId: setting("key", "ACME_KEY"),
    clientSecret: setting("secret", "ACME_SECRET"),
    scopes: setting("scopes", "ACME_SCOPES"),
    baseUrl: setting("baseUrl", "ACME_BASE_URL")
  },
  played: {
    by: "generic",
    behavior: { generic: { placement: "basic-raw" } },
    account: ({ clientId, clientSecret }) => ({ provider: "generic", clientId, clientSecret }),
    path: "/me",
    refusedWith: "CredentialsRefused"
  }
}

/** A client that asks for itself. */
export const acme: Subject = {
  name: "Acme",
  provider: Provider.make({
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
  }),
  stated
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
    refreshTokenExpiresIn: "refresh_expires_in",
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
    adds: [],
    renewal: { lifetimeField: "refresh_expires_in" },
    refusals: [{
      name: "a refused password",
      status: 400,
      body: { error: "invalid_grant" },
      reason: "GrantRefused",
      code: "invalid_grant"
    }],
    newTokenOn: [401],
    settings: {
      username: setting("email", "ACME_PERSON_EMAIL"),
      password: setting("password", "ACME_PERSON_PASSWORD"),
      scopes: setting("scopes", "ACME_PERSON_SCOPES"),
      baseUrl: setting("baseUrl", "ACME_PERSON_BASE_URL")
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
}
