import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { outputs } from "../outputs.mjs"
import { packages, root } from "../workspace.mjs"

const npm = (...args) => {
  const { status, stderr, stdout } = spawnSync("npm", ["--silent", ...args], {
    cwd: root,
    encoding: "utf8",
    timeout: 110_000
  })
  assert.strictEqual(status, 0, `${stdout}${stderr}`)
  return stdout
}

const git = (...args) => spawnSync("git", args, { cwd: root, encoding: "utf8" }).stdout

describe("npm run example", () => {
  // These take some seconds, and tests of their own run them.
  const { "many-accounts": _, telemetry: __, ...quick } = outputs
  for (const [name, line] of Object.entries(quick)) {
    it(`runs ${name} against a sandbox of its own`, () => {
      assert.include(npm("run", "example", "--", name), line)
    })
  }

  it("writes its picture of telemetry to a file that git ignores", () => {
    const picture = "examples/telemetry/telemetry.svg"
    assert.include(readFileSync(join(root, "examples/telemetry/src/main.ts"), "utf8"), "file = \"telemetry.svg\"")
    assert.strictEqual(git("ls-files", picture), "")
    assert.include(readFileSync(join(root, ".gitignore"), "utf8").split("\n"), `/${picture}`)
  })

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
