import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

export const box = Provider.make({
  id: "box",
  tokenEndpoint: "https://api.box.com/oauth2/token",
  apiUrl: "https://api.box.com/2.0",
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.make({
    name: "client_credentials",
    needs: { enterpriseId: "text" },
    refusedAs: "client_credentials",
    request: ({ enterpriseId }) => ({
      parameters: { grant_type: "client_credentials", box_subject_type: "enterprise", box_subject_id: enterpriseId }
    })
  }),
  reply: TokenReply.make({}, { requiresTokenType: false })
})
