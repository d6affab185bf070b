import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { createServer } from "node:net"

/** The Redis of `REDIS_URL`, or one that is started for as long as the scope lives. */
export const redisUrl = Effect.flatMap(
  Config.withDefault(Config.String("REDIS_URL"), undefined),
  // A port that was free a moment ago may be another program's now.
  (url) => url === undefined ? Effect.retry(started, { times: 3 }) : Effect.succeed(url)
)

const freePort = Effect.callback<number>((resume) => {
  const server = createServer()
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    server.close(() => resume(Effect.succeed(port)))
  })
})

const started = Effect.gen(function*() {
  const port = yield* freePort
  const server = yield* Effect.acquireRelease(
    Effect.sync(() => {
      const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
      return spawn("redis-server", options, { stdio: ["ignore", "pipe", "inherit"] })
    }),
    (server) => Effect.sync(() => server.kill())
  )
  yield* Effect.callback<void, string>((resume) => {
    server.once("error", () => resume(Effect.fail("redis-server isn't here. Install it, or set REDIS_URL.")))
    server.once("exit", () => resume(Effect.fail("redis-server ended before it was ready.")))
    server.stdout.on("data", (text) => {
      if (String(text).includes("Ready to accept connections")) resume(Effect.void)
    })
  })
  return `redis://127.0.0.1:${port}`
})
