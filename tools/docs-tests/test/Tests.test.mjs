import { isTest } from "@mintmark/scripts/docs"
import { root } from "@mintmark/scripts/workspace"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, beforeAll, describe, it } from "vitest"
import { programs, run } from "../src/programs.mjs"

describe("a test of the documents passes", () => {
  const chosen = programs("tests", isTest)
  let results
  beforeAll(async () => {
    const vitest = join(root, "node_modules", "vitest", "vitest.mjs")
    const [{ folder: cwd }] = chosen
    const { stderr, stdout } = await run([vitest, "run", "--reporter=json", "--outputFile=report.json"], { cwd })
    assert.isTrue(existsSync(join(cwd, "report.json")), `${stdout}${stderr}`)
    results = JSON.parse(readFileSync(join(cwd, "report.json"), "utf8")).testResults
  })

  for (const { file, line, name } of chosen) {
    it(`${name}, line ${line}`, () => {
      const { assertionResults, message } = results.find((result) => result.name.endsWith(`/tests/${file}`)) ?? {}
      const statuses = assertionResults?.map((
        { failureMessages, status, title }
      ) => [title, status, ...failureMessages])
      assert.isAbove(statuses?.length ?? 0, 0, message)
      assert.deepStrictEqual(statuses.filter(([, status]) => status !== "passed"), [])
    })
  }
})
