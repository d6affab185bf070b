import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as JwtBearer from "@mintmark/core/JwtBearer"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

export const googleServiceAccount = Provider.make({
  id: "google",
  tokenEndpoint: "https://oauth2.googleapis.com/token",
  apiUrl: "https://www.googleapis.com",
  clientAuthentication: ClientAuthentication.omitted,
  grant: JwtBearer.make({ algorithm: "RS256", lifetime: "1 hour", scopeClaim: true }),
  names: { issuer: "clientEmail" },
  scopesRequired: true,
  reply: TokenReply.Standard
})
