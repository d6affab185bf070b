import { settings } from "@mintmark/scripts/settings"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { copyOf, examples } from "../src/projects.mjs"
import { run, succeed } from "../src/run.mjs"
import { startSandbox } from "../src/sandbox.mjs"
import { node, tsc } from "../src/toolbox.mjs"

describe("the copy of an example outside of the workspace, installed with pnpm", () => {
  let sandbox
  beforeAll(async () => {
    sandbox = await startSandbox()
  })
  afterAll(() => sandbox.stop())

  it("depends on releases, by their versions", () => {
    for (const example of examples) {
      const { dependencies, devDependencies } = JSON.parse(readFileSync(join(copyOf(example), "package.json"), "utf8"))
      const ranges = Object.values({ ...dependencies, ...devDependencies })
      assert.deepStrictEqual(ranges.filter((range) => !/^[\^~]?\d+\.\d+\.\d+$/.test(range)), [], example)
    }
  })

  it("compiles, with declarations", async () => {
    const projects = examples.map((example) => join(copyOf(example), "tsconfig.json"))
    for (const project of projects) assert.include(readFileSync(project, "utf8"), "\"declaration\": true")
    const { status, stdout } = await run(node(24), [tsc("7"), "-b", ...projects, "--pretty", "false"])
    assert.strictEqual(stdout, "")
    assert.strictEqual(status, 0)
  })

  // The fleet needs a Redis, and the recipes have no program.
  for (const example of examples.filter((example) => !["fleet", "recipes"].includes(example))) {
    it(`starts ${example}, which prints what its folder says`, async () => {
      const cwd = copyOf(example)
      const env = { ...process.env, ...settings(sandbox.urls) }
      assert.include(await succeed("npm", ["start"], { cwd, env }), readFileSync(join(cwd, "output.txt"), "utf8"))
    })
  }
})
