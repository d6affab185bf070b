// The packages of this repository, for whatever works on all of them: `pnpm list` doesn't print their manifests.
import { globSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

export const root = fileURLToPath(new URL("../..", import.meta.url))

/** The packages of the workspace: folder, path and manifest of each. */
export const packages = (from = root) =>
  globSync("{packages,tools,examples}/*/package.json", { cwd: from }).toSorted().map((file) => ({
    folder: dirname(file),
    path: join(from, dirname(file)),
    manifest: JSON.parse(readFileSync(join(from, file), "utf8"))
  }))
