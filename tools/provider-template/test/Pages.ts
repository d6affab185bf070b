import type { Fact, Statement, Subject } from "@mintmark/conformance"
import { acme as provider } from "@mintmark/provider-template"

// TODO: what Acme's pages say, written by hand from the pages: a copy of the value would prove nothing.
const stated: Statement = {
  tokenEndpoint: "https://auth.acme.example/token",
  apiUrl: "https://api.acme.example",
  placement: "client_secret_basic",
  // if fields
  request: { parameters: [["audience", "x"]] },
  // end
  grant: "password",
  scopes: "optional",
  reply: { access_token: "2YotnFZFEjr1zCsicMWpAA", token_type: "Bearer", expires_in: 3600, scope: "read write" },
  lifetime: 3600,
  granted: ["read", "write"],
  failures: [{ name: "wrong credentials", status: 401, body: { error: "invalid_client" } }]
}

/** Acme. */
export const acme: Subject = {
  name: "Acme",
  provider,
  stated,
  // What Mintmark makes of it: names, and decisions that are not on the wire.
  policy: {
    settings: {
      clientId: { option: "clientId", variable: "ACME_CLIENT_ID" },
      // if secret
      clientSecret: { option: "clientSecret", variable: "ACME_CLIENT_SECRET" },
      // end
      // if password
      username: { option: "username", variable: "ACME_USERNAME" },
      password: { option: "password", variable: "ACME_PASSWORD" },
      // end
      scopes: { option: "scopes", variable: "ACME_SCOPES" },
      baseUrl: { option: "baseUrl", variable: "ACME_BASE_URL" }
    },
    reasons: { "wrong credentials": { reason: "CredentialsRefused", code: "invalid_client" } },
    newTokenOn: [401]
  },
  // The sandbox doesn't know Acme by name. Its generic server plays any provider that is an ordinary one.
  played: {
    by: "generic",
    behavior: { generic: { placement: "client_secret_basic" } },
    account: (credentials) => ({ provider: "generic", ...credentials }),
    path: "/me",
    refusedWith: "GrantRefused"
  }
}

/** TODO: every fact of its pages, as the README has it, with its mark, and what could be stated instead. */
export const acmeFacts: ReadonlyArray<Fact> = [
  {
    what: "token endpoint",
    says: "`https://auth.acme.example/token`",
    mark: "doc",
    held: { topic: "urls", stated: { tokenEndpoint: "https://auth.acme.example/token/elsewhere" } }
  },
  {
    what: "API",
    says: "`https://api.acme.example`",
    mark: "seen",
    held: { topic: "urls", stated: { apiUrl: "https://api.acme.example/elsewhere" } }
  },
  {
    what: "grant",
    says: "username and password",
    mark: "doc",
    held: { topic: "request", stated: { grant: "client_credentials" } }
  },
  {
    what: "credentials",
    says: "form-encoded in a Basic header",
    mark: "likely",
    held: { topic: "credentials", stated: { placement: "client_secret_basic_raw" } }
  },
  // if fields
  {
    what: "further fields",
    says: "`audience=x`",
    mark: "doc",
    held: { topic: "request", stated: { request: {} } }
  }
  // end
]
