import {
  ClientBuilder,
  createAuthMiddlewareForClientCredentialsFlow,
  type Middleware,
  type MiddlewareRequest,
  type MiddlewareResponse
} from "@commercetools/ts-client"
import { type Contestant, credentials, type Setting } from "../Contestant.ts"

const projectKey = "benchmark"

const makeMiddleware = ({ lifetime, origin, transport }: Setting) =>
  createAuthMiddlewareForClientCredentialsFlow({
    host: origin,
    oauthUri: `/${lifetime}/oauth/token`,
    projectKey,
    credentials: { clientId: credentials.id, clientSecret: credentials.secret },
    httpClient: transport.fetch
  })

export const commercetoolsTsClient: Contestant = {
  name: "@commercetools/ts-client",
  package: "@commercetools/ts-client",
  how:
    "`createAuthMiddlewareForClientCredentialsFlow`; a cached token is one pass through the middleware with an empty "
    + "request behind it, a token request the first pass through a new one",
  endsEarly: 300,
  open: async (setting) => {
    const request: MiddlewareRequest = { uri: "/", method: "GET", headers: {} }
    const answer: MiddlewareResponse = { body: undefined, statusCode: 200, resolve() {}, reject() {} }
    const pass = (middleware: Middleware) => middleware(() => Promise.resolve(answer))
    const middleware = makeMiddleware(setting)
    const cached = pass(middleware)
    const client = new ClientBuilder()
      .withProjectKey(projectKey)
      .withMiddleware(middleware)
      .withHttpMiddleware({ host: setting.origin, httpClient: setting.transport.fetch })
      .build()
    return {
      token: () => cached(request),
      request: () => pass(makeMiddleware(setting))(request),
      api: async () => (await client.execute({ uri: "/accounts/me/balance", method: "GET" })).statusCode ?? 0
    }
  }
}
