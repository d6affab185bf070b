// `npm run quick-check`: types, Effect's diagnostics, lint, format, layers and the documents' code of the whole workspace, in seconds.
import { prepare, rootManifest, run, say } from "./workspace.mjs"

prepare()
const checks = ["check:types", "check:effects", "check:lint", "check:format", "check:layers", "check:docs"]
const failed = checks.filter((check) => run("sh", ["-c", rootManifest.scripts[check]]) !== 0)
if (failed.length > 0) say(`failed: ${failed.join(", ")}.`)
process.exit(failed.length === 0 ? 0 : 1)
