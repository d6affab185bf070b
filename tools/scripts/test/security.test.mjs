import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { root } from "../workspace.mjs"

const text = readFileSync(join(root, "SECURITY.md"), "utf8")
const [, promised = ""] = /\n## What is promised\n(.*?)\n## /s.exec(text) ?? []
const promises = promised.split("\n").filter((line) => line.startsWith("- "))

describe("SECURITY.md", () => {
  it("has promises, under headings", () => {
    assert.isAtLeast(promises.length, 15)
    const others = promised.split("\n").filter((line) => line !== "" && !/^(- |### |Each promise ends )/.test(line))
    assert.deepStrictEqual(others, [])
  })

  it.each(promises)("names the tests of a promise: %s", (promise) => {
    const paths = [...promise.matchAll(/\]\(([^)]+)\)/g)].map(([, path]) => path)
    assert.isNotEmpty(paths)
    for (const path of paths) {
      assert.match(path, /^(packages|tools)\/[a-z\d-]+\/test\/.*\.test\.m?ts$/)
      assert.isTrue(existsSync(join(root, path)), path)
      assert.match(readFileSync(join(root, path), "utf8"), /\bit(\.\w+)*\(|\bstoreSuite\(/)
    }
  })
})
