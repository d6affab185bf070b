// Runs turbo on a workspace that is ready, with the pinned pnpm and Node.
import { prepare, run } from "./workspace.mjs"

prepare()
process.exit(run("turbo", process.argv.slice(2)))
