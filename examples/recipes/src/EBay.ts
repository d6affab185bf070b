import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

export const eBay = Provider.make({
  id: "ebay",
  tokenEndpoint: "https://api.ebay.com/identity/v1/oauth2/token",
  apiUrl: "https://api.ebay.com",
  clientAuthentication: ClientAuthentication.clientSecretBasicRaw,
  grant: Grant.clientCredentials,
  scopes: ["https://api.ebay.com/oauth/api_scope"],
  reply: TokenReply.make({}, { bearerTypes: ["Application Access Token"] })
})
