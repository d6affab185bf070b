import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as HostPart from "@mintmark/core/HostPart"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

export const keycloak = Provider.make({
  id: "keycloak",
  tokenEndpoint: "https://{server}/realms/{realm}/protocol/openid-connect/token",
  apiUrl: "https://{api}",
  urlParts: { server: HostPart.authority, realm: HostPart.segment, api: HostPart.authority },
  clientAuthentication: ClientAuthentication.clientSecretBasic,
  grant: Grant.clientCredentials,
  reply: TokenReply.Standard
})
