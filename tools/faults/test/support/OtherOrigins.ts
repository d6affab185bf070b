import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Http from "node:http"

/** A server that no request may ever reach, under two names. */
export class OtherOrigins extends Context.Service<OtherOrigins, {
  readonly origins: { readonly otherPort: string; readonly otherHost: string }
  readonly requests: () => number
}>()("@mintmark/faults/OtherOrigins") {
  static readonly layer = Layer.effect(
    OtherOrigins,
    Effect.gen(function*() {
      let requests = 0
      const server = yield* Effect.acquireRelease(
        Effect.callback<Http.Server>((resume) => {
          const made = Http.createServer((_, response) => {
            requests++
            response.end("{}")
          })
          made.listen(0, () => resume(Effect.succeed(made)))
        }),
        (made) =>
          Effect.callback<void>((resume) => {
            made.closeAllConnections()
            made.close(() => resume(Effect.void))
          })
      )
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      return {
        origins: { otherPort: `http://127.0.0.1:${port}`, otherHost: `http://localhost:${port}` },
        requests: () => requests
      }
    })
  )
}
