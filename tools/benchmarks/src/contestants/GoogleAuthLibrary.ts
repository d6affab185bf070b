import { OAuth2Client } from "google-auth-library"
import { apiUrl, type Contestant, credentials, tokenUrl } from "../Contestant.ts"

export const googleAuthLibrary: Contestant = {
  name: "google-auth-library",
  package: "google-auth-library",
  how: "`OAuth2Client` with a refresh token, the grant that it has for an endpoint of one's own: `getAccessToken`, "
    + "`refreshAccessToken`, `request`",
  endsEarly: 300,
  open: async (setting) => {
    const client = new OAuth2Client({
      clientId: credentials.id,
      clientSecret: credentials.secret,
      endpoints: { oauth2TokenUrl: tokenUrl(setting) },
      forceRefreshOnFailure: true,
      transporterOptions: { fetchImplementation: setting.transport.fetch }
    })
    client.setCredentials({ refresh_token: "4vZ2nUq0" })
    return {
      token: () => client.getAccessToken(),
      request: () => client.refreshAccessToken(),
      api: async () => (await client.request({ url: apiUrl(setting) })).status
    }
  }
}
