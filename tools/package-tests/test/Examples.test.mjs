import { outputs } from "@mintmark/scripts/outputs"
import { settings } from "@mintmark/scripts/settings"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { copyOf, examples } from "../src/projects.mjs"
import { run, succeed } from "../src/run.mjs"
import { startSandbox } from "../src/sandbox.mjs"

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

  for (const example of examples) {
    it(`compiles ${example}, with declarations`, async () => {
      const cwd = copyOf(example)
      const { status, stdout } = await run(join(cwd, "node_modules", ".bin", "tsc"), ["--declaration"], { cwd })
      assert.strictEqual(stdout, "")
      assert.strictEqual(status, 0)
    })
  }

  for (const [example, line] of Object.entries(outputs)) {
    it(`starts ${example}`, async () => {
      const env = { ...process.env, ...settings(sandbox.urls) }
      assert.include(await succeed("npm", ["start"], { cwd: copyOf(example), env }), line)
    })
  }
})
