// Uses up the changesets: new versions, changelogs, and the lock file that goes with them.
import { prepare, run } from "./workspace.mjs"

prepare()
const versioned = run("changeset", ["version"])
process.exit(versioned === 0 ? run("pnpm", ["install", "--lockfile-only", "--prefer-offline"]) : versioned)
