// Programs that some tests need, and that npm doesn't have. A package names them in its manifest, with the test files
// that can't run without them:
//
//   "mintmark": { "programs": { "redis-server": ["test/Fleet.test.ts"] } }
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { fail, say } from "./workspace.mjs"

// Debian's postgres is not on the PATH.
const postgresql = "/usr/lib/postgresql"
const versions = () => existsSync(postgresql) ? readdirSync(postgresql) : []
const folders = () => [...process.env.PATH.split(delimiter), ...versions().map((each) => join(postgresql, each, "bin"))]
const isHere = (program) => folders().some((folder) => existsSync(join(folder, program)))

/** The name of the Debian package that has a program. */
const packageOf = (program) => program === "postgres" ? "postgresql" : program

// In a container, the first process is seldom an init system.
const isContainer = () =>
  existsSync("/.dockerenv") || existsSync("/run/.containerenv") ||
  !/^(systemd|init|launchd)$/m.test(existsSync("/proc/1/comm") ? readFileSync("/proc/1/comm", "utf8") : "init")

/** Whether system packages may be installed without asking: not on the machine of a person who only runs the tests. */
export const mayInstall = ({ env, inContainer, isRoot, isTerminal }) =>
  env.CI === "true" || env.MINTMARK_INSTALL === "1" || (isRoot && inContainer && !isTerminal)

const aptGet = (isRoot, ...args) => {
  const options = ["-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=3", "-qq", "--yes"]
  const [program, ...rest] = [...(isRoot ? [] : ["sudo"]), "apt-get", ...options, ...args]
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" }
  return spawnSync(program, rest, { env, stdio: ["inherit", "ignore", "inherit"] }).status === 0
}

/** Returns those of the programs that are missing, after it has installed what it may install. */
export const missing = (programs) => {
  const wanted = programs.filter((program) => !isHere(program))
  const isRoot = process.getuid?.() === 0
  const isTerminal = process.stdin.isTTY === true || process.stdout.isTTY === true
  if (wanted.length === 0 || !mayInstall({ env: process.env, inContainer: isContainer(), isRoot, isTerminal })) {
    return wanted
  }
  const names = wanted.map(packageOf)
  say(`installing ${names.join(", ")} with apt-get: some tests need them.`)
  const install = () => aptGet(isRoot, "install", "--no-install-recommends", ...names)
  if (!install() && aptGet(isRoot, "update")) install()
  const left = wanted.filter((program) => !isHere(program))
  // In CI, every test must run.
  if (left.length > 0 && process.env.CI === "true") fail(`${left.join(", ")} can't be installed.`)
  return left
}
