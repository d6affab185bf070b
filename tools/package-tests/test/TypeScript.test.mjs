import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { compilerOptions, declare, services } from "../src/declarations.mjs"
import { published } from "../src/packages.mjs"
import { folder, projectOf, sources } from "../src/projects.mjs"
import { run } from "../src/run.mjs"
import { node, tsc } from "../src/toolbox.mjs"

// What needs vitest is checked in a program of its own too: vitest's types bring Node's along, which all others must do
// without. One compiler says that as well as three, and this one is quick.
const needsVitest = ({ short }) => ["sandbox", "conformance"].includes(short)
const programs = [
  ["5.9", "every module and README", published],
  ["6", "every module and README", published],
  ["7", "every module and README that applications use", published.filter((one) => !needsVitest(one))],
  ["7", "every module and README that tests use", published.filter(needsVitest)]
]

// pnpm, which installs these projects, hides the packages of packages from the application.
describe.concurrent("with declarations, in a composite project installed with pnpm,", () => {
  for (const version of ["5.9", "6", "7"]) {
    it(`TypeScript ${version} names every type of a provider's service`, { timeout: 300_000 }, async () => {
      assert.isAtLeast(services.length, 4)
      assert.strictEqual(await declare(folder, version, (one) => join(projectOf(one), "declarations")), "")
    })
  }
})

describe.concurrent("strict, with the types of all dependencies checked,", () => {
  for (const [version, what, chosen] of programs) {
    it(`TypeScript ${version} accepts ${what}`, { timeout: 300_000 }, async () => {
      const project = join(folder, `tsconfig.${version}.${chosen[0].short}.json`)
      const files = sources(chosen)
      assert.isAtLeast(files.length, chosen.length)
      writeFileSync(project, JSON.stringify({ compilerOptions, files }))
      const { status, stdout } = await run(node(24), [tsc(version), "-p", project, "--pretty", "false"], {
        timeout: 290_000
      })
      assert.strictEqual(stdout, "")
      assert.strictEqual(status, 0)
    })
  }
})
