// `npm run new-provider -- acme` (or `pnpm new-provider acme`): makes packages/acme, which builds and passes the conformance suite as it is, and marks with
// TODO where the facts go. Its template is tools/scripts/new-provider, written for a provider called Acme.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { fail, prepare, root, run } from "./workspace.mjs"

const template = fileURLToPath(new URL("new-provider", import.meta.url))

/** A text of the template, for a provider of this name. */
const rename = (name) => {
  const words = name.split("-")
  const pascal = words.map((word) => word[0].toUpperCase() + word.slice(1)).join("")
  const camel = pascal[0].toLowerCase() + pascal.slice(1)
  const spellings = { acme: camel, Acme: pascal, ACME: name.toUpperCase().replaceAll("-", "_") }
  // In texts, paths and URLs the name is as it was given; elsewhere in lower case it is an identifier.
  return (text) =>
    text.replaceAll(
      /(?<=([/."]?))(acme|Acme|ACME)/g,
      (_, before, found) => before !== "" && found === "acme" ? name : spellings[found]
    )
}

/** What keeps a provider from being made, as a sentence. */
const problem = (name, workspace) => {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name ?? "")) {
    return "say what the provider is called, in lower case with hyphens: pnpm new-provider acme-voice."
  }
  return existsSync(join(workspace, "packages", name)) ? `packages/${name} is there already.` : undefined
}

// What the documents and the tarballs are tried with: the sandbox's generic server plays the provider.
const played = (name) => {
  const prefix = name.toUpperCase().replaceAll("-", "_")
  return `,
  ${prefix}_CLIENT_ID: Account.generic.clientId,
  ${prefix}_CLIENT_SECRET: Account.generic.clientSecret,
  ${prefix}_BASE_URL: urls.generic
})
`
}

/** The private packages that try every public one. */
const triers = ["docs-tests", "package-tests"]

/** Makes the package, gives it its place among the others and a changeset, and answers the files that were written. */
export const newProvider = (name, workspace = root) => {
  const renamed = rename(name)
  const written = []
  const write = (path, text) => {
    mkdirSync(dirname(join(workspace, path)), { recursive: true })
    writeFileSync(join(workspace, path), text)
    written.push(path)
  }
  for (const file of readdirSync(template, { recursive: true })) {
    const path = join(template, file)
    if (statSync(path).isDirectory()) continue
    write(join("packages", name, renamed(relative(template, path))), renamed(readFileSync(path, "utf8")))
  }
  const layers = join("tools", "scripts", "layers.mjs")
  write(
    layers,
    readFileSync(join(workspace, layers), "utf8").replace(
      /^const providers = \[(.+)\]$/m,
      `const providers = [$1, "${name}"]`
    )
  )
  const settings = join("tools", "scripts", "settings.mjs")
  write(settings, readFileSync(join(workspace, settings), "utf8").replace(/\n\}\)\n$/, played(name)))
  for (const trier of triers) {
    const path = join("tools", trier, "package.json")
    const manifest = JSON.parse(readFileSync(join(workspace, path), "utf8"))
    const devDependencies = Object.entries({ ...manifest.devDependencies, [`@mintmark/${name}`]: "workspace:^" })
    write(
      path,
      `${JSON.stringify({ ...manifest, devDependencies: Object.fromEntries(devDependencies.toSorted()) }, null, 2)}\n`
    )
  }
  write(join(".changeset", `new-${name}.md`), `---\n"@mintmark/${name}": minor\n---\n\nThe first release.\n`)
  return written
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const name = process.argv[2]
  const sentence = problem(name, root)
  if (sentence !== undefined) fail(sentence)
  prepare()
  for (const path of newProvider(name)) console.log(path)
  run("dprint", ["fmt", "--log-level=warn"])
  if (run("pnpm", ["install", "--prefer-offline", "--no-frozen-lockfile", "--silent"]) !== 0) {
    fail("pnpm install failed.")
  }
  console.log(`
It passes: npx vitest run packages/${name}
The facts go where TODO stands (grep -rn TODO packages/${name}); docs/adding-a-provider.md goes through them.`)
}
