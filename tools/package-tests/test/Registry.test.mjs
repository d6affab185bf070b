import { settings } from "@mintmark/scripts/settings"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { stripVTControlCharacters } from "node:util"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { declare, services } from "../src/declarations.mjs"
import { published } from "../src/packages.mjs"
import { copy, folder, installed, programOf, projectOf } from "../src/projects.mjs"
import { npmrc } from "../src/registry.mjs"
import { fetched, succeed } from "../src/run.mjs"
import { startSandbox } from "../src/sandbox.mjs"
import { node, npm, tool } from "../src/toolbox.mjs"

const routee = published.find(({ short }) => short === "routee")
const providers = [...new Set(services.map(({ one }) => one.name))]
const versionOf = (name, cwd) =>
  JSON.parse(readFileSync(join(cwd, "node_modules", name, "package.json"), "utf8")).version

let sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.stop())

// Each Node with its own npm. Together they see every TypeScript.
const setups = [
  { name: "npm 10 on Node 20", engine: node(20), program: npm(10), typescripts: ["5.9"] },
  { name: "npm 11 on Node 24", engine: node(24), program: npm(11), typescripts: ["6", "7"] }
]

describe.each(setups)("the release, installed by name with $name", ({ engine, name, program, typescripts }) => {
  const project = join(folder, name.replaceAll(" ", "-").toLowerCase())
  // A package's scripts find this Node, and no other.
  const env = { ...process.env, PATH: [dirname(engine), process.env.PATH].join(delimiter) }
  const install = (cwd, ...names) =>
    fetched(engine, [program, "install", "--no-audit", "--no-fund", "--prefer-offline", ...names], { cwd, env })

  beforeAll(async () => {
    mkdirSync(project)
    writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }))
    writeFileSync(join(project, ".npmrc"), npmrc({ url: process.env.MINTMARK_REGISTRY }))
    await install(project, ...new Set([...installed(routee.readme), "@mintmark/cli", ...providers]))
  })

  it("installs the versions that the changesets make, the first being 0.1.0, and their dependencies", () => {
    const isFirst = existsSync(new URL("../../../.changeset/first-release.md", import.meta.url))
    for (const one of published) {
      const { version } = JSON.parse(
        readFileSync(join(folder, "workspace", "packages", one.short, "package.json"), "utf8")
      )
      assert.strictEqual(versionOf(one.name, projectOf(one)), version)
      if (isFirst) assert.strictEqual(version, "0.1.0")
    }
    for (const name of ["@mintmark/core", ...providers]) {
      const one = published.find((one) => one.name === name)
      assert.strictEqual(versionOf(name, project), versionOf(name, projectOf(one)))
    }
  })

  it("runs the README's first program, and the command", async () => {
    const settled = settings(sandbox.urls)
    writeFileSync(join(project, "readme.js"), programOf(routee))
    const printed = await succeed(engine, ["readme.js"], { cwd: project, env: settled })
    assert.match(printed, /balance/)
    const command = join(project, "node_modules", "@mintmark", "cli", "dist", "bin.js")
    assert.match(await succeed(engine, [command, "token", "routee"], { cwd: project, env: settled }), /^\S+\n$/)
  })

  for (const version of typescripts) {
    it(`has types that TypeScript ${version} can name in declarations`, { timeout: 300_000 }, async () => {
      assert.strictEqual(await declare(project, version, () => join(project, "declarations")), "")
    })
  }
})

describe("npx, in an empty folder", () => {
  it("runs the commands of the documents by the names of their packages", async () => {
    const cwd = join(folder, "npx")
    mkdirSync(cwd)
    writeFileSync(join(cwd, ".npmrc"), npmrc({ url: process.env.MINTMARK_REGISTRY }))
    const PATH = [dirname(node(24)), process.env.PATH].join(delimiter)
    const env = { ...process.env, ...settings(sandbox.urls), npm_config_cache: join(cwd, "cache"), PATH }
    const npx = (...args) => fetched(node(24), [tool("npm-11", "bin", "npx-cli.js"), "--yes", ...args], { cwd, env })
    assert.match(await npx("@mintmark/cli", "token", "routee"), /^\S+\n$/)
    assert.match(await npx("@mintmark/sandbox", "--version"), /\d+\.\d+\.\d+\n$/)
  })
})

describe("the copy of an example, installed with npm 11 on Node 24", () => {
  it("compiles with declarations, starts, and passes its tests", async () => {
    const cwd = join(folder, "a-copy")
    copy("applications", cwd)
    writeFileSync(join(cwd, ".npmrc"), npmrc({ url: process.env.MINTMARK_REGISTRY }))
    const env = {
      ...process.env,
      ...settings(sandbox.urls),
      PATH: [dirname(node(24)), process.env.PATH].join(delimiter)
    }
    const npm11 = (...args) => succeed(node(24), [npm(11), ...args], { cwd, env })
    await fetched(node(24), [npm(11), "install", "--no-audit", "--no-fund", "--prefer-offline"], { cwd, env })
    await npm11("run", "check")
    assert.include(await npm11("start"), readFileSync(join(cwd, "output.txt"), "utf8"))
    assert.match(stripVTControlCharacters(await npm11("test")), /\b[1-9]\d* passed/)
  })
})
