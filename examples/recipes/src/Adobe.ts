import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

export const adobe = Provider.make({
  id: "adobe",
  tokenEndpoint: "https://ims-na1.adobelogin.com/ims/token/v3",
  apiUrl: "https://usermanagement.adobe.io",
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials,
  request: { scopeSeparator: "," },
  scopesRequired: true,
  reply: TokenReply.Standard
})
