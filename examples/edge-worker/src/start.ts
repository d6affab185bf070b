// Bundles the worker, starts it in workerd beside the sandbox, and sends it some requests.
import { Account, Sandbox } from "@mintmark/sandbox"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import { buildSync } from "esbuild"
import { spawn } from "node:child_process"
import { createRequire } from "node:module"
import type { Readable } from "node:stream"
import { fileURLToPath } from "node:url"

// The path of the runtime's program. The package has no types.
const { default: workerd }: { readonly default: string } = createRequire(import.meta.url)("workerd")

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/** Starts the worker, and answers its URL. It ends with the scope. */
const startWorker = (env: Readonly<Record<string, string>>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      buildSync({
        entryPoints: [path("worker.ts")],
        outfile: path("../dist/worker.js"),
        bundle: true,
        format: "esm",
        platform: "neutral",
        external: ["cloudflare:*"],
        minify: true
      })
      return spawn(workerd, ["serve", path("worker.capnp"), "--control-fd=3"], {
        env: { ...env },
        stdio: ["ignore", "inherit", "inherit", "pipe"]
      })
    }),
    (child) => Effect.sync(() => child.kill())
  ).pipe(Effect.flatMap((child) =>
    Effect.callback<string>((resume) => {
      child.once("exit", (code) => resume(Effect.die(`workerd ended with ${code}`)))
      const control = child.stdio[3] as Readable
      control.once("data", (line: Buffer) => {
        const { port }: { readonly port: number } = JSON.parse(String(line).split("\n")[0] ?? "")
        resume(Effect.succeed(`http://127.0.0.1:${port}`))
      })
    })
  ))

const program = Effect.gen(function*() {
  const sandbox = yield* Sandbox
  const url = yield* startWorker({
    ROUTEE_APPLICATION_ID: Account.routee.clientId,
    ROUTEE_APPLICATION_SECRET: Account.routee.clientSecret,
    ROUTEE_BASE_URL: sandbox.urls.routee
  })
  const request = Effect.flatMap(HttpClient.get(url), ({ text }) => text)
  const [first] = yield* Effect.all(Array.from({ length: 50 }, () => request), { concurrency: "unbounded" })
  yield* Console.log(first)

  const { api, token } = yield* sandbox.counts()
  yield* Console.log(`50 requests to the worker: ${api} API calls, ${token} token request.`)
})

program.pipe(
  Effect.scoped,
  Effect.provide([Sandbox.layer(), FetchHttpClient.layer]),
  Effect.runPromise
)
