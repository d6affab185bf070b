import { settings } from "@mintmark/scripts/settings"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { published } from "../src/packages.mjs"
import { folder, installed, programOf, projectOf } from "../src/projects.mjs"
import { npmrc } from "../src/registry.mjs"
import { fetched, succeed } from "../src/run.mjs"
import { startSandbox } from "../src/sandbox.mjs"
import { node } from "../src/toolbox.mjs"

const project = join(folder, "by-npm")
const versionOf = (name, cwd = project) =>
  JSON.parse(readFileSync(join(cwd, "node_modules", name, "package.json"), "utf8")).version

describe("the release, installed by name into an empty project with npm", () => {
  const routee = published.find(({ short }) => short === "routee")
  let sandbox
  beforeAll(async () => {
    sandbox = await startSandbox()
    mkdirSync(project)
    writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }))
    writeFileSync(join(project, ".npmrc"), npmrc({ url: process.env.MINTMARK_REGISTRY }))
    const names = [...installed(routee.readme), "@mintmark/cli"]
    await fetched("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...names], { cwd: project })
  })
  afterAll(() => sandbox.stop())

  it("installs the versions that the changesets make, the first being 0.1.0, and their dependencies", () => {
    const isFirst = existsSync(new URL("../../../.changeset/first-release.md", import.meta.url))
    for (const one of published) {
      const { version } = JSON.parse(
        readFileSync(join(folder, "workspace", "packages", one.short, "package.json"), "utf8")
      )
      assert.strictEqual(versionOf(one.name, projectOf(one)), version)
      if (isFirst) assert.strictEqual(version, "0.1.0")
    }
    for (const name of ["@mintmark/routee", "@mintmark/core"]) {
      assert.strictEqual(versionOf(name), versionOf(name, projectOf(published.find((one) => one.name === name))))
    }
  })

  it("runs the README's first program, and the command", async () => {
    const env = settings(sandbox.urls)
    writeFileSync(join(project, "readme.js"), programOf(routee))
    const printed = await succeed(node(20), ["readme.js"], { cwd: project, env })
    assert.match(printed, /balance/)
    const command = join(project, "node_modules", "@mintmark", "cli", "dist", "bin.js")
    assert.match(await succeed(node(20), [command, "token", "routee"], { cwd: project, env }), /^\S+\n$/)
  })
})
