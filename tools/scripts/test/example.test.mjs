import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { packages, root } from "../workspace.mjs"

let folder
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mintmark-example-"))
})
afterAll(() => rmSync(folder, { force: true, recursive: true }))

const npm = (...args) => {
  const { status, stderr, stdout } = spawnSync("npm", ["--silent", ...args], {
    cwd: root,
    encoding: "utf8",
    timeout: 110_000
  })
  assert.strictEqual(status, 0, `${stdout}${stderr}`)
  return stdout
}

describe("npm run example", () => {
  // What each prints when it has done what it is for. The fleet is in a file of its own, since it needs a Redis.
  const said = {
    applications: ["GET /balance: 200 {\"balance\":42.5}"],
    "api-client": ["Balance: 42.5 EUR"],
    "edge-worker": ["50 requests to the worker: 50 API calls, 1 token request."],
    "effect-3": ["Balance: 42.5 EUR"],
    "many-accounts": ["297 calls, each in its own tenant's name: 99 token requests."],
    "plain-node": ["The token's scopes: account sms"],
    quickstart: ["6 token requests for 30 API calls, counted in the sandbox's own log."],
    telemetry: ["mintmark_token_requests provider=routera reason=rejected outcome=obtained: 1"]
  }

  for (const [name, lines] of Object.entries(said)) {
    it(`runs ${name} against a sandbox of its own`, () => {
      const stdout = npm("run", "example", "--", name, ...(name === "telemetry" ? [join(folder, "telemetry.svg")] : []))
      for (const line of lines) assert.include(stdout, line)
    })
  }

  it("lists every example, and so does their README", () => {
    const examples = packages().filter(({ folder }) => folder.startsWith("examples/"))
    const names = examples.map(({ folder }) => folder.slice("examples/".length))
    const programs = names.filter((_, index) => examples[index].manifest.scripts.start !== undefined)
    assert.sameMembers([...Object.keys(said), "fleet"], programs)
    const list = readFileSync(join(root, "examples", "README.md"), "utf8")
    assert.sameMembers([...list.matchAll(/^\| \[(.+)\]\(\1\) \|/gm)].map(([, name]) => name), names)
  })
})

describe("npm start", () => {
  it("runs the quickstart, and prints what the README shows", () => {
    assert.include(npm("start"), readFileSync(join(root, "examples", "quickstart", "output.txt"), "utf8"))
  })
})
