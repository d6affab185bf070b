import * as Grant from "@mintmark/core/Grant"
import * as HostPart from "@mintmark/core/HostPart"
import * as PrivateKeyJwt from "@mintmark/core/PrivateKeyJwt"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

// The organization's own server, for Okta's APIs.
export const okta = Provider.make({
  id: "okta",
  tokenEndpoint: "https://{organization}/oauth2/v1/token",
  apiUrl: "https://{organization}",
  urlParts: { organization: HostPart.name },
  clientAuthentication: PrivateKeyJwt.make({ algorithm: "RS256" }),
  grant: Grant.clientCredentials,
  scopesRequired: true,
  reply: TokenReply.Standard
})
