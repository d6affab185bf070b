import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as HostPart from "@mintmark/core/HostPart"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

export const infobip = Provider.make({
  id: "infobip",
  tokenEndpoint: "https://{baseHost}/auth/1/oauth2/token",
  apiUrl: "https://{baseHost}",
  urlParts: { baseHost: HostPart.name },
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials,
  reply: TokenReply.make({}, { requiresTokenType: false })
})
