import { axiosOauthClient } from "./AxiosOauthClient.ts"
import { badgatewayOauth2Client } from "./BadgatewayOauth2Client.ts"
import { commercetoolsTsClient } from "./CommercetoolsTsClient.ts"
import { coreRestPipeline } from "./CoreRestPipeline.ts"
import { googleAuthLibrary } from "./GoogleAuthLibrary.ts"
import { handWritten } from "./HandWritten.ts"
import { httpClient } from "./HttpClient.ts"
import { mintmark } from "./Mintmark.ts"
import { mintmarkFetch } from "./MintmarkFetch.ts"
import { msalNode } from "./MsalNode.ts"
import { openidClient } from "./OpenidClient.ts"
import { simpleOauth2 } from "./SimpleOauth2.ts"

export { handWritten, httpClient, mintmark, mintmarkFetch }

export const peers = [
  msalNode,
  coreRestPipeline,
  googleAuthLibrary,
  simpleOauth2,
  badgatewayOauth2Client,
  openidClient,
  axiosOauthClient,
  commercetoolsTsClient
]

export const contestants = [mintmark, mintmarkFetch, handWritten, httpClient, ...peers]
