import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { phrases, problems } from "../words.mjs"

describe("the check of words", () => {
  let workspace
  beforeEach(() => {
    workspace = mkdtempSync(join(tmpdir(), "words-"))
    execFileSync("git", ["init", "--quiet"], { cwd: workspace })
  })
  afterEach(() => rmSync(workspace, { force: true, recursive: true }))

  const write = (path, text) => {
    mkdirSync(dirname(join(workspace, path)), { recursive: true })
    writeFileSync(join(workspace, path), text)
  }

  it("says for each of the list's phrases what to write instead", () => {
    assert.isAtLeast(phrases.length, 70)
    for (const { instead } of phrases) assert.match(instead, /\S/)
  })

  it.each(phrases)("finds $example", ({ example, instead }) => {
    write("README.md", `The first line.\nHere: ${example}.\n`)
    const found = problems(workspace)
    assert.isNotEmpty(found)
    assert.isTrue(found.some((line) => line.endsWith(`: write ${instead}.`)))
    assert.deepStrictEqual(found.filter((line) => !line.startsWith("README.md:2 ")), [])
  })

  it("finds a phrase in any case, each time, and says what to write instead", () => {
    write("README.md", "Nobody waits.\nNo news is good: nobody waits.\n")
    assert.sameMembers(problems(workspace), [
      "README.md:1 \"Nobody\": write no caller, no process.",
      "README.md:2 \"nobody\": write no caller, no process.",
      "README.md:2 \"No news\": write notification."
    ])
  })

  it.each([
    "a token request in flight, however many callers wait",
    "the token has expired; the lifetime is an hour; no expired token is sent",
    "behavior, canceled, catalog, recognized, tabpanel",
    "over https, no token, handled"
  ])("finds no phrase in: %s", (text) => {
    write("README.md", text)
    assert.deepStrictEqual(problems(workspace), [])
  })

  it("checks documents, sources, tests and the page, and nothing that git ignores", () => {
    const files = [
      "README.md",
      ".changeset/a.md",
      "packages/a/src/b.ts",
      "packages/a/test/b.test.ts",
      "packages/a/test/c.test.mjs",
      "a/page/c.html",
      "a/page/d.js"
    ]
    const others = ["packages/a/api.txt", "packages/a/CHANGELOG.md", "CHANGELOG.md", "node_modules/a/README.md"]
    write(".gitignore", "node_modules/\n")
    for (const file of [...files, ...others]) write(file, "nobody\n")
    execFileSync("git", ["add", "README.md"], { cwd: workspace })
    assert.sameMembers(problems(workspace).map((line) => line.split(":")[0]), files)
  })
})
