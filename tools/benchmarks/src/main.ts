import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { cpus, loadavg, totalmem } from "node:os"
import { resolve } from "node:path"
import { contestants } from "./contestants/index.ts"
import { isolated } from "./harness/Isolated.ts"
import { version } from "./harness/Published.ts"
import type { Measurement } from "./Measurement.ts"
import { between, section, sectionOf, withSection } from "./Page.ts"
import { readersTable } from "./ReadersTable.ts"
import { markdown } from "./Table.ts"

/** All that are measured together. */
const together = [
  "Cached",
  "Request",
  "Api",
  "Revoked",
  "Herd",
  "Waking",
  "Reply",
  "Start",
  "Accounts",
  "Stalls",
  "Fleet",
  "Profile"
]

/** Those that are measured only where they are named: one takes long, and one doesn't depend on the machine. */
const alone = ["Million", "Size"]

const gigabytes = Math.round(totalmem() / 2 ** 30)
const machine = `${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}), ${gigabytes} GB, ${process.platform}, `
  + `Node ${process.versions.node}, a load of ${(loadavg()[0] ?? 0).toFixed(1)} before it started`

const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim()
const made = `of ${new Date().toISOString().slice(0, 10)}, at the commit ${commit}`

const wanted = process.argv.slice(2)
const [command, clone] = wanted
if (command === "before") {
  if (clone === undefined) throw new Error("before which clone? npm run bench before <folder of another clone, built>")
  console.log(markdown(await isolated(new URL("./measurements/Before.ts", import.meta.url), [resolve(clone)])))
  process.exit()
}

const measurements: Record<string, Measurement> = {}
for (const file of [...together, ...alone]) {
  const name = file.toLowerCase()
  if (wanted.length === 0 ? alone.includes(file) : !wanted.includes(name)) continue
  const measurement = await isolated<Measurement>(new URL(`./measurements/${file}.ts`, import.meta.url))
  console.log(`${markdown(measurement)}\n`)
  measurements[name] = measurement
}

const who = contestants.map((each) => {
  const version_ = each.package === undefined || each.package.startsWith("@mintmark/")
    ? ""
    : ` ${version(each.package)}`
  return `- **${each.name}**${version_}: ${each.how}.`
})

const page = new URL("../../../docs/benchmarks.md", import.meta.url)
const readme = new URL("../../../README.md", import.meta.url)
const before = readFileSync(page, "utf8")

const names = alone.map((file) => file.toLowerCase())
const kept = names.map((name) => {
  const measurement = measurements[name]
  return measurement === undefined
    ? sectionOf(before, name) ?? between(name, `\`npm run bench ${name}\` has not been run yet.`)
    : section(name, measurement, made)
})

if (wanted.length > 0) {
  // A part of the measurements is for looking at: only what is measured alone is written down alone.
  const after = names.reduce((page, name, index) => withSection(page, name, kept[index] ?? ""), before)
  if (after !== before) writeFileSync(page, after)
} else {
  writeFileSync(
    page,
    `# Mintmark and other libraries, measured side by side

Made by \`npm run bench\`, on ${machine}.

In each round of a measurement, all contestants take turns. Each time is divided by that of the *floor* in the same
round: of the row without a ratio. **×1.09** ×1.02–×1.13 says that the median of these ratios is 1.09, and that half of
them lie between 1.02 and 1.13. The ratios are what to read: the figures in parentheses apply to this machine only. Among
the goals, "A to B" is A's figure divided by B's.

${
      [...Object.entries(measurements).map(([name, measurement]) => section(name, measurement, made)), ...kept].join(
        "\n\n"
      )
    }

## Who was called, and how

${who.join("\n")}
`
  )
  const table = between("benchmarks", readersTable(measurements))
  writeFileSync(readme, withSection(readFileSync(readme, "utf8"), "benchmarks", table))
}
