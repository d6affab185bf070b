// `node tools/scripts/run.mjs PROGRAM [ARGUMENT…]`: makes the workspace ready, and runs a program of it on the pinned
// Node.
import { prepare, run } from "./workspace.mjs"

prepare()
const [program, ...args] = process.argv.slice(2)
process.exit(run(program, args))
