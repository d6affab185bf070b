import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as HostPart from "@mintmark/core/HostPart"
import * as JwtBearer from "@mintmark/core/JwtBearer"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

// The reply has no lifetime; the API is where the reply says.
const salesforceReply = TokenReply.make({}, { apiUrl: "instance_url" })

const common = {
  id: "salesforce",
  tokenEndpoint: "https://{myDomain}.my.salesforce.com/services/oauth2/token",
  apiUrl: "https://{myDomain}.my.salesforce.com",
  apiOrigins: ["https://*.my.salesforce.com"],
  urlParts: { myDomain: HostPart.label },
  reply: salesforceReply,
  assumedLifetime: "15 minutes"
} as const

export const salesforce = Provider.make({
  ...common,
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials
})

export const salesforceJwt = Provider.make({
  ...common,
  clientAuthentication: ClientAuthentication.omitted,
  grant: JwtBearer.make({ algorithm: "RS256", lifetime: "3 minutes", audience: "https://login.salesforce.com" }),
  names: { issuer: "clientId", subject: "username" }
})
