import { existsSync, readdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { packages, root } from "../workspace.mjs"

const read = (name) => readFileSync(join(root, name), "utf8")
const rootManifest = JSON.parse(read("package.json"))
const published = packages().filter(({ manifest }) => manifest.private !== true)

// Which packages of ours each depends on, by the name of its folder. The arrows point one way:
//
//   examples, cli, effect-3 -> providers, store -> core
//
// The sandbox knows neither core nor a provider, so that it can't repeat their mistakes. The conformance suite knows no
// provider. `turbo boundaries` checks that a file imports only what its package's manifest has, and nothing by a path
// into another package; the lint, that what is published imports nothing of Node, and nothing that only tests use.
const layers = {
  core: [],
  store: ["core"],
  sandbox: [],
  conformance: ["core", "sandbox"],
  cli: ["core", "store", "provider", "sandbox"],
  "effect-3": ["core", "store", "provider"]
}
const layerOf = (folder) => folder in layers ? folder : "provider"
const mayHave = (folder) => layers[folder] ?? ["core"]
const testsMayAlsoHave = (folder) =>
  ["provider", "store", "effect-3"].includes(layerOf(folder))
    ? ["sandbox", "conformance", "scripts"]
    : ["sandbox", "scripts"]

/** The packages of ours in these dependencies, by folder. */
const ours = (dependencies) =>
  Object.keys(dependencies ?? {}).flatMap((name) => /^@mintmark\/(.+)$/.exec(name)?.slice(1) ?? [])

describe("workspace", () => {
  it("has dependencies that point one way", () => {
    for (const { folder, manifest } of packages().filter(({ folder }) => folder.startsWith("packages/"))) {
      const own = folder.split("/")[1]
      const { dependencies, devDependencies, optionalDependencies, peerDependencies } = manifest
      const atRunTime = ours({ ...dependencies, ...optionalDependencies, ...peerDependencies })
      for (const name of atRunTime) assert.include(mayHave(own), layerOf(name), `${folder} depends on ${name}`)
      const inTests = [...mayHave(own), ...testsMayAlsoHave(own)]
      for (const name of ours(devDependencies)) {
        assert.include(inTests, name === "scripts" ? name : layerOf(name), `${folder} is tested with ${name}`)
      }
    }
    const products = packages().filter(({ folder }) => folder.startsWith("packages/")).map(({ folder }) =>
      folder.slice(9)
    )
    for (const { folder, manifest } of packages().filter(({ folder }) => folder.startsWith("examples/"))) {
      const used = ours({ ...manifest.dependencies, ...manifest.devDependencies })
      assert.includeMembers(products.filter((name) => name !== "conformance"), used, folder)
    }
  })

  it("has every dependency in the catalog or the workspace, except in examples", () => {
    const others = [{ folder: ".", manifest: rootManifest }, ...packages()]
      .filter(({ folder }) => !folder.startsWith("examples/"))
      .flatMap(({ folder, manifest }) =>
        Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
          .filter(([name, range]) => !(name.startsWith("@mintmark/") ? /^workspace:[*^]$/ : /^catalog:/).test(range))
          .map(([name, range]) => `${folder}: ${name} ${range}`)
      )
    assert.deepStrictEqual(others, [])
  })

  // A copy of an example has no catalog and no workspace around it.
  it("has examples that name versions: those of the workspace's packages and of the catalog", () => {
    const [, main, others] = /^catalog:\n([^]*?)^catalogs:\n([^]*)/m.exec(read("pnpm-workspace.yaml"))
    const entries = (text) =>
      Object.fromEntries([...text.matchAll(/^ +"?([^"\s]+?)"?: (\S+)$/gm)].map(([, ...entry]) => entry))
    const [, effect3] = /^ {2}effect-3:\n((?: {4}.+\n)*)/m.exec(others)
    const own = Object.fromEntries(published.map(({ manifest: { name, version } }) => [name, `^${version}`]))
    const examples = packages().filter(({ folder }) => folder.startsWith("examples/"))
    assert.isAtLeast(examples.length, 10)
    for (const { folder, manifest } of examples) {
      const known = { ...entries(main), ...folder === "examples/effect-3" ? entries(effect3) : {}, ...own }
      for (const [name, range] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
        assert.strictEqual(range, known[name] ?? /^[\^~]?\d+\.\d+\.\d+$/.exec(range)?.[0], `${folder}: ${name}`)
      }
    }
  })

  it("requires of applications the version of Effect that it is tested with", () => {
    const [, catalog] = /^ {2}effect: (\S+)$/m.exec(read("pnpm-workspace.yaml"))
    for (const { folder, manifest } of published) {
      if (folder === "packages/effect-3" || folder === "packages/cli") continue
      assert.strictEqual(manifest.peerDependencies.effect, catalog, folder)
    }
  })

  it("exports every public module of a published package by its name, and no internal one", () => {
    assert.isAbove(published.length, 0)
    for (const { folder, manifest, path } of published) {
      // Tests of other packages use a provider's statements; they are not published.
      const keys = Object.keys(manifest.exports).filter((key) => key !== "./test/*")
      assert.sameMembers(Object.keys(manifest.publishConfig.exports), keys, folder)
      const { resolve } = createRequire(join(path, "package.json"))
      assert.strictEqual(resolve(manifest.name), join(path, "src", "index.ts"))
      for (const file of readdirSync(join(path, "src"), { recursive: true }).filter((file) => file.endsWith(".ts"))) {
        const module = file.slice(0, -3)
        const resolved = () => resolve(`${manifest.name}/${module}`)
        // Packages of ours that have core at its exact version use its internal modules.
        const isExported = module.startsWith("internal/")
          ? folder === "packages/core"
          : module !== "bin" && folder !== "packages/cli"
        if (isExported) assert.strictEqual(resolved(), join(path, "src", file))
        else assert.throws(resolved, /is not defined by "exports"/)
      }
    }
    // Applications see no types of them.
    const core = published.find(({ folder }) => folder === "packages/core")
    assert.isNull(core.manifest.publishConfig.exports["./internal/*"].types)
  })

  it("ships sources and changelog with every published package, and no types of what is internal", () => {
    for (const { folder, manifest, path } of published) {
      // What is bundled has no internal files.
      const hasInternal = existsSync(join(path, "src/internal")) && !existsSync(join(path, "bundle.mjs"))
      const internalTypes = hasInternal ? ["!dist/internal/**/*.d.ts*"] : []
      assert.deepStrictEqual(manifest.files, ["dist", ...internalTypes, "src", "README.md", "CHANGELOG.md"], folder)
    }
  })

  it("allows no dependency to run a script on installation, except Node and pnpm", () => {
    const allowed = [...read("pnpm-workspace.yaml").matchAll(/^ {2}(\S+): true$/gm)].map(([, name]) => name)
    assert.deepStrictEqual(allowed, ["node", "pnpm"])
  })

  it("contains no registry's address in a lock file", () => {
    for (const lock of ["pnpm-lock.yaml", "tools/package-tests/toolbox/pnpm-lock.yaml"]) {
      assert.notMatch(read(lock), /https?:\/\/|tarball:/, lock)
    }
  })
})
