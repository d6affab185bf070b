import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as HostPart from "@mintmark/core/HostPart"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

export const cognito = Provider.make({
  id: "cognito",
  tokenEndpoint: "https://{domain}.auth.{region}.amazoncognito.com/oauth2/token",
  apiUrl: "https://{api}",
  urlParts: { domain: HostPart.label, region: HostPart.label, api: HostPart.authority },
  clientAuthentication: ClientAuthentication.clientSecretBasicRaw,
  grant: Grant.clientCredentials,
  reply: TokenReply.Standard
})
