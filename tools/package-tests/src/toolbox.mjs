// Compilers and runtimes, each from the registry's own package of it.
import { existsSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { fetched } from "./run.mjs"

const toolbox = fileURLToPath(new URL("../toolbox", import.meta.url))

export const installToolbox = () =>
  fetched("pnpm", ["install", "--frozen-lockfile", "--prefer-offline"], {
    cwd: toolbox,
    env: { ...process.env, CI: "true" }
  })

export const tool = (...path) => {
  const found = join(toolbox, "node_modules", ...path)
  if (!existsSync(found)) throw new Error(`the toolbox has no ${path.join("/")}`)
  return found
}

export const node = (major) => tool(`node-${major}`, "bin", "node")
export const npm = (major) => tool(`npm-${major}`, "bin", "npm-cli.js")
export const tsc = (version) => tool(`typescript-${version}`, "bin", "tsc")
export const bun = () => tool(".bin", "bun")
export const deno = () => tool(".bin", "deno")
export const workerd = () => tool(".bin", "workerd")
