import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as HostPart from "@mintmark/core/HostPart"
import * as PrivateKeyJwt from "@mintmark/core/PrivateKeyJwt"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

const common = {
  id: "entra-id",
  tokenEndpoint: "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
  apiUrl: "https://graph.microsoft.com/v1.0",
  urlParts: { tenant: HostPart.segment },
  grant: Grant.clientCredentials,
  scopes: ["https://graph.microsoft.com/.default"],
  reply: TokenReply.Standard
}

export const entraId = Provider.make({
  ...common,
  clientAuthentication: ClientAuthentication.clientSecretPost
})

export const entraIdCertificate = Provider.make({
  ...common,
  clientAuthentication: PrivateKeyJwt.make({ algorithm: "PS256" })
})
