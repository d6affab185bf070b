import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

export const eightByEight = Provider.make({
  id: "eight-by-eight",
  tokenEndpoint: "https://api.8x8.com/oauth/v2/token",
  apiUrl: "https://api.8x8.com",
  clientAuthentication: ClientAuthentication.clientSecretBasicRaw,
  grant: Grant.clientCredentials,
  names: { clientId: "apiKey", clientSecret: "apiSecret" },
  reply: TokenReply.Standard
})
