import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { outputs } from "../outputs.mjs"
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
  for (const [name, line] of Object.entries(outputs)) {
    it(`runs ${name} against a sandbox of its own`, () => {
      const stdout = npm("run", "example", "--", name, ...(name === "telemetry" ? [join(folder, "telemetry.svg")] : []))
      assert.include(stdout, line)
    })
  }

  it("lists every example, and so does their README", () => {
    const examples = packages().filter(({ folder }) => folder.startsWith("examples/"))
    const names = examples.map(({ folder }) => folder.slice("examples/".length))
    const programs = names.filter((_, index) => examples[index].manifest.scripts.start !== undefined)
    assert.sameMembers([...Object.keys(outputs), "fleet"], programs)
    const list = readFileSync(join(root, "examples", "README.md"), "utf8")
    assert.sameMembers([...list.matchAll(/^\| \[(.+)\]\(\1\) \|/gm)].map(([, name]) => name), names)
  })
})

describe("npm start", () => {
  it("runs the quickstart, and prints what the README shows", () => {
    assert.include(npm("start"), readFileSync(join(root, "examples", "quickstart", "output.txt"), "utf8"))
  })
})
