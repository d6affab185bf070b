import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as HostPart from "@mintmark/core/HostPart"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

export const auth0 = Provider.make({
  id: "auth0",
  tokenEndpoint: "https://{tenant}/oauth/token",
  apiUrl: "https://{tenant}/api/v2",
  urlParts: { tenant: HostPart.name },
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials,
  reply: TokenReply.Standard
})
