// The workspace as the scripts see it, and how it is made ready.
// Plain Node 20 without dependencies: this runs before anything is installed.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"

export const root = fileURLToPath(new URL("../..", import.meta.url))

const bin = join(root, "node_modules", ".bin")
const cache = join(root, "node_modules", ".cache", "mintmark")
const stamp = join(cache, "installed")
const oldestNode = 20

const readJson = (path) => JSON.parse(readFileSync(path, "utf8"))

/** Says what happens, on stderr: stdout belongs to the program that is started. */
export const say = (line) => process.stderr.write(`mintmark: ${line}\n`)

/** Ends the process with one clear sentence. */
export const fail = (sentence) => {
  say(sentence)
  process.exit(1)
}

/** The packages of the workspace: folder, path and manifest of each. */
export const packages = (from = root) =>
  ["packages", "tools", "examples"].flatMap((group) =>
    !existsSync(join(from, group)) ? [] : readdirSync(join(from, group))
      .filter((name) => existsSync(join(from, group, name, "package.json")))
      .map((name) => {
        const path = join(from, group, name)
        return { folder: `${group}/${name}`, path, manifest: readJson(join(path, "package.json")) }
      })
  )

/** The manifest of the workspace itself. */
export const rootManifest = readJson(join(root, "package.json"))

const pnpmVersion = rootManifest.packageManager.split("@")[1]
const pnpmHome = join(cache, `pnpm-${pnpmVersion}`)
const pnpmBin = join(pnpmHome, "node_modules", ".bin")

// The workspace's own programs come first, and nothing phones home.
const environment = {
  ...process.env,
  PATH: [bin, pnpmBin, process.env.PATH].join(delimiter),
  // Spares a second start the compiling, and the stripping of types.
  NODE_COMPILE_CACHE: join(cache, "compiled"),
  DO_NOT_TRACK: "1",
  TURBO_TELEMETRY_DISABLED: "1",
  TURBO_NO_UPDATE_NOTIFIER: "1"
}

/** Runs one of the workspace's programs in this terminal, and answers its exit code. */
export const run = (program, args) => {
  const { error, status } = spawnSync(program, args, { cwd: root, env: environment, stdio: "inherit" })
  if (error) fail(`${program} could not be started: ${error.message}.`)
  return status ?? 1
}

// Runs what fetches and installs. Its own words go to a file: they are long, and one sentence says what matters.
const fetching = (program, args, cwd, sentence) => {
  const attempt = () =>
    spawnSync(program, args, {
      cwd,
      encoding: "utf8",
      // Without a network, be done in seconds rather than minutes.
      env: {
        ...environment,
        CI: "true",
        npm_config_fetch_retry_mintimeout: "1000",
        npm_config_fetch_retry_maxtimeout: "5000"
      },
      maxBuffer: 64 * 1024 * 1024,
      stdio: ["ignore", "pipe", "pipe"]
    })
  const isAway = ({ stderr, stdout }) => /\b(ECONNREFUSED|ENOTFOUND|ENETUNREACH)\b/.test(`${stdout}${stderr}`)
  let ended = attempt()
  // A registry that is there has its moments, and what came until then is kept.
  for (let again = 0; again < 2 && !ended.error && ended.status !== 0 && !isAway(ended); again++) ended = attempt()
  const { error, status, stderr, stdout } = ended
  if (error) fail(`${program} could not be started, and it is needed to install the dependencies: ${error.message}.`)
  if (status === 0) return
  const words = `${stdout}${stderr}`
  const log = join(cache, `${program}.log`)
  writeFileSync(log, words)
  if (process.env.CI === "true") process.stderr.write(words)
  const unreachable = /\b(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENETUNREACH)\b/.exec(words)?.[1]
  const reason = unreachable === undefined ? "" : `: the npm registry can't be reached (${unreachable})`
  fail(`${sentence}${reason}. What ${program} said is in ${log}.`)
}

const fetchPnpm = () => {
  if (existsSync(join(pnpmHome, "complete"))) return
  say(`fetching pnpm ${pnpmVersion}, which installs the dependencies.`)
  rmSync(pnpmHome, { recursive: true, force: true })
  mkdirSync(pnpmHome, { recursive: true })
  writeFileSync(join(pnpmHome, "package.json"), "{}\n")
  const options = ["--no-audit", "--no-fund", "--no-package-lock", "--no-update-notifier", "--loglevel=error"]
  fetching("npm", ["install", ...options, `pnpm@${pnpmVersion}`], pnpmHome, `pnpm ${pnpmVersion} could not be fetched`)
  writeFileSync(join(pnpmHome, "complete"), "")
}

// Everything that decides what an installation looks like.
const fingerprint = () => {
  const hash = createHash("sha256")
  const manifests = packages().map(({ path }) => join(path, "package.json"))
  for (const name of ["package.json", "pnpm-workspace.yaml", "pnpm-lock.yaml"]) manifests.push(join(root, name))
  for (const path of manifests.toSorted()) hash.update(`${path}\0`).update(readFileSync(path)).update("\0")
  return hash.digest("hex")
}

const installedNode = () => {
  const { stdout } = spawnSync(join(bin, "node"), ["--version"], { encoding: "utf8" })
  return stdout?.trim().replace(/^v/, "")
}

const pinnedNode = () => /^ {2}node: (\d\S+)$/m.exec(readFileSync(join(root, "pnpm-workspace.yaml"), "utf8"))?.[1]

/** Brings pnpm, the dependencies and the pinned Node, unless they are here already. */
export const prepare = () => {
  const { version } = process
  if (Number(version.slice(1).split(".")[0]) < oldestNode) {
    fail(`this needs Node ${oldestNode} or later, and found ${version}.`)
  }
  const wanted = fingerprint()
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return
  const started = Date.now()
  fetchPnpm()
  say("installing the dependencies, which takes half a minute the first time.")
  fetching(
    "pnpm",
    ["install", "--frozen-lockfile", "--prefer-offline"],
    root,
    "the dependencies could not be installed"
  )
  const node = installedNode()
  if (node !== pinnedNode()) {
    fail(
      `the workspace is pinned to Node ${pinnedNode()}, but its installation brought ${
        node ?? "none"
      }: look at allowBuilds in pnpm-workspace.yaml.`
    )
  }
  mkdirSync(cache, { recursive: true })
  writeFileSync(stamp, wanted)
  say(`ready after ${Math.round((Date.now() - started) / 1000)} s, with Node ${node} and pnpm ${pnpmVersion}.`)
}
