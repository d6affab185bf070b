// The public packages.
import { packages } from "@mintmark/scripts/workspace"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** The public packages: name, folder and manifest of each. */
export const published = packages()
  .filter(({ manifest }) => manifest.private !== true)
  .map(({ folder, manifest, path }) => ({
    short: folder.split("/")[1],
    name: manifest.name,
    manifest,
    path,
    readme: readFileSync(join(path, "README.md"), "utf8")
  }))

/** The modules of a package that a user may import. */
export const modules = ({ manifest, name, path }) => {
  const closed = Object.entries(manifest.exports).filter(([, target]) => target === null).map(([key]) => key)
  const named = manifest.exports["./*"] === undefined ? [] : readdirSync(join(path, "src"))
    .filter((file) => file.endsWith(".ts") && file !== "index.ts")
    .map((file) => `./${file.slice(0, -3)}`)
    .filter((key) => !closed.includes(key))
  return [name, ...named.map((key) => `${name}${key.slice(1)}`)]
}
