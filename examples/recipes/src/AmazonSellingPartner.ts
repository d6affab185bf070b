import * as Authorization from "@mintmark/core/Authorization"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as HostPart from "@mintmark/core/HostPart"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

export const amazonSellingPartner = Provider.make({
  id: "amazon-sp-api",
  tokenEndpoint: "https://api.amazon.com/auth/o2/token",
  apiUrl: "https://sellingpartnerapi-{region}.amazon.com",
  urlParts: { region: HostPart.label },
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.refreshToken,
  reply: TokenReply.Standard,
  authorization: Authorization.header("x-amz-access-token")
})
