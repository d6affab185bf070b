/**
 * A place where nothing listens.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Net from "node:net"

/**
 * An origin on this machine that refuses connections: its port was free a moment ago.
 *
 * @since 0.1.0
 * @category constructors
 */
export const refusingOrigin: Effect.Effect<string> = Effect.callback<string>((resume) => {
  const server = Net.createServer()
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    server.close(() => resume(Effect.succeed(`http://127.0.0.1:${port}`)))
  })
})
