import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { packages, root, rootManifest } from "../workspace.mjs"

const read = (name) => readFileSync(join(root, name), "utf8")
const published = packages().filter(({ manifest }) => manifest.private !== true)

describe("workspace", () => {
  it("takes every dependency from the catalog or from itself", () => {
    const strays = [{ folder: ".", manifest: rootManifest }, ...packages()].flatMap(({ folder, manifest }) =>
      Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
        .filter(([name, range]) =>
          name.startsWith("@mintmark/") ? range !== "workspace:^" : !range.startsWith("catalog:")
        )
        .map(([name, range]) => `${folder}: ${name} ${range}`)
    )
    assert.deepStrictEqual(strays, [])
  })

  it("asks of applications the Effect that it is tested with", () => {
    const [, catalog] = /^ {2}effect: (\S+)$/m.exec(read("pnpm-workspace.yaml"))
    for (const { folder, manifest } of published) {
      if (folder === "packages/effect-3" || folder === "packages/cli") continue
      assert.strictEqual(manifest.peerDependencies.effect, catalog, folder)
    }
  })

  it("keeps the internal modules of every published package closed, in the workspace and in the tarball", () => {
    assert.isAbove(published.length, 0)
    for (const { folder, manifest } of published) {
      assert.isNull(manifest.exports["./internal/*"], folder)
      assert.isNull(manifest.publishConfig.exports["./internal/*"], folder)
      assert.sameMembers(Object.keys(manifest.publishConfig.exports), Object.keys(manifest.exports), folder)
    }
  })

  it("ships sources and changelog with every published package", () => {
    for (const { folder, manifest } of published) {
      assert.sameMembers(manifest.files, ["dist", "src", "README.md", "CHANGELOG.md"], folder)
    }
  })

  it("names no registry in a lock file", () => {
    for (const lock of ["pnpm-lock.yaml", "tools/package-tests/toolbox/pnpm-lock.yaml"]) {
      assert.notMatch(read(lock), /https?:\/\/|tarball:/, lock)
    }
  })
})
