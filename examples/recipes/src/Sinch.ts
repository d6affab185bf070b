import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

export const sinch = Provider.make({
  id: "sinch",
  tokenEndpoint: "https://auth.sinch.com/oauth2/token",
  apiUrl: "https://numbers.api.sinch.com",
  apiOrigins: ["https://fax.api.sinch.com"],
  clientAuthentication: ClientAuthentication.clientSecretBasicRaw,
  grant: Grant.clientCredentials,
  names: { clientId: "keyId", clientSecret: "keySecret" },
  reply: TokenReply.Standard
})
