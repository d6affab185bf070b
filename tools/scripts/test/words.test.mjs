import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { phrases, problems } from "../words.mjs"

describe("the check of words", () => {
  const workspaces = []
  afterAll(() => workspaces.forEach((workspace) => rmSync(workspace, { force: true, recursive: true })))

  /** What is found in a repository with these files, of which git knows some. */
  const found = (files, known = ["."]) => {
    const workspace = mkdtempSync(join(tmpdir(), "words-"))
    workspaces.push(workspace)
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(workspace, path)), { recursive: true })
      writeFileSync(join(workspace, path), text)
    }
    execFileSync("git", ["init", "--quiet"], { cwd: workspace })
    execFileSync("git", ["add", "--", ...known], { cwd: workspace })
    return problems(workspace)
  }

  it("says for each of the list's phrases what to write instead", () => {
    assert.isAtLeast(phrases.length, 70)
    for (const { instead } of phrases) assert.match(instead, /\S/)
  })

  const examples = phrases.map((phrase, index) => ({ ...phrase, file: `docs/${index}.md` }))
  let inExamples
  beforeAll(() => {
    inExamples = found(
      Object.fromEntries(examples.map(({ example, file }) => [file, `The first line.\nHere: ${example}.\n`]))
    )
  })
  it.each(examples)("finds $example", ({ file, instead }) => {
    const lines = inExamples.filter((line) => line.startsWith(`${file}:`))
    assert.isTrue(lines.some((line) => line.endsWith(`: write ${instead}.`)))
    assert.deepStrictEqual(lines.filter((line) => !line.startsWith(`${file}:2 `)), [])
  })

  it("finds a phrase in any case, each time, and says what to write instead", () => {
    assert.sameMembers(found({ "README.md": "Nobody waits.\nNo news is good: nobody waits.\n" }), [
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
    assert.deepStrictEqual(found({ "README.md": text }), [])
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
    const texts = Object.fromEntries([...files, ...others].map((file) => [file, "nobody\n"]))
    const lines = found({ ...texts, ".gitignore": "node_modules/\n" }, ["README.md"])
    assert.sameMembers(lines.map((line) => line.split(":")[0]), files)
  })
})
