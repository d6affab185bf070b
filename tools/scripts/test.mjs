// `npm test`: makes the workspace ready, builds, checks and tests everything, and counts.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { bring } from "./programs.mjs"
import { tally } from "./tally.mjs"
import { packages, prepare, root, rootManifest, run, say } from "./workspace.mjs"

const reportOf = (path) => join(path, ".reports", "vitest.json")
const summaries = join(root, ".turbo", "runs")
const read = (path) => existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined

prepare()

const tested = [
  { folder: "tools/scripts", manifest: rootManifest, path: root, script: "test:scripts" },
  ...packages().map((each) => ({ ...each, script: "test" }))
].filter(({ manifest, script }) => manifest.scripts?.[script] !== undefined)

const programsOf = ({ manifest }) => Object.entries(manifest.mintmark?.programs ?? {})
const missing = bring(tested.flatMap(programsOf).map(([program]) => program))
const leftOut = tested.flatMap((each) =>
  programsOf(each).filter(([program]) => missing.includes(program)).flatMap(([, files]) =>
    files.map((file) => file.startsWith(`${each.folder}/`) ? file : `${each.folder}/${file}`)
  )
)
if (leftOut.length > 0) say(`NOT RUN, for want of ${missing.join(" and ")}: ${leftOut.join(", ")}.`)
process.env.MINTMARK_WITHOUT = missing.join(" ")

// A report that this run neither makes nor takes out of turbo's cache must not count.
for (const { path } of tested) rmSync(reportOf(path), { force: true })
rmSync(summaries, { force: true, recursive: true })

say("building, checking and testing; what hasn't changed is taken from the cache.")
const checks = ["check", "check:lint", "check:format", "check:layers", "check:docs", "check:package"]
const exitCode = run("turbo", [
  "run",
  "build",
  ...checks,
  "test",
  "test:scripts",
  "--continue=dependencies-successful",
  // As many tasks as there are cores: tests that watch the clock fail where ten crowd on two.
  "--concurrency=100%",
  "--summarize",
  "--output-logs=errors-only",
  "--log-order=grouped"
])

const [summary] = existsSync(summaries) ? readdirSync(summaries) : []
const { complaints, failed, passed } = tally({
  exitCode,
  excused: tested.filter(({ folder }) => leftOut.some((file) => file.startsWith(`${folder}/`))).map(({ folder }) =>
    folder
  ),
  reports: Object.fromEntries(tested.map(({ folder, path }) => [folder, read(reportOf(path))])),
  tasks: summary === undefined ? [] : read(join(summaries, summary)).tasks
})

for (const complaint of complaints) say(complaint)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
