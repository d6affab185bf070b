import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as JwtBearer from "@mintmark/core/JwtBearer"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

export const vonage = Provider.make({
  id: "vonage",
  // No token endpoint: the JWT that the client signs is the token.
  tokenEndpoint: "https://api.nexmo.com",
  apiUrl: "https://api.nexmo.com",
  clientAuthentication: ClientAuthentication.omitted,
  grant: JwtBearer.selfSigned({ algorithm: "RS256", issuerClaim: "application_id" }),
  names: { issuer: "applicationId" },
  reply: TokenReply.Standard
})
