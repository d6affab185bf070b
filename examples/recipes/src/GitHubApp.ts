import * as Grant from "@mintmark/core/Grant"
import * as HostPart from "@mintmark/core/HostPart"
import * as PrivateKeyJwt from "@mintmark/core/PrivateKeyJwt"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

export const gitHubApp = Provider.make({
  id: "github-app",
  tokenEndpoint: "https://api.github.com/app/installations/{installation}/access_tokens",
  apiUrl: "https://api.github.com",
  urlParts: { installation: HostPart.segment },
  clientAuthentication: PrivateKeyJwt.bearer({ algorithm: "RS256", lifetime: "5 minutes" }),
  grant: Grant.clientCredentials,
  names: { clientId: "appId" },
  request: { encoding: "json", fields: { grant_type: false }, headers: { "x-github-api-version": "2022-11-28" } },
  reply: TokenReply.make({}, { accessToken: "token", requiresTokenType: false, expiresAt: "expires_at" })
})
