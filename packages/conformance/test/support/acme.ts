import type { Statement, Subject } from "@mintmark/conformance"
import * as Provider from "@mintmark/core/Provider"
import { optional } from "@mintmark/core/Reply"
import * as Settings from "@mintmark/core/Settings"
import * as Schema from "effect/Schema"

// A provider as an author outside of this workspace would write it, and what its pages would say.

const Reply = Schema.Struct({ tier: optional(Schema.String) })

const setting = (option: string, variable: string): Settings.Setting => ({ option, variable })

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
  provider: (overrides) =>
    Provider.make({
      id: "acme",
      tokenEndpoint: "https://auth.acme.example/oauth/token",
      apiUrl: "https://api.acme.example",
      apiOrigins: ["https://files.acme.example"],
      clientAuthentication: "client_secret_basic_raw",
      grant: "client_credentials",
      reply: Reply,
      refusal: ({ status }) => status === 418 ? "credentials" : undefined,
      renewOn: [401, 403],
      settings: Settings.make("ACME", { clientId: "key", clientSecret: "secret", scopes: "scopes" })
    }, overrides),
  stated
}

/** A person with a password, and refresh tokens. */
export const acmePerson: Subject = {
  name: "Acme for people",
  provider: (overrides) =>
    Provider.make({
      id: "acme-person",
      tokenEndpoint: "https://auth.acme.example/oauth/token",
      apiUrl: "https://api.acme.example",
      clientAuthentication: "none",
      grant: "password",
      renewsWithRefreshToken: true,
      refreshTokenExpiresIn: "refresh_expires_in",
      scopesRequired: true,
      reply: Reply,
      settings: Settings.make("ACME", { username: "email", password: "password", scopes: "scopes" })
    }, overrides),
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
      username: setting("email", "ACME_EMAIL"),
      password: setting("password", "ACME_PASSWORD"),
      scopes: setting("scopes", "ACME_SCOPES"),
      baseUrl: setting("baseUrl", "ACME_BASE_URL")
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
