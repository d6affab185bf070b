// `npm start`: makes the workspace ready and runs the quickstart on the pinned Node.
import { prepare, run } from "./workspace.mjs"

prepare()
process.exit(run("node", ["examples/quickstart/src/main.ts", ...process.argv.slice(2)]))
