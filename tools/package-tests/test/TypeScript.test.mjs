import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
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

/** The services of a provider's package. */
const serviceOf = ({ name, path }) =>
  /\/(?:core|effect-3)$/.test(name)
    ? []
    : readdirSync(join(path, "src")).flatMap((file) =>
      file.endsWith(".ts")
        ? [...readFileSync(join(path, "src", file), "utf8").matchAll(/^export class (\w+) extends ProviderService/gm)]
          .map(([, service]) => service)
        : []
    )

const compilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  target: "ES2022",
  module: "NodeNext",
  types: [],
  noEmit: true
}

// An application of a composite project must name every type that it exports, and has the provider's package alone for
// that: pnpm, which installs these projects, hides the packages of packages.
describe.concurrent("with declarations, in a composite project,", () => {
  const providers = published.flatMap((one) =>
    serviceOf(one).map((service) => ({ one, service, into: join(projectOf(one), "declarations", service) }))
  )
  for (const version of ["5.9", "6", "7"]) {
    it(`TypeScript ${version} names every type of a provider's service`, { timeout: 300_000 }, async () => {
      assert.isAtLeast(providers.length, 4)
      for (const { into, one, service } of providers) {
        mkdirSync(into, { recursive: true })
        const program = readFileSync(new URL("../client/declarations.ts", import.meta.url), "utf8")
          .replace("Routee as Service", `${service} as Service`)
          .replace("@mintmark/routee", one.name)
        writeFileSync(join(into, "declarations.ts"), program)
        const project = join(into, `tsconfig.${version}.json`)
        const options = {
          ...compilerOptions,
          noEmit: false,
          composite: true,
          emitDeclarationOnly: true,
          outDir: `out-${version}`
        }
        writeFileSync(project, JSON.stringify({ compilerOptions: options, files: ["declarations.ts"] }))
        const { status, stdout } = await run(node(24), [tsc(version), "-p", project, "--pretty", "false"])
        assert.strictEqual(stdout, "", service)
        assert.strictEqual(status, 0)
      }
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
