import { mkdirSync, writeFileSync } from "node:fs"
import { cpus, loadavg, totalmem } from "node:os"
import { resolve } from "node:path"
import { contestants } from "./contestants/index.ts"
import { isolated } from "./harness/Isolated.ts"
import { version } from "./harness/Published.ts"
import type { Measurement } from "./Measurement.ts"
import { markdown } from "./Table.ts"

const all = [
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

const gigabytes = Math.round(totalmem() / 2 ** 30)
const machine = `${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}), ${gigabytes} GB, ${process.platform}, `
  + `Node ${process.versions.node}, a load of ${(loadavg()[0] ?? 0).toFixed(1)} before it started`

const wanted = process.argv.slice(2)
const [command, clone] = wanted
if (command === "before") {
  if (clone === undefined) throw new Error("before which clone? npm run bench before <folder of another clone, built>")
  console.log(markdown(await isolated(new URL("./measurements/Before.ts", import.meta.url), [resolve(clone)])))
  process.exit()
}

const measurements = new Array<Measurement>()
for (const name of all.filter((name) => wanted.length === 0 || wanted.includes(name.toLowerCase()))) {
  const measurement = await isolated<Measurement>(new URL(`./measurements/${name}.ts`, import.meta.url))
  console.log(`${markdown(measurement)}\n`)
  measurements.push(measurement)
}

const who = contestants.map((each) => {
  const version_ = each.package === undefined || each.package.startsWith("@mintmark/")
    ? ""
    : ` ${version(each.package)}`
  return `- **${each.name}**${version_}: ${each.how}.`
})

const page = `# Side by side with what one would pick instead

Made by \`npm run bench\`, on ${machine}, ${new Date().toISOString().slice(0, 10)}.

Ratios are what to read: each is the median over rounds in which all contestants took turns, with the quartiles behind
it, to the floor in the same rounds. The figures in parentheses apply to this machine only.

${measurements.map(markdown).join("\n\n")}

## Who was called, and how

${who.join("\n")}
`

// A part of the measurements is for looking at: only all of them together are written down.
if (wanted.length === 0) {
  const docs = new URL("../../../docs/", import.meta.url)
  mkdirSync(docs, { recursive: true })
  writeFileSync(new URL("benchmarks.md", docs), page)
}
