// `node tools/scripts/run.mjs PROGRAM [ARGUMENT…]`: runs a program of the workspace on the pinned Node, once that, pnpm
// and the dependencies are installed. It is the bootstrap of `npm start` and `npm test`, so it is plain Node 20 without
// dependencies: nothing is installed when it runs for the first time.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))
const bin = join(root, "node_modules", ".bin")
const cache = join(root, "node_modules", ".cache", "mintmark")
const stamp = join(cache, "installed")

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

const install = (pnpm) => {
  const args = ["--yes", pnpm, "install", "--frozen-lockfile", "--prefer-offline"]
  // Without a network, it fails in seconds rather than minutes.
  const env = { ...environment, CI: "true", npm_config_fetch_retry_mintimeout: "1000", npm_config_fetch_retries: "1" }
  const { error, status, stderr, stdout } = spawnSync("npx", args, {
    cwd: root,
    encoding: "utf8",
    env,
    maxBuffer: 2 ** 26
  })
  const output = `${error ?? ""}${stdout}${stderr}`
  const [unreachable] = /\b(ECONNREFUSED|ENOTFOUND|ENETUNREACH)\b/.exec(output) ?? []
  return { isInstalled: status === 0, output, unreachable }
}

const prepare = (wanted, catalog) => {
  say("installing the dependencies, which takes half a minute the first time.")
  const [pnpm] = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager.split("+")
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

if (Number.parseInt(process.versions.node) < 20) fail(`Node 20 or later is needed, this is ${process.version}.`)
const [lock, catalog] = ["pnpm-lock.yaml", "pnpm-workspace.yaml"].map((file) => readFileSync(join(root, file), "utf8"))
const wanted = createHash("sha256").update(lock).update(catalog).digest("hex")
if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) prepare(wanted, catalog)

const [program, ...args] = process.argv.slice(2)
const { error, status } = spawnSync(program, args, { cwd: root, env: environment, stdio: "inherit" })
if (error) fail(`${program} can't be started: ${error.message}.`)
process.exit(status ?? 1)
