import OAuth2Server from "@node-oauth/oauth2-server"
import * as Effect from "effect/Effect"
import type { IncomingMessage } from "node:http"
import { text } from "node:stream/consumers"
import type { RealServer } from "./RealServer.ts"
import { serve } from "./RealServer.ts"

// It doesn't decode the halves of a Basic header: these would arrive as something else if they were encoded.
const clientId = "client id+%41"
const clientSecret = "s3cret%41+/=: & %2B"
const username = "carol@example.com"
const password = "pässword +&=% ключ"

/** `@node-oauth/oauth2-server`, with a model that keeps everything in maps. */
export const oauth2Server = Effect.gen(function*() {
  const accessTokens = new Map<string, OAuth2Server.Token>()
  const refreshTokens = new Map<string, OAuth2Server.RefreshToken>()
  const grants: Array<string> = []

  const client: OAuth2Server.Client = { id: clientId, grants: ["client_credentials", "password", "refresh_token"] }
  const model: OAuth2Server.ClientCredentialsModel & OAuth2Server.PasswordModel & OAuth2Server.RefreshTokenModel = {
    getClient: async (id, secret) => id === clientId && secret === clientSecret && client,
    getUserFromClient: async () => ({ name: clientId }),
    getUser: async (name, secret) => name === username && secret === password && { name },
    validateScope: async (_user, _client, scope = []) => scope.every((each) => each === "read") && scope,
    saveToken: async (token, client, user) => {
      const saved = { ...token, client, user }
      accessTokens.set(token.accessToken, saved)
      if (token.refreshToken !== undefined) {
        refreshTokens.set(token.refreshToken, { ...saved, refreshToken: token.refreshToken })
      }
      return saved
    },
    getAccessToken: async (value) => accessTokens.get(value),
    getRefreshToken: async (value) => refreshTokens.get(value),
    revokeToken: async ({ refreshToken }) => refreshTokens.delete(refreshToken)
  }
  const server = new OAuth2Server({ model, accessTokenLifetime: 3600 })

  const answer = async (request: IncomingMessage): Promise<OAuth2Server.Response> => {
    const form = Object.fromEntries(new URLSearchParams(await text(request)))
    grants.push(form["grant_type"] ?? "")
    const answered = new OAuth2Server.Response()
    const asked = new OAuth2Server.Request({
      method: request.method ?? "",
      headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
      query: {},
      body: form
    })
    // A refusal is in the response, and thrown besides.
    await server.token(asked, answered).catch(() => undefined)
    return answered
  }

  const origin = yield* serve(() => (request, response) => {
    void answer(request).then(({ body, headers, status = 500 }) => {
      response.writeHead(status, { ...headers, "content-type": "application/json" })
      response.end(JSON.stringify(body))
    })
  })

  const real: RealServer = {
    tokenEndpoint: `${origin}/token`,
    clientId,
    clientSecret,
    username,
    password,
    grants: () => grants,
    knows: (value) => Effect.sync(() => accessTokens.has(value)),
    revoke: (value) => Effect.sync(() => refreshTokens.delete(value))
  }
  return real
})
