// Releases every public package to a registry on this machine, installs each from there into a project of its own, and
// runs the tests on the result.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { install } from "./projects.mjs"
import { release, startRegistry } from "./registry.mjs"
import { run } from "./run.mjs"
import { installToolbox } from "./toolbox.mjs"

// Outside the workspace: there, nothing that a package forgot to ask for is found in a folder above.
const folder = mkdtempSync(join(tmpdir(), "mintmark-published-"))
await installToolbox()
const registry = await startRegistry(folder)
try {
  await release(folder, registry)
  await install(folder, registry)
  const { status } = await run("vitest", ["run", "--config", "../../vitest.config.ts", ...process.argv.slice(2)], {
    env: { ...process.env, MINTMARK_PUBLISHED: folder, MINTMARK_REGISTRY: registry.url },
    stdio: "inherit",
    timeout: 0
  })
  process.exitCode = status ?? 1
} finally {
  registry.stop()
  if (process.env.MINTMARK_KEEP === undefined) rmSync(folder, { force: true, recursive: true })
  else console.log(`kept: ${folder}`)
}
