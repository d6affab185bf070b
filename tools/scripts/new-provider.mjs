// `npm run new-provider -- acme-voice`: copies tools/provider-template to packages/acme-voice under that name. The
// template is a package of the workspace, so it is checked and tested like the others, and not in a generator's language.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"
import { fail, root, run } from "./workspace.mjs"

const template = join(root, "tools", "provider-template")
const isSource = (file) => /^(README\.md|package\.json|tsconfig.*\.json|(src|test)\/.*)$/.test(file)

/** Makes the package and a changeset for it, and returns the files that were written. */
export const newProvider = (name, workspace = root) => {
  const pascal = name.split("-").map((word) => word[0].toUpperCase() + word.slice(1)).join("")
  const camel = pascal[0].toLowerCase() + pascal.slice(1)
  const spellings = { acme: camel, Acme: pascal, ACME: name.toUpperCase().replaceAll("-", "_") }
  // In texts, paths and URLs the name is as it was given; elsewhere in lower case it is an identifier.
  const spell = (_, before, found) => before !== "" && found === "acme" ? name : spellings[found]
  const renamed = (text) => text.replaceAll(/(?<=([/."]?))(acme|Acme|ACME)/g, spell)
  const moved = (text) => renamed(text).replaceAll("../../packages/", "../").replace(/^ {2}"private": true,\n/m, "")

  const files = readdirSync(template, { recursive: true })
    .filter((file) => isSource(file) && statSync(join(template, file)).isFile())
  const texts = Object.fromEntries([
    ...files.map((file) => [join("packages", name, renamed(file)), moved(readFileSync(join(template, file), "utf8"))]),
    [join(".changeset", `new-${name}.md`), `---\n"@mintmark/${name}": minor\n---\n\nThe first release.\n`]
  ])
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true })
    writeFileSync(join(workspace, path), text)
  }
  return Object.keys(texts)
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const name = process.argv[2] ?? ""
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    fail("a name in lower case is needed: npm run new-provider -- acme-voice.")
  }
  if (existsSync(join(root, "packages", name))) fail(`packages/${name} exists already.`)
  for (const path of newProvider(name)) console.log(path)
  run("dprint", ["fmt", "--log-level=warn"])
  // The tools that try every package try this one, too.
  const tools = ["docs-tests", "package-tests", "reference"].flatMap((tool) => ["--filter", `./tools/${tool}`])
  if (run("pnpm", [...tools, "add", "--save-dev", "--workspace", "--silent", `@mintmark/${name}`]) !== 0) {
    process.exit(1)
  }
  console.log(`
It passes: npx vitest run packages/${name}
The facts go where TODO stands (grep -rn TODO packages/${name}); docs/adding-a-provider.md goes through them.`)
}
