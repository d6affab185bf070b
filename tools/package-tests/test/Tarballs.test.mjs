import { readFileSync } from "node:fs"
import { dirname, join, posix } from "node:path"
import { assert, describe, it } from "vitest"
import { published } from "../src/packages.mjs"
import { filesIn, folder, installedAt } from "../src/projects.mjs"
import { run } from "../src/run.mjs"

const ordinary =
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|dist\/.+\.(js|d\.ts)(\.map)?|src\/.+\.ts|(src|dist)\/page\/.+|dist\/THIRD-PARTY\.txt)$/

/** Whether a path leads to what no user may import. */
const isInternal = (path) => path.split("/").includes("internal")

for (const one of published) {
  describe(`the tarball of ${one.name}`, () => {
    const at = installedAt(one)
    const files = filesIn(at)
    const text = (file) => readFileSync(join(at, file), "utf8")

    it("contains what is built, its sources, and nothing else", () => {
      assert.deepStrictEqual(files.filter((file) => !ordinary.test(file)), [])
      assert.includeMembers(files, ["package.json", "README.md", "LICENSE"])
    })

    it("has exports that publint and attw accept, each with types", async () => {
      const { version } = JSON.parse(text("package.json"))
      const tarball = join(folder, "packages", `mintmark-${one.short}-${version}.tgz`)
      for (const [program, option] of [["publint", "--strict"], ["attw", "--profile=esm-only"]]) {
        const { status, stdout } = await run(program, [option, tarball])
        assert.strictEqual(status, 0, stdout)
      }
    })

    it("has source maps and declaration maps from each built file to its source", () => {
      const areOpen = one.manifest.exports["./*"] !== undefined
      // What is bundled has declarations for what can be imported, and code that esbuild has made.
      const isBundled = files.includes("dist/THIRD-PARTY.txt")
      // What is built in of others shares its files with the package's own: only the declarations stay one by one.
      const hasEngine = areOpen && isBundled
      const isBuilt = !isBundled ? /^src\/.+\.ts$/ : areOpen ? /^src\/\w+\.ts$/ : /^src\/index\.ts$/
      const sources = files.filter((file) => isBuilt.test(file))
      assert.isAbove(sources.length, 0)
      for (const source of sources) {
        const built = source.replace(/^src\/(.+)\.ts$/, "dist/$1")
        const code = hasEngine ? [] : [`${built}.js.map`]
        const types = isInternal(built) ? [] : [`${built}.d.ts.map`]
        for (const map of [...code, ...types]) {
          assert.include(files, map)
          const targets = JSON.parse(text(map)).sources.map((path) => posix.join(dirname(map), path))
          assert.includeMembers(files, targets, map)
          assert.include(text(map.slice(0, -4)).trimEnd().split("\n").at(-1), "sourceMappingURL=", map)
        }
      }
    })

    it("has types of what is public, and of nothing else", () => {
      const declarations = files.filter((file) => /\.d\.ts(\.map)?$/.test(file))
      assert.deepStrictEqual(declarations.filter(isInternal), [])
      for (const file of declarations.filter((file) => file.endsWith(".d.ts"))) {
        const types = text(file)
        const paths = [...types.matchAll(/\b(?:from |import\(|import )"([^"]+)"/g)].map(([, path]) => path)
        assert.deepStrictEqual(paths.filter(isInternal), [], file)
        assert.notInclude(types, "@internal", file)
      }
    })

    it("names the repository, as provenance requires", () => {
      const { repository } = JSON.parse(text("package.json"))
      const directory = `packages/${one.short}`
      assert.deepStrictEqual(repository, { type: "git", url: "git+https://git.example/a/b.git", directory })
    })

    it("depends on released versions only, and runs nothing on installation", () => {
      const { dependencies = {}, peerDependencies = {}, scripts = {} } = JSON.parse(text("package.json"))
      const ranges = Object.values({ ...dependencies, ...peerDependencies })
      assert.deepStrictEqual(ranges.filter((range) => !/^[\^>=<~\d.\s|x-]+$/.test(range)), [])
      assert.notInclude(Object.keys(scripts).join(), "install")
    })
  })
}
