import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"

/** An authorization server that was written by others, on this machine. */
export interface RealServer {
  readonly tokenEndpoint: string
  readonly clientId: string
  readonly clientSecret: string
  readonly username: string
  readonly password: string
  /** The grant types of the token requests so far. */
  readonly grants: () => ReadonlyArray<string>
  /** Whether the server takes this access token for one of its own, and alive. */
  readonly knows: (accessToken: string) => Effect.Effect<boolean>
  /** Ends a refresh token as the server's operator would. */
  readonly revoke: (refreshToken: string) => Effect.Effect<void>
}

/** Listens on a free port of this machine, and passes each request on; returns its origin. */
export const serve = (make: (origin: string) => Http.RequestListener): Effect.Effect<string, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<Http.Server>((resume) => {
        // A connection that the server closes while a request is on its way would be a fault of the test.
        const server = Http.createServer({ keepAliveTimeout: 120_000 })
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.callback<void>((resume) => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    ),
    (server) => {
      const address = server.address()
      const origin = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
      server.on("request", make(origin))
      return origin
    }
  )
