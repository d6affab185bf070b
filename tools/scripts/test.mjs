// `npm test`: builds, checks and tests everything. Turbo and Vitest decide what fails; the counts of the last line come
// from their reports, since turbo doesn't count tests.
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
  Object.entries(manifest.mintmark?.programs ?? {}).map(([program, files]) => ({ files, folder, program }))
)
const without = missing([...new Set(needs.map(({ program }) => program))])
const leftOut = needs.filter(({ program }) => without.includes(program))
if (without.length > 0) {
  const files = leftOut.flatMap(({ files, folder }) => files.map((file) => `${folder}/${file}`))
  const what = `missing: ${without.join(", ")} (MINTMARK_INSTALL=1 npm test installs them)`
  console.error(`mintmark: ${what}. Not run: ${files.join(", ")}.`)
  // In CI, every test must run.
  if (process.env.CI === "true") process.exit(1)
}

// A report that this run neither makes nor takes from turbo's cache must not count.
const reportOf = ({ path }) => join(path, ".reports", "vitest.json")
for (const each of tested) rmSync(reportOf(each), { force: true })
rmSync(summaries, { force: true, recursive: true })

const checks = ["types", "effects", "lint", "format", "layers", "docs", "reference", "package"]
const { status: exitCode } = spawnSync("turbo", [
  "run",
  "build",
  ...checks.map((each) => `check:${each}`),
  "test",
  "--continue=dependencies-successful",
  // Half as many tasks again as there are cores, since some of the tests wait: those that watch the clock fail where ten
  // run on two.
  "--concurrency=150%",
  "--summarize",
  "--output-logs=errors-only",
  "--log-order=grouped"
], { cwd: root, env: { ...process.env, MINTMARK_WITHOUT: without.join(" ") }, stdio: "inherit" })
const [summary = ""] = globSync(join(summaries, "*.json"))
const { failed, passed } = tally({
  exitCode,
  excused: leftOut.map(({ folder }) => folder),
  reports: Object.fromEntries(tested.map((each) => [each.folder, read(reportOf(each))])),
  tasks: read(summary)?.tasks ?? []
})
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
