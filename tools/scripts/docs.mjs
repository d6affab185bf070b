// Reads the documents (the README files, docs/ and docstrings), and type-checks every `ts` block of them against the
// workspace: no other tool does it for blocks that continue one another. tools/docs-tests runs what is found here, and
// remark-validate-links follows the links. What a block's info string may say besides its language:
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
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { pathToFileURL } from "node:url"
import { packages, root } from "./workspace.mjs"

const filesIn = (folder) =>
  !existsSync(folder) ? [] : readdirSync(folder, { recursive: true }).map((file) => join(folder, file))

/** Every document: its path in the workspace, and its text with everything else on blank lines. */
export const documents = (workspace = root) => {
  const folders = packages(workspace).map(({ path }) => path)
  const pages = [
    ...readdirSync(workspace).map((file) => join(workspace, file)),
    ...filesIn(join(workspace, "docs")),
    ...folders.flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)))
  ].filter((file) => file.endsWith(".md"))
  const sources = folders.flatMap((folder) => filesIn(join(folder, "src"))).filter((file) => file.endsWith(".ts"))
  return [
    ...pages.map((path) => ({ path, text: readFileSync(path, "utf8") })),
    ...sources.map((path) => ({ path, text: docstrings(readFileSync(path, "utf8")) }))
  ].map(({ path, text }) => ({ name: relative(workspace, path), text }))
}

const docstrings = (source) => source.split("\n").map((line) => /^\s*\*(?: (.*))?$/.exec(line)?.[1] ?? "").join("\n")

const opening = /^(?<indent>\s*)(?<fence>`{3,}|~{3,})\s*(?<language>[^\s`]*)(?<info>[^`]*)$/
const checked = ["ts", "typescript", "sh", "text", "diff"]
const isTypeScript = (language) => language === "ts" || language === "typescript"

/** The blocks of a document: the line before each, its lines, its language, and what else its info string says. */
export const blocks = (text) => {
  const found = []
  const lines = text.split("\n")
  for (let line = 0; line < lines.length; line++) {
    const opened = opening.exec(lines[line])?.groups
    if (opened === undefined) continue
    const { fence, indent, info, language } = opened
    const code = []
    const from = line + 1
    while (++line < lines.length && !isClosing(lines[line], fence)) {
      code.push(lines[line].startsWith(indent) ? lines[line].slice(indent.length) : lines[line])
    }
    found.push({ code, from, language, words: info.split(/\s+/).filter(Boolean) })
  }
  return found
}

const isClosing = (line, fence) => line.trim().startsWith(fence) && /^(`+|~+)$/.test(line.trim())

/**
 * Puts the TypeScript that belongs together into one program, each block on the lines that it has in the document.
 * With it comes what the document says that it prints.
 */
const composed = (found) => {
  const made = []
  const add = (block, isNew, code) => {
    if (isNew || made.length === 0) {
      const isFile = block.words.some((word) => word.startsWith("file="))
      made.push({ isFile, line: block.from, lines: [], prints: [] })
    }
    const { lines } = made.at(-1)
    while (lines.length < block.from) lines.push("")
    lines.push(...code)
  }
  for (const block of found) {
    const { code, language, words } = block
    if (words.includes("prints")) made.at(-1)?.prints.push(...code)
    if (isTypeScript(language)) add(block, !words.includes("continues"), code)
    if (language === "diff" && words.includes("ts")) {
      for (const other of ["+", "-"]) {
        add(block, true, code.map((line) => line.startsWith(other) ? "" : line.slice(2)))
      }
    }
  }
  return made.map(({ lines, ...program }) => ({ ...program, text: `${lines.join("\n")}\n` }))
}

/** The programs of a document, as texts. */
export const programs = (found) => composed(found).map(({ text }) => text)

/** Every program of the documents: the document and the line where it begins, a file for it, and what it prints. */
export const allPrograms = (workspace = root) =>
  documents(workspace).flatMap(({ name, text }) =>
    composed(blocks(text)).map((program, index) => {
      // Among the dependencies of that package alone, `effect` is Effect 3.
      const among = program.text.includes("@mintmark/effect-3") && !name.includes("/effect-3/")
        ? "packages/effect-3/"
        : ""
      const end = isTest(program.text) ? "test.ts" : "ts"
      return { ...program, file: `${among}${name}.${index}.${end}`, name }
    })
  )

/** Whether a program is one for Vitest. */
export const isTest = (program) => /from "((@effect\/)?vitest|@mintmark\/conformance)"/.test(program)

const meaningful = { continues: ["ts", "typescript"], prints: ["text"], serves: ["sh"], minutes: ["sh"], ts: ["diff"] }

const wordProblem = (workspace, { code, language }, word) => {
  if (meaningful[word]?.includes(language)) return undefined
  const [, key, file] = /^(file|tried)=(.+)$/.exec(word) ?? []
  if (file === undefined) {
    return checked.includes(language)
      ? `has an info string that says nothing here: ${word}`
      : undefined
  }
  if (!existsSync(join(workspace, file))) return `names a file that isn't there: ${file}`
  if (key === "tried" || readFileSync(join(workspace, file), "utf8").trimEnd() === code.join("\n")) return undefined
  return `is not word for word what stands in ${file}`
}

const wordProblems = (workspace, { name, text }) =>
  blocks(text).flatMap((block) =>
    block.words.map((word) => wordProblem(workspace, block, word))
      .filter((problem) => problem !== undefined)
      .map((problem) => `${name}:${block.from} ${problem}.`)
  )

const scriptProblems = (workspace, { name, text }) => {
  const manifests = [workspace, ...packages(workspace).map(({ path }) => path)].map((path) =>
    join(path, "package.json")
  )
  const scripts = manifests.filter((path) => existsSync(path))
    .flatMap((path) => Object.keys(JSON.parse(readFileSync(path, "utf8")).scripts ?? {}))
  return text.split("\n").flatMap((line, index) =>
    [...line.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)]
      .map(([, script, ordinary]) => script ?? ordinary)
      .filter((script) => !scripts.includes(script))
      .map((script) => `${name}:${index + 1} tells to run a script that isn't there: ${script}.`)
  )
}

