import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { assert, describe, it } from "vitest"
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
  const examples = packages().filter(({ folder }) => folder.startsWith("examples/"))
    .map(({ manifest, path }) => ({
      name: basename(path),
      output: join(path, "output.txt"),
      start: manifest.scripts.start
    }))
  const started = examples.filter(({ start }) => start !== undefined)

  // These take some seconds, and tests of their own run them.
  const slow = ["fleet", "many-accounts", "telemetry"]
  for (const { name, output } of started.filter(({ name }) => !slow.includes(name))) {
    it(`runs ${name} against a sandbox of its own, which prints what its folder says`, () => {
      assert.include(npm("run", "example", "--", name), readFileSync(output, "utf8"))
    })
  }

  it("names the list of the examples instead of one that there is not", () => {
    for (const name of [[], ["gone"], ["recipes"]]) {
      const { status, stderr } = spawnSync("npm", ["--silent", "run", "example", "--", ...name], {
        cwd: root,
        encoding: "utf8"
      })
      assert.strictEqual(status, 1)
      assert.include(stderr, "see examples/README.md.")
    }
  })

  it("writes its picture of telemetry to a file that git ignores", () => {
    const picture = "examples/telemetry/telemetry.svg"
    assert.include(readFileSync(join(root, "examples/telemetry/src/main.ts"), "utf8"), "file = \"telemetry.svg\"")
    assert.strictEqual(git("ls-files", picture), "")
    assert.include(readFileSync(join(root, ".gitignore"), "utf8").split("\n"), `/${picture}`)
  })

  it("lists every example in their README, and has what each prints", () => {
    const names = examples.map(({ name }) => name)
    const list = readFileSync(join(root, "examples", "README.md"), "utf8")
    assert.sameMembers([...list.matchAll(/^\| \[(.+)\]\(\1\) \|/gm)].map(([, name]) => name), names)
    // The fleet's output is another one each time.
    for (const { name, output } of started.filter(({ name }) => name !== "fleet")) {
      assert.match(readFileSync(output, "utf8"), /\S.*\n$/, name)
    }
  })
})

describe("npm start", () => {
  it("runs the quickstart, and prints what the README shows", () => {
    assert.include(npm("start"), readFileSync(join(root, "examples", "quickstart", "output.txt"), "utf8"))
  })
})
