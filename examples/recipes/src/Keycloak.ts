import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as HostPart from "@mintmark/core/HostPart"
import * as PrivateKeyJwt from "@mintmark/core/PrivateKeyJwt"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

const common = {
  id: "keycloak",
  tokenEndpoint: "https://{server}/realms/{realm}/protocol/openid-connect/token",
  apiUrl: "https://{api}",
  urlParts: { server: HostPart.authority, realm: HostPart.segment, api: HostPart.authority },
  grant: Grant.clientCredentials,
  reply: TokenReply.Standard
}

export const keycloak = Provider.make({
  ...common,
  clientAuthentication: ClientAuthentication.clientSecretBasic
})

// Its client authenticator "Signed JWT". The account's `audience` is the issuer: https://{server}/realms/{realm}.
export const keycloakJwt = Provider.make({
  ...common,
  clientAuthentication: PrivateKeyJwt.make({ algorithm: "RS256" })
})
