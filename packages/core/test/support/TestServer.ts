import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"
import type * as Net from "node:net"

/** A request as it arrived. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: Http.IncomingHttpHeaders
  readonly body: string
}

/** What to answer. A body is text; where it is left out, the answer is an empty JSON object. */
export interface Answer {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body?: string
}

export interface TestServer {
  readonly origin: string
  /** The same server by another host name, which is another origin. */
  readonly otherOrigin: string
  readonly received: ReadonlyArray<Received>
  /** How many connections were opened so far. */
  readonly connections: () => number
}

/** A server on loopback that answers as the handler says, and remembers what arrived. */
export const serve = (
  handler: (received: Received) => Answer
): Effect.Effect<TestServer, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<TestServer & { readonly server: Http.Server }>((resume) => {
      const received: Array<Received> = []
      let connections = 0
      const server = Http.createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          const one = {
            method: request.method ?? "",
            path: request.url ?? "",
            headers: request.headers,
            body: Buffer.concat(chunks).toString()
          }
          received.push(one)
          const { body = "{}", headers = {}, status = 200 } = handler(one)
          response.writeHead(status, { "content-type": "application/json", ...headers }).end(body)
        })
      })
      server.on("connection", () => {
        connections++
      })
      // A machine that is slow closes no connection for it, and turns none away: Node's own limits are 5 s and 511.
      server.keepAliveTimeout = 0
      server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
        const { port } = server.address() as Net.AddressInfo
        resume(Effect.succeed({
          server,
          origin: `http://127.0.0.1:${port}`,
          otherOrigin: `http://localhost:${port}`,
          received,
          connections: () => connections
        }))
      })
    }),
    ({ server }) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )

/** A server whose token endpoint issues `token-1`, `token-2`, …; the rest of it is an API. */
export const serveApi = (api: (received: Received) => Answer): Effect.Effect<
  TestServer & { readonly tokens: () => number; readonly api: () => ReadonlyArray<Received> },
  never,
  Scope.Scope
> => {
  let tokens = 0
  return Effect.map(
    serve((received) =>
      received.path === "/token"
        ? { body: JSON.stringify({ access_token: `token-${++tokens}`, token_type: "Bearer", expires_in: 3600 }) }
        : api(received)
    ),
    (server) => ({
      ...server,
      tokens: () => tokens,
      api: () => server.received.filter(({ path }) => path !== "/token")
    })
  )
}

/** The token that a request carries. */
export const tokenOf = ({ headers }: Received): string | undefined => headers.authorization?.replace(/^Bearer /, "")
