// Programs that some tests need, and that npm doesn't have. A package names them in its manifest, with the files of
// tests that are left out where there is no such program:
//
//   "mintmark": { "programs": { "redis-server": ["test/Fleet.test.ts"] } }
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { delimiter, join } from "node:path"
import { fail, say } from "./workspace.mjs"

const debianPackage = {
  "redis-server": "redis-server",
  chromium: "chromium",
  curl: "curl",
  openssl: "openssl"
}

const isHere = (program) =>
  (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)))

const isRoot = process.getuid?.() === 0

// Others may be at it, and a mirror has its moments.
const patience = ["-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=3"]

const aptGet = (...args) =>
  spawnSync("apt-get", [...patience, ...args], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }
  }).status === 0

const install = (name) => {
  const arrange = () => aptGet("install", "--yes", "--no-install-recommends", "-qq", name)
  return arrange() || (aptGet("update", "-qq") && arrange())
}

/**
 * Finds the programs, or installs them where that is possible, and answers those that can't be had. On a machine of the
 * CI that is a failure: there, every test must run.
 */
export const bring = (programs) =>
  [...new Set(programs)].filter((program) => {
    if (isHere(program)) return false
    const name = debianPackage[program]
    if (name === undefined) fail(`tools/scripts/programs.mjs doesn't know how to install ${program}.`)
    if (isRoot && isHere("apt-get")) {
      say(`installing ${name} with apt-get: some tests need ${program}.`)
      if (install(name) && isHere(program)) return false
    }
    const sentence = `${program} isn't here, and some tests need it: install it (on Debian: apt-get install ${name}).`
    if (process.env.CI === "true") fail(sentence)
    say(sentence)
    return true
  })
