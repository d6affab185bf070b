// Finds words that a reader has to puzzle over, or that the rest of the project has another word for. words.txt is the
// list: phrases, which a spelling checker can't look for, and some words that technical prose doesn't need.
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "./workspace.mjs"

/** Each phrase: an example that it finds, what to write instead, and the regular expression. */
export const phrases = readFileSync(new URL("words.txt", import.meta.url), "utf8").split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split(/ {2,}/))
  .map(([example, instead, phrase]) => ({ example, instead, phrase: new RegExp(phrase, "gi") }))

// Documents, sources, the sandbox's page, changesets, tests.
const files = ["*.md", "*.ts", "*.js", "*.mjs", "*.html", ":!*CHANGELOG.md", ":!*words.test.mjs"]

/** Every phrase in the files of the repository, as a line each. */
export const problems = (workspace = root) =>
  execFileSync("git", ["ls-files", "-co", "--exclude-standard", ...files], { cwd: workspace, encoding: "utf8" })
    .split("\n").filter((file) => file !== "").flatMap((file) => {
      const text = readFileSync(join(workspace, file), "utf8")
      return phrases.flatMap(({ instead, phrase }) =>
        [...text.matchAll(phrase)].map(({ 0: found, index }) =>
          `${file}:${text.slice(0, index).split("\n").length} "${found}": write ${instead}.`
        )
      )
    })

if (import.meta.main) {
  const found = problems()
  for (const line of found) console.error(line)
  process.exitCode = found.length === 0 ? 0 : 1
}
