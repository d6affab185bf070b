// Packs every public package, installs each into a project of its own, and runs the tests on what came of it.
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { packAll } from "./packages.mjs"
import { install } from "./projects.mjs"
import { installToolbox } from "./toolbox.mjs"

// Outside the workspace: there, nothing that a package forgot to ask for is found in a folder above.
const folder = mkdtempSync(join(tmpdir(), "mintmark-published-"))
try {
  const [packed] = await Promise.all([packAll(folder), installToolbox()])
  await install(folder, packed)
  const { status } = spawnSync("vitest", ["run", "--config", "../../vitest.config.ts", ...process.argv.slice(2)], {
    env: { ...process.env, MINTMARK_PUBLISHED: folder },
    stdio: "inherit"
  })
  process.exitCode = status ?? 1
} finally {
  if (process.env.MINTMARK_KEEP === undefined) rmSync(folder, { force: true, recursive: true })
  else console.log(`kept: ${folder}`)
}
