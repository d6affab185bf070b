import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as Effect from "effect/Effect"
import * as Http from "node:http"
import type * as Net from "node:net"

/** The n-th refresh token of a client; the application has `refreshToken(client, 0)` from the console. */
export const refreshToken = (client: string, number: number): string => `${client}-r${number}`

/**
 * A server on loopback that replaces each refresh token when it is used, and ends the session of the client at the
 * second use of one.
 */
export const rotatingServer = Effect.acquireRelease(
  Effect.callback<
    ReturnType<typeof make> & { readonly tokenEndpoint: string; readonly server: Http.Server }
  >((resume) => {
    const made = make()
    const server = Http.createServer((request, response) => {
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        const { body, status } = made.answer(new URLSearchParams(Buffer.concat(chunks).toString()))
        const { delay } = made.behavior
        setTimeout(
          () => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body)),
          delay
        )
      })
    })
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as Net.AddressInfo
      resume(Effect.succeed({ ...made, server, tokenEndpoint: `http://127.0.0.1:${port}/token` }))
    })
  }),
  ({ server }) =>
    Effect.sync(() => {
      server.close()
      server.closeAllConnections()
    })
)

const make = () => {
  const newest = new Map<string, number>()
  const ended = new Set<string>()
  const sent = new Array<string>()
  const scopes = new Array<string | null>()
  const behavior = {
    /** How long a reply takes, in milliseconds. */
    delay: 0,
    /** Whether requests fail with a 503 before they spend anything. */
    fails: false,
    expiresIn: 3_600,
    fields: {}
  }
  const answer = (fields: URLSearchParams) => {
    const client = fields.get("client_id") ?? ""
    const used = fields.get("refresh_token") ?? ""
    sent.push(used)
    scopes.push(fields.get("scope"))
    if (behavior.fails) return { status: 503, body: {} }
    const number = newest.get(client) ?? 0
    if (ended.has(client) || used !== refreshToken(client, number)) {
      ended.add(client)
      return { status: 400, body: { error: "invalid_grant" } }
    }
    newest.set(client, number + 1)
    return {
      status: 200,
      body: {
        access_token: `${client}-token-${number + 1}`,
        token_type: "Bearer",
        expires_in: behavior.expiresIn,
        refresh_token: refreshToken(client, number + 1),
        ...behavior.fields
      }
    }
  }
  return {
    answer,
    behavior,
    /** The refresh tokens that were sent, in their order. */
    sent,
    /** The scopes that were requested with them. */
    scopes,
    /** The clients whose session has ended, since a refresh token came twice. */
    ended
  }
}

/** What is known of a provider whose accounts have a refresh token and nothing else. */
export const factsOf = ({ tokenEndpoint }: { readonly tokenEndpoint: string }) => ({
  id: "acme",
  tokenEndpoint,
  apiUrl: tokenEndpoint,
  clientAuthentication: ClientAuthentication.none,
  grant: Grant.refreshToken,
  renewal: Grant.refreshToken,
  reply: TokenReply.Standard
})

/** Such a provider. */
export const rotating = (server: { readonly tokenEndpoint: string }) => Provider.make(factsOf(server))
