// `node tools/scripts/run.mjs PROGRAM [ARGUMENT…]`: runs a program of the workspace on the pinned Node, once that, pnpm
// and the dependencies are installed. It is the bootstrap of `npm start` and `npm test`, so it is plain Node 20 without
// dependencies: nothing is installed when it runs for the first time.
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))
const bin = join(root, "node_modules", ".bin")
const cache = join(root, "node_modules", ".cache", "mintmark")
const stamp = join(cache, "installed")
const read = (file) => readFileSync(join(root, file), "utf8")

const environment = {
  ...process.env,
  PATH: [bin, process.env.PATH].join(delimiter),
  // A second start compiles nothing and strips no types.
  NODE_COMPILE_CACHE: join(cache, "compiled"),
  DO_NOT_TRACK: "1",
  TURBO_TELEMETRY_DISABLED: "1",
  TURBO_NO_UPDATE_NOTIFIER: "1"
}

// On stderr: stdout belongs to the program that is started.
const say = (line) => process.stderr.write(`mintmark: ${line}\n`)
const fail = (line) => {
  say(line)
  process.exit(1)
}

const prepare = (wanted) => {
  say("installing the dependencies, which takes half a minute the first time.")
  // What is half installed is not what it was before, either.
  rmSync(stamp, { force: true })
  const [pnpm] = JSON.parse(read("package.json")).packageManager.split("+")
  const args = ["--yes", pnpm, "install", "--frozen-lockfile", "--prefer-offline"]
  const options = { cwd: root, encoding: "utf8", env: { ...environment, CI: "true" }, maxBuffer: 2 ** 26 }
  const { error, status, stderr, stdout } = spawnSync("npx", args, options)
  if (status !== 0) {
    const output = `${error ?? ""}${stdout}${stderr}`
    process.stderr.write(output)
    const [code] = /\b(ECONNREFUSED|ENOTFOUND|ENETUNREACH)\b/.exec(output) ?? []
    fail(`the dependencies can't be installed${code ? `: the npm registry can't be reached (${code})` : ""}.`)
  }
  // Without `allowBuilds` for it, node is installed without its program, and says nothing.
  const [, pinned] = /^ {2}node: (\d\S+)$/m.exec(wanted)
  const { stdout: found } = spawnSync(join(bin, "node"), ["--version"], { encoding: "utf8" })
  if (found !== `v${pinned}\n`) fail(`Node ${pinned} is not installed: see allowBuilds in pnpm-workspace.yaml.`)
  mkdirSync(cache, { recursive: true })
  writeFileSync(stamp, wanted)
}

if (Number.parseInt(process.versions.node) < 20) fail(`Node 20 or later is needed, this is ${process.version}.`)
const wanted = read("pnpm-lock.yaml") + read("pnpm-workspace.yaml")
if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) prepare(wanted)

const [program, ...args] = process.argv.slice(2)
const { error, status } = spawnSync(program, args, { cwd: root, env: environment, stdio: "inherit" })
if (error) fail(`${program} can't be started: ${error.message}.`)
process.exit(status ?? 1)
