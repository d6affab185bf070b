// Checks the package in the current directory: its types, then what Effect's own diagnostics say.
import { spawnSync } from "node:child_process"

const run = (program, ...args) => spawnSync(program, args, { stdio: "inherit" }).status === 0

const types = run("tsc", "-p", "tsconfig.json")
const effects = run("effect-tsgo", "diagnostics", "--project", "tsconfig.json", "--strict")
process.exit(types && effects ? 0 : 1)
