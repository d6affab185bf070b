// `npm run new-provider -- acme` (or `pnpm new-provider acme`): makes packages/acme, which builds and passes the conformance suite as it is, and marks with
// TODO where the facts go. Its template is tools/scripts/new-provider, written for a provider called Acme.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
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

/** Makes the package and a changeset for it, and returns the files that were written. */
export const newProvider = (name, workspace = root) => {
  const renamed = rename(name)
  const files = readdirSync(template, { recursive: true }).filter((file) =>
    !statSync(join(template, file)).isDirectory()
  )
  const texts = Object.fromEntries([
    ...files.map((
      file
    ) => [join("packages", name, renamed(file)), renamed(readFileSync(join(template, file), "utf8"))]),
    [join(".changeset", `new-${name}.md`), `---\n"@mintmark/${name}": minor\n---\n\nThe first release.\n`]
  ])
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true })
    writeFileSync(join(workspace, path), text)
  }
  return Object.keys(texts)
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const name = process.argv[2]
  const sentence = problem(name, root)
  if (sentence !== undefined) fail(sentence)
  prepare()
  for (const path of newProvider(name)) console.log(path)
  run("dprint", ["fmt", "--log-level=warn"])
  // What tries every package tries this one, too.
  const filters = ["docs-tests", "package-tests", "reference"].flatMap((tool) => ["--filter", `./tools/${tool}`])
  if (run("pnpm", [...filters, "add", "--save-dev", "--workspace", "--silent", `@mintmark/${name}`]) !== 0) {
    fail("pnpm add failed.")
  }
  console.log(`
It passes: npx vitest run packages/${name}
The facts go where TODO stands (grep -rn TODO packages/${name}); docs/adding-a-provider.md goes through them.`)
}
