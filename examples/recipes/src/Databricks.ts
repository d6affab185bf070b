import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as HostPart from "@mintmark/core/HostPart"
import * as Provider from "@mintmark/core/Provider"
import * as TokenExchange from "@mintmark/core/TokenExchange"
import * as TokenReply from "@mintmark/core/TokenReply"

export const databricks = Provider.make({
  id: "databricks",
  tokenEndpoint: "https://{workspace}/oidc/v1/token",
  apiUrl: "https://{workspace}/api",
  urlParts: { workspace: HostPart.name },
  clientAuthentication: ClientAuthentication.clientSecretBasicRaw,
  grant: Grant.clientCredentials,
  scopes: ["all-apis"],
  reply: TokenReply.Standard
})

export const databricksFederation = Provider.make({
  id: "databricks",
  tokenEndpoint: "https://{workspace}/oidc/v1/token",
  apiUrl: "https://{workspace}/api",
  urlParts: { workspace: HostPart.name },
  clientAuthentication: ClientAuthentication.omitted,
  grant: TokenExchange.make(),
  scopes: ["all-apis"],
  reply: TokenReply.Standard
})
