// `npm run example -- NAME [ARGUMENT…]`: runs an example against a sandbox of its own, with an account at every provider.
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { settings } from "./settings.mjs"
import { fail, root } from "./workspace.mjs"

const [name = "", ...args] = process.argv.slice(2)
const cwd = join(root, "examples", name)
const manifest = join(cwd, "package.json")
if (name === "" || !existsSync(manifest)) fail(`there is no example "${name}": see examples/README.md.`)

process.exitCode = await Effect.gen(function*() {
  const { urls } = yield* Sandbox
  const [, program] = JSON.parse(readFileSync(manifest, "utf8")).scripts.start.split(" ")
  const env = { ...process.env, ...settings(urls) }
  const child = spawn(process.execPath, [program, ...args], { cwd, env, stdio: "inherit" })
  const [status] = yield* Effect.promise(() => once(child, "exit"))
  return status ?? 1
}).pipe(Effect.provide(Sandbox.layer()), Effect.runPromise)
