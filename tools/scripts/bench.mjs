// `npm run bench [measurement…]`: builds, measures side by side with what one would pick instead, and prints tables.
// All measurements together are also written to docs/benchmarks.md and into the README.
import { bring } from "./programs.mjs"
import { prepare, run } from "./workspace.mjs"

prepare()
bring(["redis-server"])
const built = run("turbo", ["run", "build", "--output-logs=errors-only"])
process.exit(built || run("node", ["tools/benchmarks/src/main.ts", ...process.argv.slice(2)]))
