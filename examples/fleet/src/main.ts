// Starts a sandbox, a Redis and a few workers; kills one of them; and prints what the sandbox counted.
//
//   node src/main.ts [workers] [seconds]
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Account from "@mintmark/sandbox/Account"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { fileURLToPath } from "node:url"
import { redisUrl } from "./redis.ts"

const [workers = 4, seconds = 15] = process.argv.slice(2).map(Number)
/** How long the sandbox's tokens live, in seconds: short, so that there is something to see. */
const lifetime = 3

const startWorker = Effect.fnUntraced(function*(env: NodeJS.ProcessEnv) {
  const worker = yield* Effect.acquireRelease(
    Effect.sync(() => {
      const program = fileURLToPath(new URL("./worker.ts", import.meta.url))
      return spawn(process.execPath, [program], { env, stdio: ["ignore", "pipe", "inherit"] })
    }),
    (worker) => Effect.sync(() => worker.kill())
  )
  return {
    ready: Effect.callback<void>((resume) => {
      worker.stdout.once("data", () => resume(Effect.void))
    }),
    kill: Effect.sync(() => worker.kill("SIGKILL"))
  }
})

const program = Effect.gen(function*() {
  const sandbox = yield* Sandbox
  const env = {
    REDIS_URL: yield* redisUrl,
    MINTMARK_STORE_KEYS: randomBytes(32).toString("base64"),
    ROUTERA_CLIENT_ID: Account.routera.clientId,
    ROUTERA_CLIENT_SECRET: Account.routera.clientSecret,
    ROUTERA_BASE_URL: sandbox.urls.routera
  }
  const fleet = yield* Effect.all(Array.from({ length: workers }, () => startWorker(env)))
  yield* Effect.forEach(fleet, ({ ready }) => ready, { concurrency: "unbounded" })
  // Token requests from before the first worker could share are not counted.
  yield* sandbox.clear
  yield* Console.log(`${workers} workers call the API for ${seconds} s, with tokens that live for ${lifetime} s.`)
  yield* Effect.sleep(seconds * 500)
  yield* Effect.forEach(fleet.slice(1, 2), ({ kill }) => kill)
  yield* Console.log("One of them is killed.")
  yield* Effect.sleep(seconds * 500)
  const { api, token } = yield* sandbox.counts({ provider: "routera" })
  const refused = (yield* sandbox.journal).filter(({ kind, status = 0 }) => kind === "api" && status >= 400).length
  yield* Console.log(`${api} API calls, ${refused} of them refused; ${token} token requests.`)
})

program.pipe(
  Effect.scoped,
  Effect.provide(Sandbox.layer({ lifetimes: { routera: lifetime } })),
  NodeRuntime.runMain
)
