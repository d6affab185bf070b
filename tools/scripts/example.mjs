// `npm run example -- NAME [ARGUMENT…]`: runs an example against a sandbox of its own, with an account at every provider.
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { settings } from "./settings.mjs"
import { packages } from "./workspace.mjs"

const [name, ...args] = process.argv.slice(2)
const example = packages().find(({ folder, manifest }) => folder === `examples/${name}` && manifest.scripts.start)

const run = Effect.gen(function*() {
  const { urls } = yield* Sandbox
  const options = { cwd: example.path, env: { ...process.env, ...settings(urls) }, stdio: "inherit" }
  const started = () => once(spawn("npm", ["--silent", "start", "--", ...args], options), "exit")
  const [status] = yield* Effect.promise(started)
  return status ?? 1
}).pipe(Effect.provide(Sandbox.layer()))

if (example === undefined) console.error(`mintmark: there is no example "${name ?? ""}": see examples/README.md.`)
process.exitCode = example === undefined ? 1 : await Effect.runPromise(run)
