// Does with the packed command what its README tells a newcomer to do, in an empty folder, without a network, and on
// the machine's own Node.
import assert from "node:assert/strict"
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { setTimeout } from "node:timers/promises"

const [, withoutAccount = ""] = readFileSync("README.md", "utf8").split(/^## Without an account$/m)
const [start = "", use = ""] = [...withoutAccount.matchAll(/^```sh(?: \w+)?\n(.*?)^```$/gms)].map(([, commands]) =>
  commands
)

const folder = mkdtempSync(join(tmpdir(), "mintmark-tryout-"))
const env = {
  HOME: folder,
  PATH: (process.env.PATH ?? "").split(delimiter).filter((path) => !path.includes("node_modules")).join(delimiter),
  npm_config_offline: "true",
  npm_config_update_notifier: "false"
}

const run = (command) => {
  const { status, stderr, stdout } = spawnSync(command, { cwd: folder, encoding: "utf8", env, shell: true })
  assert.equal(status, 0, `${command} ended with ${status}:\n${stdout}${stderr}`)
  return stdout
}

const waitFor = async (condition) => {
  for (let tries = 0; !condition(); tries++) {
    assert.ok(tries < 100, "The sandbox didn't start.")
    await setTimeout(100)
  }
}

const variables = () => /^ROUTEE_BASE_URL='(.*)'$/m.exec(readFileSync(join(folder, ".env"), "utf8"))

let sandbox
try {
  const packed = spawnSync("pnpm", ["pack", "--pack-destination", folder], { encoding: "utf8" })
  assert.equal(packed.status, 0, packed.stderr)
  const [tarball] = readdirSync(folder)
  run(`npm install --no-audit --no-fund --no-package-lock ./${tarball}`)
  assert.deepEqual(readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith(".")), ["@mintmark"])

  // A group of its own, so that Ctrl+C reaches it as in a terminal.
  sandbox = spawn(start, { cwd: folder, detached: true, env, shell: true, stdio: ["ignore", "ignore", "pipe"] })
  await once(sandbox.stderr, "data")
  await waitFor(() => variables() !== null)

  const [token, request, doctor] = use.trim().split("\n").map(run)
  assert.match(token, /^[\w-]{36}\n$/)
  assert.equal(JSON.parse(request).balance, 42.5)
  assert.match(doctor, /^API +ok /m)

  const { origin } = new URL(variables()[1])
  for (const path of ["/", "/_sandbox/page.css", "/_sandbox/page.js"]) {
    assert.equal((await fetch(origin + path)).status, 200, path)
  }
  process.kill(-sandbox.pid, "SIGINT")
  await once(sandbox, "exit")
  sandbox = undefined
  console.log(`The README's commands work on ${run("node --version").trim()}.`)
} finally {
  if (sandbox?.exitCode === null) process.kill(-sandbox.pid, "SIGKILL")
  rmSync(folder, { recursive: true, force: true })
}
