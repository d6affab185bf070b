// Reads the documents (the README files, docs/ and docstrings): what stands in their code blocks, and whether that makes
// sense. No other tool knows blocks that continue one another. `npm run check:docs` compiles the `ts` blocks with the
// workspace, tools/docs-tests runs them, and remark-validate-links follows the links. What a block's info string may say
// besides its language:
//
//   ```ts continues                 the block goes on where the one before it ended
//   ```ts file=examples/a/src/b.ts  the block is that file, word for word; for other languages too
//   ```diff ts                      two programs: the one before, and the one after
//   ```text prints                  what the code before it prints; after commands, any number may be another one
//   ```sh serves                    the commands run until those after them are done
//   ```sh minutes                   the commands take minutes, and are left to those who want to know
//   ```sh tried=tools/scripts/a.test.mjs  the commands are tried there, and not by tools/docs-tests
//
// Nothing is hidden: what a reader sees can be pasted and run.
import MarkdownIt from "markdown-it"
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { root } from "./workspace.mjs"

const markdown = new MarkdownIt()
const read = (workspace, file) => readFileSync(join(workspace, file), "utf8")
const docstrings = (source) => source.split("\n").map((line) => /^\s*\*(?: (.*))?$/.exec(line)?.[1] ?? "").join("\n")

/** Every document: its path in the workspace, and its text with everything else on blank lines. */
export const documents = (workspace = root) =>
  globSync(["*.md", "docs/**/*.md", "{packages,tools,examples}/*/{*.md,src/**/*.ts}"], { cwd: workspace })
    .toSorted().map((name) => ({ name, text: read(workspace, name) }))
    .map(({ name, text }) => ({ name, text: name.endsWith(".md") ? text : docstrings(text) }))

/** The blocks of a document: the line before each, its lines, its language, and what else its info string says. */
export const blocks = (text) =>
  markdown.parse(text, {}).filter(({ type }) => type === "fence").map(({ content, info, map }) => {
    const [language, ...words] = info.trim().replace(/^typescript\b/, "ts").split(/\s+/)
    return { code: content.split("\n").slice(0, -1), from: map[0] + 1, language, words }
  })

/** Whether a program is one for Vitest. */
export const isTest = (program) => /from "((@effect\/)?vitest|@mintmark\/conformance)"/.test(program)

/**
 * Puts the TypeScript that belongs together into one program, each block on the lines that it has in the document.
 * With it comes what the document says that it prints.
 */
export const programs = (found) => {
  const made = []
  const add = ({ from, words }, code, isNew = true) => {
    const isFile = words.some((word) => word.startsWith("file="))
    if (isNew || made.length === 0) made.push({ isFile, line: from, lines: [], prints: [] })
    const { lines } = made.at(-1)
    lines.push(...Array(from - lines.length).fill(""), ...code)
  }
  for (const block of found) {
    const { code, language, words } = block
    if (words.includes("prints")) made.at(-1)?.prints.push(...code)
    if (language === "ts") add(block, code, !words.includes("continues"))
    if (language !== "diff" || !words.includes("ts")) continue
    for (const other of ["+", "-"]) add(block, code.map((line) => line.startsWith(other) ? "" : line.slice(2)))
  }
  return made.map(({ lines, ...program }) => ({ ...program, text: `${lines.join("\n")}\n` }))
}

/** Every program of the documents: the document, a file for it, and the package among whose dependencies it is run. */
export const allPrograms = (workspace = root) =>
  documents(workspace).flatMap(({ name, text }) =>
    programs(blocks(text)).map((program, index) => {
      // Among the dependencies of that package alone, `effect` is Effect 3.
      const isEffect3 = program.text.includes("@mintmark/effect-3") || name.includes("/effect-3/")
      const file = `${name}.${index}.${isTest(program.text) ? "test.ts" : "ts"}`
      return { ...program, among: isEffect3 ? "packages/effect-3" : "tools/docs-tests", file, name }
    })
  )

/** Writes programs into a folder of this name, each among its dependencies, and returns them with the folder. */
export const layOut = (name, programs, workspace = root) => {
  for (const old of globSync(`{packages,tools}/*/.programs/${name}`, { cwd: workspace })) {
    rmSync(join(workspace, old), { recursive: true })
  }
  const placed = programs.map((program) => ({ ...program, folder: join(workspace, program.among, ".programs", name) }))
  for (const { file, folder, text } of placed) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  return placed
}

const meaningful = { continues: "ts", prints: "text", serves: "sh", minutes: "sh", ts: "diff" }

const wordProblem = (workspace, { code, language }, word) => {
  if (meaningful[word] === language) return []
  const [, key, file] = /^(file|tried)=(.+)$/.exec(word) ?? []
  if (file === undefined) {
    return Object.values(meaningful).includes(language) ? [`has an info string that says nothing here: ${word}`] : []
  }
  if (!existsSync(join(workspace, file))) return [`names a file that isn't there: ${file}`]
  const isRight = key === "tried" || read(workspace, file).trimEnd() === code.join("\n")
  return isRight ? [] : [`is not word for word what stands in ${file}`]
}

/** Everything that is wrong with the info strings, and the scripts that documents name, as a line each. */
export const problems = (workspace = root) => {
  const manifests = globSync(["package.json", "{packages,tools,examples}/*/package.json"], { cwd: workspace })
  const scripts = manifests.flatMap((file) => Object.keys(JSON.parse(read(workspace, file)).scripts ?? {}))
  const scriptProblems = (line) =>
    [...line.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)]
      .map(([, script, ordinary]) => script ?? ordinary)
      .filter((script) => !scripts.includes(script))
      .map((script) => `tells to run a script that isn't there: ${script}`)
  return documents(workspace).flatMap(({ name, text }) => {
    const found = [
      ...blocks(text).flatMap((block) =>
        block.words.flatMap((word) => wordProblem(workspace, block, word)).map((problem) => [block.from, problem])
      ),
      ...text.split("\n").flatMap((line, index) => scriptProblems(line).map((problem) => [index + 1, problem]))
    ]
    return found.map(([line, problem]) => `${name}:${line} ${problem}.`)
  })
}

if (import.meta.main) {
  layOut("types", allPrograms())
  const found = problems()
  for (const line of found) console.error(line)
  if (found.length > 0) console.error("The head of tools/scripts/docs.mjs says what blocks may be.")
  process.exitCode = found.length === 0 ? 0 : 1
}
