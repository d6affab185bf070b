import { acme } from "@mintmark/acme"
import { suite } from "@mintmark/conformance"

// TODO: what Acme's pages say, written down from the pages: taken from the value, it would prove nothing.
suite({
  name: "Acme",
  provider: acme,
  stated: {
    tokenEndpoint: "https://auth.acme.example/token",
    apiUrl: "https://api.acme.example",
    placement: "basic-form-encoded",
    grant: "client_credentials",
    scopes: "optional",
    reply: { access_token: "2YotnFZFEjr1zCsicMWpAA", token_type: "Bearer", expires_in: 3600, scope: "read write" },
    lifetime: 3600,
    granted: ["read", "write"],
    refusals: [{
      name: "wrong credentials",
      status: 401,
      body: { error: "invalid_client" },
      reason: "CredentialsRefused",
      code: "invalid_client"
    }],
    newTokenOn: [401],
    settings: {
      clientId: { option: "clientId", variable: "ACME_CLIENT_ID" },
      clientSecret: { option: "clientSecret", variable: "ACME_CLIENT_SECRET" },
      scopes: { option: "scopes", variable: "ACME_SCOPES" },
      baseUrl: { option: "baseUrl", variable: "ACME_BASE_URL" }
    },
    // The sandbox doesn't know Acme by name. Its generic server plays any provider that is an ordinary one.
    played: {
      by: "generic",
      behavior: { generic: { placement: "basic-form-encoded" } },
      account: ({ clientId, clientSecret }) => ({ provider: "generic", clientId, clientSecret }),
      path: "/me",
      refusedWith: "CredentialsRefused"
    }
  }
})
