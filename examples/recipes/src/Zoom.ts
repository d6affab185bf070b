import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

const accountCredentials = Grant.make({
  name: "account_credentials",
  needs: { accountId: "text" },
  refusedAs: "client_credentials",
  request: ({ accountId }) => ({ parameters: { grant_type: "account_credentials", account_id: accountId } })
})

export const zoom = Provider.make({
  id: "zoom",
  tokenEndpoint: "https://zoom.us/oauth/token",
  apiUrl: "https://api.zoom.us/v2",
  clientAuthentication: ClientAuthentication.clientSecretBasicRaw,
  grant: accountCredentials,
  reply: TokenReply.Standard
})
