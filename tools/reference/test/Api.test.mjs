// What each published package exports, as text: the declarations of its public modules without their comments, by name.
// The texts stand in git (packages/*/api.txt), so that a review sees a change of a public type. `npm run api` writes
// them anew.
import { packages } from "@mintmark/scripts/workspace"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import ts from "typescript"
import { describe, expect, it } from "vitest"

const printer = ts.createPrinter({ removeComments: true })

/** What a statement is sorted by: imports come first, then names. Overloads stay in their order. */
const key = (statement, text) => {
  if (ts.isImportDeclaration(statement)) return ` ${text}`
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations[0].name.text
  return statement.name?.text ?? text
}

const declarations = (path) => {
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest)
  return source.statements
    .filter((statement) => !(ts.isExportDeclaration(statement) && statement.exportClause?.elements?.length === 0))
    .map((statement) => ({ statement, text: printer.printNode(ts.EmitHint.Unspecified, statement, source) }))
    .map(({ statement, text }) => ({ key: key(statement, text), text }))
    .toSorted((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0)
    .map(({ text }) => text.replaceAll("    ", "  "))
}

/** The public modules of a package, and the path of the declarations of each. */
const modules = ({ manifest, path }) => {
  const { exports } = manifest.publishConfig
  const named = exports["./*"] === undefined ? [] : readdirSync(join(path, "dist"))
    .flatMap((file) => /^(\w+)\.d\.ts$/.exec(file)?.slice(1) ?? [])
    .filter((name) => name !== "index" && exports[`./${name}`] !== null)
  return ["index", ...named].map((name) => ({
    name: name === "index" ? manifest.name : `${manifest.name}/${name}`,
    path: join(path, "dist", `${name}.d.ts`)
  }))
}

describe("the public types", () => {
  for (const one of packages().filter(({ manifest }) => manifest.private !== true)) {
    it(`of ${one.manifest.name} are those that its api.txt has`, async () => {
      const texts = modules(one).map(({ name, path }) => `# ${name}\n\n${declarations(path).join("\n")}\n`)
      await expect(texts.join("\n\n")).toMatchFileSnapshot(join(one.path, "api.txt"))
    })
  }
})