/** Makes a folder for each package, in which its own dependencies are found, and above them the whole workspace. */
export const layOut = (workspace, folder) => {
  rmSync(folder, { force: true, recursive: true })
  const link = (target, path) => {
    if (!existsSync(target) || existsSync(path)) return
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync(target, path)
  }
  for (const { folder: name, manifest, path } of packages(workspace)) {
    link(join(path, "node_modules"), join(folder, name, "node_modules"))
    if (manifest.name !== undefined) link(path, join(folder, "node_modules", manifest.name))
    for (const dependency of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) {
      link(join(path, "node_modules", dependency), join(folder, "node_modules", dependency))
    }
  }
  const write = (path, text) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  write("package.json", JSON.stringify({ type: "module" }))
  return write
}

/** Everything that is wrong with the documents, as a line each. */
export const problems = (workspace = root) => {
  const folder = join(workspace, "node_modules", ".cache", "mintmark", "docs")
  const write = layOut(workspace, folder)
  const pages = documents(workspace)
  const found = pages.flatMap((page) => [
    ...wordProblems(workspace, page),
    ...(page.name.endsWith(".md") ? scriptProblems(workspace, page) : [])
  ])
  const foundPrograms = allPrograms(workspace)
  for (const { file, text } of foundPrograms) write(file, text)
  if (foundPrograms.length === 0) return found
  const files = foundPrograms.map(({ file }) => file)
  const names = new Map(foundPrograms.map(({ file, name }) => [file, name]))

  write(
    "tsconfig.json",
    JSON.stringify({
      extends: relative(folder, join(workspace, "tsconfig.json")),
      compilerOptions: { noUnusedLocals: false, noUnusedParameters: false, tsBuildInfoFile: "../docs.tsbuildinfo" },
      files
    })
  )
  const { error, status, stderr, stdout } = spawnSync("tsc", ["-p", folder, "--pretty", "false"], {
    cwd: folder,
    encoding: "utf8"
  })
  if (error) return [...found, `tsc could not be started: ${error.message}.`]
  const said = `${stdout}${stderr}`.trim()
    .replaceAll(/^(.+)\((\d+),(\d+)\): /gm, (_, file, line, column) => `${names.get(file) ?? file}:${line}:${column} `)
  return status === 0 ? found : [...found, ...said.split("\n")]
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const found = problems()
  for (const line of found) console.error(line)
  if (found.length > 0) console.error("The head of tools/scripts/docs.mjs says what blocks may be.")
  process.exit(found.length === 0 ? 0 : 1)
}
