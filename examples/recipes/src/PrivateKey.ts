import { OAuthServer } from "@mintmark/core/OAuthServer"
import * as PrivateKeyJwt from "@mintmark/core/PrivateKeyJwt"

/** From ACME_ISSUER, ACME_API_URL, ACME_CLIENT_ID, ACME_PRIVATE_KEY and, if the server needs it, ACME_KEY_ID. */
export const acme = OAuthServer.layerConfig("ACME", {
  clientAuthentication: PrivateKeyJwt.make({ algorithm: "ES256" })
})
