import { serve } from "@mintmark/core/test/support/RealServer"
import * as Effect from "effect/Effect"
import { generateKeyPairSync, randomBytes } from "node:crypto"
import { Provider } from "oidc-provider"

/** What the server knows of its one client. */
export const client = { clientId: "acme-client", clientSecret: "s3cret+/=" }

// Nothing is signed in these tests, but it requires a key.
const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" })

/** `oidc-provider`, with one client. */
export const oidcProvider = Effect.gen(function*() {
  let provider: Provider | undefined
  const issuer = yield* serve((origin) => {
    provider = new Provider(origin, {
      clients: [{
        client_id: client.clientId,
        client_secret: client.clientSecret,
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
        token_endpoint_auth_method: "client_secret_basic",
        scope: "read write"
      }],
      cookies: { keys: [randomBytes(16).toString("hex")] },
      features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
      jwks: { keys: [key] },
      scopes: ["read", "write"]
    })
    return provider.callback()
  })
  return {
    issuer,
    knows: (token: string) => Effect.promise(async () => await provider?.ClientCredentials.find(token) !== undefined)
  }
})
