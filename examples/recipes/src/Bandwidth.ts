import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

export const bandwidth = Provider.make({
  id: "bandwidth",
  tokenEndpoint: "https://api.bandwidth.com/api/v1/oauth2/token",
  apiUrl: "https://api.bandwidth.com",
  clientAuthentication: ClientAuthentication.clientSecretBasicRaw,
  grant: Grant.clientCredentials,
  reply: TokenReply.Standard
})
