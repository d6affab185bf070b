import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
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

// A custom server, for APIs of your own: `default`, or the id of another one.
export const oktaCustom = Provider.make({
  id: "okta",
  tokenEndpoint: "https://{organization}/oauth2/{server}/v1/token",
  apiUrl: "https://{api}",
  urlParts: { organization: HostPart.name, server: HostPart.segment, api: HostPart.authority },
  defaults: { server: "default" },
  clientAuthentication: ClientAuthentication.clientSecretBasicRaw,
  grant: Grant.clientCredentials,
  scopesRequired: true,
  reply: TokenReply.Standard
})
