import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

export const twilio = Provider.make({
  id: "twilio",
  tokenEndpoint: "https://oauth.twilio.com/v2/token",
  apiUrl: "https://api.twilio.com",
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials,
  reply: TokenReply.Standard
})
