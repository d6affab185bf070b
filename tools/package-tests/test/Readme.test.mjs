import { isTest } from "@mintmark/scripts/docs"
import { accounts, servers, settings } from "@mintmark/scripts/settings"
import { root } from "@mintmark/scripts/workspace"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { published } from "../src/packages.mjs"
import { programOf, projectOf } from "../src/projects.mjs"
import { run } from "../src/run.mjs"
import { startSandbox } from "../src/sandbox.mjs"
import { node } from "../src/toolbox.mjs"

describe("the first program of the README, with what it says to install, on Node 20", () => {
  let sandbox
  beforeAll(async () => {
    sandbox = await startSandbox()
    for (const account of accounts) await sandbox.add(account)
    for (const server of servers) await sandbox.addServer(server)
  })
  afterAll(() => sandbox.stop())

  it("exists", () => {
    const without = published.filter((each) => programOf(each) === undefined).map(({ name }) => name)
    assert.includeMembers(["@mintmark/effect-3"], without)
  })

  for (const one of published.filter((each) => programOf(each) !== undefined)) {
    it(`of ${one.name} runs`, async () => {
      await sandbox.clear()
      const cwd = projectOf(one)
      const args = isTest(programOf(one))
        ? [join(cwd, "node_modules", "vitest", "vitest.mjs"), "run", "readme.test.js"]
        : ["--import", join(root, "tools", "scripts", "places.mjs"), "readme.js"]
      const { status, stderr, stdout } = await run(node(20), args, {
        cwd,
        env: { ...settings(sandbox.urls), MINTMARK_SANDBOX: JSON.stringify(sandbox.urls) }
      })
      assert.strictEqual(status, 0, `${stdout}${stderr}`)
      assert.strictEqual(stderr, "")
      if (!/\blayerConfig\b|\bProviderClient\b/.test(programOf(one))) return
      const requests = await sandbox.journal()
      assert.isAbove(requests.filter(({ kind }) => kind === "token").length, 0, "it sent no token request")
      assert.deepStrictEqual(requests.filter((request) => request.status !== 200), [])
    })
  }
})
