import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const own = fileURLToPath(new URL("../..", import.meta.url))
const packages = fileURLToPath(new URL("../../../../packages", import.meta.url))

/** The packages that an application installs to get tokens. */
export const providers = ["routee", "routera", "voipex", "vonage-contact-center"] as const

/**
 * A folder in which the built packages are installed as npm would install them: their `dist`, and the `exports` of the
 * tarball. In the workspace itself, imports lead to the sources.
 */
export const publish = (name: string): string => {
  const folder = join(own, "node_modules", ".cache", name)
  rmSync(folder, { force: true, recursive: true })
  const modules = join(folder, "node_modules")
  for (const name of ["core", ...providers]) {
    const from = join(packages, name)
    if (!existsSync(join(from, "dist", "index.js"))) throw new Error(`${from} is not built: npm run build`)
    const to = join(modules, "@mintmark", name)
    mkdirSync(to, { recursive: true })
    cpSync(join(from, "dist"), join(to, "dist"), { recursive: true })
    const manifest = JSON.parse(readFileSync(join(from, "package.json"), "utf8"))
    writeFileSync(join(to, "package.json"), JSON.stringify({ ...manifest, ...manifest.publishConfig }))
  }
  const installed = join(own, "node_modules")
  for (const name of readdirSync(installed)) {
    if (name !== "@mintmark" && !name.startsWith(".")) symlinkSync(join(installed, name), join(modules, name))
  }
  writeFileSync(join(folder, "package.json"), `{ "type": "module" }\n`)
  return folder
}

/** The version of an installed package. */
export const version = (name: string): string => {
  const manifest = name.startsWith("@mintmark/")
    ? join(packages, name.slice("@mintmark/".length), "package.json")
    : join(own, "node_modules", name, "package.json")
  return createRequire(import.meta.url)(manifest).version
}
