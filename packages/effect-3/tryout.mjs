// Installs the packed package alone beside Effect 3, type-checks the example against it, strictly and to the last
// declaration, and runs it against the sandbox on the machine's own Node. Without a network. The size that the README
// states is looked at, too.
import { build } from "esbuild"
import assert from "node:assert/strict"
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { gzipSync } from "node:zlib"

const example = "../../examples/effect-3/src"
const sandboxProgram = "../sandbox/src/bin.ts"
const applicationsOwn = ["effect", "@effect/platform"]

const folder = mkdtempSync(join(tmpdir(), "mintmark-tryout-"))
const env = {
  HOME: folder,
  PATH: (process.env.PATH ?? "").split(delimiter).filter((path) => !path.includes("node_modules")).join(delimiter),
  npm_config_offline: "true",
  npm_config_update_notifier: "false"
}

const run = (program, args, options = {}) => {
  const { error, status, stderr, stdout } = spawnSync(program, args, { encoding: "utf8", ...options })
  assert.equal(status, 0, `${program} ended with ${status ?? error}:\n${stdout}${stderr}`)
  return stdout
}

let sandbox
try {
  run("pnpm", ["pack", "--pack-destination", folder])
  const [tarball] = readdirSync(folder)
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }))
  const options = ["--legacy-peer-deps", "--no-audit", "--no-fund", "--no-package-lock"]
  run("npm", ["install", ...options, `./${tarball}`], { cwd: folder, env })
  const modules = join(folder, "node_modules")
  assert.deepEqual(readdirSync(modules).filter((name) => !name.startsWith(".")), ["@mintmark"])
  assert.deepEqual(readdirSync(join(modules, "@mintmark")), ["effect-3"])
  for (const name of applicationsOwn) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(realpathSync(join("node_modules", name)), join(modules, name))
  }

  const { outputFiles: [bundle] } = await build({
    entryPoints: [join(modules, "@mintmark/effect-3/dist/index.js")],
    bundle: true,
    minify: true,
    format: "esm",
    external: applicationsOwn,
    write: false,
    logLevel: "error"
  })
  const size = gzipSync(bundle.contents).length / 1000
  const stated = Number(/(\d+) kB for all providers/.exec(readFileSync("README.md", "utf8"))?.[1])
  assert.ok(Math.abs(size - stated) <= 3, `It is ${size} kB, and the README says ${stated}.`)

  cpSync(example, join(folder, "src"), { recursive: true })
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        target: "ES2022",
        module: "NodeNext",
        lib: ["ES2023", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
        types: [],
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        rewriteRelativeImportExtensions: true,
        rootDir: "src",
        outDir: "dist"
      },
      include: ["src"]
    })
  )
  run("tsc", ["-p", folder])

  sandbox = spawn(process.execPath, [sandboxProgram], { stdio: ["ignore", "pipe", "inherit"] })
  const [listening] = await once(sandbox.stdout, "data")
  const urls = Object.fromEntries([...String(listening).matchAll(/^ {2}(\S+) +(\S+)$/gm)].map(([, ...entry]) => entry))
  const said = run("node", ["dist/main.js"], {
    cwd: folder,
    env: {
      ...env,
      ROUTEE_APPLICATION_ID: "5756a411e4b06a33d50517c7",
      ROUTEE_APPLICATION_SECRET: "vb6QpjCIOG",
      ROUTEE_BASE_URL: urls["routee"],
      VONAGE_CONTACT_CENTER_CLIENT_ID: "vonage-client",
      VONAGE_CONTACT_CENTER_CLIENT_SECRET: "x3ZtVd7+Qk/9wLw8o2uE0w==",
      VONAGE_CONTACT_CENTER_REGION: "emea",
      VONAGE_CONTACT_CENTER_SCOPES: "stats",
      VONAGE_CONTACT_CENTER_BASE_URL: urls["vonage-contact-center"]
    },
    timeout: 30_000
  })
  assert.equal(said, "Balance: 42.5 EUR\nCalls: 0, agents: 0\n")
  console.log(`The example works with the packed package on ${run("node", ["--version"], { env }).trim()}.`)
} finally {
  if (sandbox !== undefined) {
    sandbox.kill()
    await once(sandbox, "exit")
  }
  rmSync(folder, { recursive: true, force: true })
}
