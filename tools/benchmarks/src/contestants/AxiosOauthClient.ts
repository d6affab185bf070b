import { create } from "axios"
import { clientCredentials } from "axios-oauth-client"
import { type Contestant, credentials, tokenUrl } from "../Contestant.ts"

export const axiosOauthClient: Contestant = {
  name: "axios-oauth-client",
  package: "axios-oauth-client",
  how: "`clientCredentials` over axios with its `http` adapter and an agent that keeps connections alive, or with its "
    + "`fetch` adapter; it keeps no token",
  open: async (setting) => {
    const { transport } = setting
    const client = create(
      transport.name === "node:http"
        ? { adapter: "http", httpAgent: transport.agent }
        : { adapter: "fetch", env: { fetch: transport.fetch } }
    )
    const ask = clientCredentials(client, tokenUrl(setting), credentials.id, credentials.secret)
    return { request: () => ask(undefined) }
  }
}
