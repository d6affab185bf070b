import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as JwtBearer from "@mintmark/core/JwtBearer"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

export const ringCentral = Provider.make({
  id: "ringcentral",
  tokenEndpoint: "https://platform.ringcentral.com/restapi/oauth/token",
  apiUrl: "https://platform.ringcentral.com",
  clientAuthentication: ClientAuthentication.clientSecretBasicRaw,
  grant: JwtBearer.assertion,
  renewal: Grant.refreshToken,
  names: { assertion: "jwt" },
  reply: TokenReply.Standard
})
