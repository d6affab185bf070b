import { ConfidentialClientApplication, type INetworkModule } from "@azure/msal-node"
import { type Contestant, credentials, tokenUrl } from "../Contestant.ts"

const host = "login.benchmark.test"
const authority = `https://${host}/tenant`

export const msalNode: Contestant = {
  name: "@azure/msal-node",
  package: "@azure/msal-node",
  how: "`acquireTokenByClientCredential`, with `skipCache` for a token request; it requires https and discovery, "
    + "so it is given `authorityMetadata` and a network module that sends to loopback",
  endsEarly: 300,
  open: async (setting) => {
    const post: INetworkModule["sendPostRequestAsync"] = async (_url, options) => {
      const { status, text } = await setting.transport.send({
        url: tokenUrl(setting),
        method: "POST",
        headers: options?.headers ?? {},
        body: options?.body
      })
      return { headers: {}, body: JSON.parse(text), status }
    }
    const application = new ConfidentialClientApplication({
      auth: {
        clientId: credentials.id,
        clientSecret: credentials.secret,
        authority,
        knownAuthorities: [host],
        authorityMetadata: JSON.stringify({
          issuer: authority,
          authorization_endpoint: `${authority}/authorize`,
          token_endpoint: `${authority}/token`,
          end_session_endpoint: `${authority}/logout`,
          jwks_uri: `${authority}/keys`
        })
      },
      system: {
        networkClient: {
          sendPostRequestAsync: post,
          sendGetRequestAsync: () => Promise.reject(new Error("nothing is to be discovered"))
        }
      }
    })
    const acquire = (skipCache: boolean) =>
      application.acquireTokenByClientCredential({ scopes: ["https://api.benchmark.test/.default"], skipCache })
    return { token: () => acquire(false), request: () => acquire(true) }
  }
}
