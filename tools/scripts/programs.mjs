// Programs that some tests need, and that npm doesn't have. A package names them in its manifest, with the test files
// that can't run without them:
//
//   "mintmark": { "programs": { "redis-server": ["test/Fleet.test.ts"] } }
import { spawnSync } from "node:child_process"
import { existsSync, globSync, readFileSync } from "node:fs"
import { delimiter, join } from "node:path"

// Debian's postgres is not on the PATH.
const isMissing = (program) =>
  ![...process.env.PATH.split(delimiter), ...globSync("/usr/lib/postgresql/*/bin")]
    .some((folder) => existsSync(join(folder, program)))

// In a container, the first process is seldom an init system.
const isContainer = () =>
  existsSync("/.dockerenv") || existsSync("/run/.containerenv") ||
  !/^(systemd|init|launchd)$/m.test(existsSync("/proc/1/comm") ? readFileSync("/proc/1/comm", "utf8") : "init")

/** Whether system packages may be installed without asking: not on the machine of a person who only runs the tests. */
export const mayInstall = ({ env, inContainer, isRoot, isTerminal }) =>
  env.CI === "true" || env.MINTMARK_INSTALL === "1" || (isRoot && inContainer && !isTerminal)

/** Returns those of the programs that are missing, after it has installed what it may install. */
export const missing = (programs) => {
  const { env, getuid, stdin, stdout } = process
  const wanted = programs.filter(isMissing)
  const isRoot = getuid?.() === 0
  const isTerminal = stdin.isTTY === true || stdout.isTTY === true
  if (wanted.length === 0 || !mayInstall({ env, inContainer: isContainer(), isRoot, isTerminal })) return wanted
  const names = wanted.map((program) => program === "postgres" ? "postgresql" : program)
  console.error(`mintmark: installing ${names.join(", ")} with apt-get: some tests need them.`)
  const options = "-o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 -qq --yes"
  const aptGet = `${isRoot ? "" : "sudo "}env DEBIAN_FRONTEND=noninteractive apt-get ${options}`
  const install = `${aptGet} install --no-install-recommends ${names.join(" ")}`
  const stdio = ["inherit", "ignore", "inherit"]
  spawnSync(`${install} || { ${aptGet} update && ${install}; }`, { shell: true, stdio })
  return wanted.filter(isMissing)
}
