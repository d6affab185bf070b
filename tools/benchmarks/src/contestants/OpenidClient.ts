import {
  allowInsecureRequests,
  clientCredentialsGrant,
  ClientSecretBasic,
  Configuration,
  customFetch
} from "openid-client"
import { type Contestant, credentials, tokenUrl } from "../Contestant.ts"

export const openidClient: Contestant = {
  name: "openid-client",
  package: "openid-client",
  how: "`clientCredentialsGrant` with `ClientSecretBasic` and `customFetch`; it keeps no token",
  open: async (setting) => {
    const server = { issuer: setting.origin, token_endpoint: tokenUrl(setting) }
    const client = new Configuration(server, credentials.id, credentials.secret, ClientSecretBasic(credentials.secret))
    allowInsecureRequests(client)
    client[customFetch] = (url, { body, headers, method }) =>
      setting.transport.fetch(url, { method, headers, body: body === undefined ? null : String(body) })
    return { request: () => clientCredentialsGrant(client) }
  }
}
