// `npm test`: builds, checks and tests everything, as package.json's `check` says. Turbo and Vitest decide what fails; the
// counts of the last line come from their reports, since turbo doesn't count tests.
import { spawnSync } from "node:child_process"
import { existsSync, globSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { missing } from "./programs.mjs"
import { tally } from "./tally.mjs"
import { packages, root } from "./workspace.mjs"

const summaries = join(root, ".turbo", "runs")
const read = (path) => existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined

const tested = packages().filter(({ manifest }) => manifest.scripts?.test !== undefined)
const needs = tested.flatMap(({ folder, manifest }) =>
  Object.entries(manifest.mintmark?.programs ?? {})
    .map(([program, files]) => ({ files: files.map((file) => `${folder}/${file}`), program }))
)
const without = missing([...new Set(needs.map(({ program }) => program))])
if (without.length > 0) {
  const files = new Set(needs.flatMap(({ files, program }) => without.includes(program) ? files : []))
  const what = `missing: ${without.join(", ")} (MINTMARK_INSTALL=1 npm test installs them)`
  console.error(`mintmark: ${what}. Not run: ${[...files].join(", ")}.`)
  // In CI, every test must run.
  if (process.env.CI === "true") process.exit(1)
}

// A report that this run neither makes nor takes from turbo's cache must not count.
const reportOf = ({ path }) => join(path, ".reports", "vitest.json")
for (const each of tested) rmSync(reportOf(each), { force: true })
rmSync(summaries, { force: true, recursive: true })

const env = { ...process.env, MINTMARK_WITHOUT: without.join(" ") }
const { status: exitCode } = spawnSync("pnpm", ["--silent", "run", "check"], { cwd: root, env, stdio: "inherit" })
const [summary = ""] = globSync(join(summaries, "*.json"))
const reports = Object.fromEntries(tested.map((each) => [each.folder, read(reportOf(each))]))
const { failed, passed } = tally({ exitCode, reports, tasks: read(summary)?.tasks ?? [] })
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
