import { OAuth2Client, OAuth2Fetch } from "@badgateway/oauth2-client"
import { apiUrl, type Contestant, credentials, tokenUrl } from "../Contestant.ts"

export const badgatewayOauth2Client: Contestant = {
  name: "@badgateway/oauth2-client",
  package: "@badgateway/oauth2-client",
  how: "`OAuth2Fetch` over `OAuth2Client.clientCredentials`: `getAccessToken`, and its middleware for API requests",
  open: async (setting) => {
    const client = new OAuth2Client({
      clientId: credentials.id,
      clientSecret: credentials.secret,
      tokenEndpoint: tokenUrl(setting),
      fetch: setting.transport.fetch
    })
    const wrapper = new OAuth2Fetch({ client, getNewToken: () => client.clientCredentials() })
    const middleware = wrapper.mw()
    return {
      token: () => wrapper.getAccessToken(),
      request: () => client.clientCredentials(),
      api: async () => {
        const response = await middleware(new Request(apiUrl(setting)), setting.transport.fetch)
        await response.text()
        return response.status
      }
    }
  }
}
