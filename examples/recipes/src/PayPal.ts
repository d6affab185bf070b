import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

export const payPal = Provider.make({
  id: "paypal",
  tokenEndpoint: "https://api-m.paypal.com/v1/oauth2/token",
  apiUrl: "https://api-m.paypal.com",
  clientAuthentication: ClientAuthentication.clientSecretBasicRaw,
  grant: Grant.clientCredentials,
  reply: TokenReply.Standard
})
