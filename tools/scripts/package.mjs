// Packs the built package in the current directory, and looks at the tarball as a user's tools will: do its exports
// lead to files, and do types stand beside them?
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const folder = mkdtempSync(join(tmpdir(), "mintmark-package-"))

const run = (program, ...args) => {
  const { status, stderr, stdout } = spawnSync(program, args, { encoding: "utf8" })
  if (status !== 0) process.stderr.write(`${stdout}${stderr}`)
  return status === 0
}

const isSound = () => {
  if (!run("pnpm", "pack", "--pack-destination", folder)) return false
  const tarball = join(folder, readdirSync(folder)[0])
  return [
    run("publint", "--strict", tarball),
    run("attw", "--profile", "esm-only", tarball)
  ].every((sound) => sound)
}

const sound = isSound()
rmSync(folder, { force: true, recursive: true })
process.exit(sound ? 0 : 1)
