import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

/**
 * What starts this program from a folder: its name alone where it is on the `PATH`; with `npx` where it is installed for
 * the folder, or where `npx` has fetched it.
 */
export const programAt = (file: string, folder: string): string => {
  if (/[\\/]_npx[\\/]/.test(file)) return "npx @mintmark/cli"
  for (let at = folder;; at = dirname(at)) {
    if (file.startsWith(join(at, "node_modules", "/"))) return "npx mintmark"
    if (at === dirname(at)) return "mintmark"
  }
}

/** What starts this program from here, for advice. */
export const program = programAt(fileURLToPath(import.meta.url), process.cwd())
