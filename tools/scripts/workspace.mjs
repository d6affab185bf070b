// The packages of this repository, and how they are made ready. It is the bootstrap of `npm start` and `npm test`, so it
// is plain Node 20 without dependencies: nothing is installed when it runs for the first time.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

export const root = fileURLToPath(new URL("../..", import.meta.url))

const bin = join(root, "node_modules", ".bin")
const cache = join(root, "node_modules", ".cache", "mintmark")
const readJson = (path) => JSON.parse(readFileSync(path, "utf8"))

/** Prints a line on stderr: stdout belongs to the program that is started. */
export const say = (line) => process.stderr.write(`mintmark: ${line}\n`)

/** Prints a line and ends the process with code 1. */
export const fail = (line) => {
  say(line)
  process.exit(1)
}

/** The packages of the workspace: folder, path and manifest of each. */
export const packages = (from = root) =>
  ["packages", "tools", "examples"].filter((group) => existsSync(join(from, group))).flatMap((group) =>
    readdirSync(join(from, group)).map((name) => ({ folder: `${group}/${name}`, path: join(from, group, name) }))
  )
    .filter(({ path }) => existsSync(join(path, "package.json")))
    .map((each) => ({ ...each, manifest: readJson(join(each.path, "package.json")) }))

const environment = {
  ...process.env,
  PATH: [bin, process.env.PATH].join(delimiter),
  // A second start compiles nothing and strips no types.
  NODE_COMPILE_CACHE: join(cache, "compiled"),
  DO_NOT_TRACK: "1",
  TURBO_TELEMETRY_DISABLED: "1",
  TURBO_NO_UPDATE_NOTIFIER: "1"
}

/** Runs a program of the workspace in this terminal, and returns its exit code. */
export const run = (program, args) => {
  const { error, status } = spawnSync(program, args, { cwd: root, env: environment, stdio: "inherit" })
  if (error) fail(`${program} can't be started: ${error.message}.`)
  return status ?? 1
}

const install = (pnpm) => {
  const args = ["--yes", pnpm, "install", "--frozen-lockfile", "--prefer-offline"]
  // Without a network, it fails in seconds rather than minutes.
  const env = { ...environment, CI: "true", npm_config_fetch_retry_mintimeout: "1000", npm_config_fetch_retries: "1" }
  const options = { cwd: root, encoding: "utf8", env, maxBuffer: 2 ** 26 }
  const { error, status, stderr, stdout } = spawnSync("npx", args, options)
  const output = `${error ?? ""}${stdout}${stderr}`
  const unreachable = /\b(ECONNREFUSED|ENOTFOUND|ENETUNREACH)\b/.exec(output)?.[1]
  return { isInstalled: status === 0, output, unreachable }
}

/** Installs pnpm, the dependencies and the pinned Node, unless they are installed already. */
export const prepare = () => {
  if (Number(process.versions.node.split(".")[0]) < 20) fail(`Node 20 or later is needed, this is ${process.version}.`)
  const lock = readFileSync(join(root, "pnpm-lock.yaml"))
  const catalog = readFileSync(join(root, "pnpm-workspace.yaml"), "utf8")
  const wanted = createHash("sha256").update(lock).update(catalog).digest("hex")
  const stamp = join(cache, "installed")
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return

  say("installing the dependencies, which takes half a minute the first time.")
  const pnpm = readJson(join(root, "package.json")).packageManager.split("+")[0]
  let attempt = install(pnpm)
  // A registry may fail for a moment; what was downloaded until then is kept.
  for (let again = 0; again < 2 && !attempt.isInstalled && !attempt.unreachable; again++) attempt = install(pnpm)
  if (!attempt.isInstalled) {
    process.stderr.write(attempt.output)
    const reason = attempt.unreachable ? `: the npm registry can't be reached (${attempt.unreachable})` : ""
    fail(`the dependencies can't be installed${reason}.`)
  }
  // Without `allowBuilds` for it, node is installed without its program, and says nothing.
  const [, pinned] = /^ {2}node: (\d\S+)$/m.exec(catalog)
  const found = spawnSync(join(bin, "node"), ["--version"], { encoding: "utf8" }).stdout?.trim()
  if (found !== `v${pinned}`) {
    fail(`Node ${pinned} is not installed (found ${found}): see allowBuilds in pnpm-workspace.yaml.`)
  }
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, wanted)
}
