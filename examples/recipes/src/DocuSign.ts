import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as JwtBearer from "@mintmark/core/JwtBearer"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

export const docuSign = Provider.make({
  id: "docusign",
  tokenEndpoint: "https://account.docusign.com/oauth/token",
  // The base path of an account comes from /oauth/userinfo.
  apiUrl: "https://account.docusign.com",
  apiOrigins: ["https://*.docusign.net"],
  clientAuthentication: ClientAuthentication.omitted,
  grant: JwtBearer.make({ algorithm: "RS256", lifetime: "1 hour", audience: "account.docusign.com", scopeClaim: true }),
  names: { issuer: "integrationKey", subject: "userId" },
  scopes: ["signature", "impersonation"],
  reply: TokenReply.Standard
})
