// Who may import whom. The arrows point one way:
//
//   examples, cli, effect-3 -> providers, store -> core
//
// The sandbox knows neither core nor a provider, so that it can't share their mistakes. The conformance suite knows core
// and the sandbox, and no provider. Tests may start the sandbox, and those of a provider and of effect-3 run the suite.
//
// What applications use runs wherever JavaScript does: no module of Node's, and no package that needs one.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { builtinModules } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { packages, root } from "./workspace.mjs"

const providers = ["routee", "routera", "voipex", "vonage-contact-center"]
const everything = ["core", "store", ...providers, "sandbox", "cli", "effect-3"]

const mayImport = {
  core: [],
  ...Object.fromEntries(providers.map((provider) => [provider, ["core"]])),
  store: ["core"],
  sandbox: [],
  conformance: ["core", "sandbox"],
  cli: ["core", "store", ...providers, "sandbox"],
  "effect-3": ["core", "store", ...providers],
  benchmarks: everything,
  "docs-tests": [...everything, "conformance"],
  faults: everything,
  "package-tests": [...everything, "conformance"],
  reference: [...everything, "conformance"]
}
const exampleMayImport = ["core", "store", ...providers, "sandbox", "cli", "effect-3"]
const testsMayAlsoImport = (own) => [...providers, "effect-3"].includes(own) ? ["sandbox", "conformance"] : ["sandbox"]

const runsEverywhere = ["core", "store", ...providers, "effect-3"]
const isNodes = (name) =>
  name.startsWith("node:") || builtinModules.includes(name) || /^@effect\/platform-(node|bun)(\/|$)/.test(name)

const scope = "@mintmark/"
const specifier = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)["']([^"']+)["']/g

const sources = (folder) =>
  !existsSync(folder) ? [] : readdirSync(folder, { recursive: true })
    .filter((file) => /\.[cm]?[jt]sx?$/.test(file))
    .map((file) => join(folder, file))

// What a docstring shows is the application's code.
const code = (file) => readFileSync(file, "utf8").replaceAll(/^\s*\*.*$/gm, "")

const imported = (name) => name.startsWith(scope) ? name.slice(scope.length).split("/")[0] : undefined

/** Every import and dependency that points the wrong way, as a sentence each. */
export const violations = (workspace = root) =>
  packages(workspace).flatMap(({ folder, manifest, path }) => {
    const own = folder.split("/")[1]
    const allowed = folder.startsWith("examples/") ? exampleMayImport : mayImport[own]
    if (allowed === undefined) {
      return [`${folder} has no place in the layers yet: give it one in tools/scripts/layers.mjs.`]
    }
    const tests = [...allowed, ...testsMayAlsoImport(own)]
    const found = []

    for (
      const [kind, may] of [
        ["dependencies", allowed],
        ["peerDependencies", allowed],
        ["optionalDependencies", allowed],
        ["devDependencies", tests]
      ]
    ) {
      for (const name of Object.keys(manifest[kind] ?? {})) {
        const target = imported(name)
        if (target !== undefined && !may.includes(target)) {
          found.push(`${folder}/package.json must not have ${name} in its ${kind}.`)
        }
      }
    }

    for (const [sub, may] of [["src", allowed], ["test", tests]]) {
      for (const file of sources(join(path, sub))) {
        for (const [, name] of code(file).matchAll(specifier)) {
          const target = imported(name)
          if (target !== undefined && target !== own && !may.includes(target)) {
            found.push(`${file.slice(workspace.length)} must not import ${name}.`)
          }
          if (sub === "src" && runsEverywhere.includes(own) && isNodes(name)) {
            found.push(`${file.slice(workspace.length)} must not import ${name}: it isn't everywhere.`)
          }
          if (/^(\.\.\/)+(packages|tools|examples)\//.test(name) || /^(\.\.\/)+[\w-]+\/src\//.test(name)) {
            found.push(`${file.slice(workspace.length)} reaches into another package's folder with ${name}.`)
          }
        }
      }
    }
    return found
  })

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const found = violations()
  for (const sentence of found) console.error(sentence)
  process.exit(found.length === 0 ? 0 : 1)
}
