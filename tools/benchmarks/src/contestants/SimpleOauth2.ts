import { ClientCredentials } from "simple-oauth2"
import { type Contestant, credentials } from "../Contestant.ts"

export const simpleOauth2: Contestant = {
  name: "simple-oauth2",
  package: "simple-oauth2",
  how: "`ClientCredentials.getToken`; it keeps no token, and opens a connection for each request: an agent that keeps "
    + "connections alive doesn't survive its copying of options",
  open: async ({ lifetime, origin, transport }) => {
    if (transport.name !== "node:http") return undefined
    const client = new ClientCredentials({
      client: credentials,
      auth: { tokenHost: origin, tokenPath: `/${lifetime}/oauth/token` }
    })
    return { request: () => client.getToken({}) }
  }
}
