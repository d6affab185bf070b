import * as Grant from "@mintmark/core/Grant"
import * as HostPart from "@mintmark/core/HostPart"
import * as PrivateKeyJwt from "@mintmark/core/PrivateKeyJwt"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

// One operator of CAMARA / Open Gateway; its host, and one purpose as scope, are yours to fill in.
export const openGateway = Provider.make({
  id: "open-gateway",
  tokenEndpoint: "https://{operator}/oauth2/token",
  apiUrl: "https://{operator}",
  urlParts: { operator: HostPart.name },
  clientAuthentication: PrivateKeyJwt.make({ algorithm: "ES256", lifetime: "5 minutes" }),
  grant: Grant.clientCredentials,
  scopesRequired: true,
  reply: TokenReply.Standard
})
