import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as HostPart from "@mintmark/core/HostPart"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

export const genesysCloud = Provider.make({
  id: "genesys-cloud",
  tokenEndpoint: "https://login.{region}/oauth/token",
  apiUrl: "https://api.{region}",
  urlParts: { region: HostPart.name },
  defaults: { region: "mypurecloud.com" },
  clientAuthentication: ClientAuthentication.clientSecretBasicRaw,
  grant: Grant.clientCredentials,
  reply: TokenReply.Standard
})
