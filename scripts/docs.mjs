// Type-checks the code of the documents: every `ts` block of the README files, of docs/ and of docstrings, against the
// workspace as it is. What a block's info string may say besides `ts`, none of which shows on the page:
//
//   ```ts continues                the block goes on where the one before it ended
//   ```ts file=examples/a/src/b.ts  the block is that file, word for word; for other languages too
//
// Code that a block needs and a reader doesn't stands before it in a comment: <!-- ts ... -->
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { pathToFileURL } from "node:url"
import { packages, root } from "./workspace.mjs"

const filesIn = (folder) =>
  !existsSync(folder) ? [] : readdirSync(folder, { recursive: true }).map((file) => join(folder, file))

/** Every document: its path in the workspace, and its text with everything else on blank lines. */
const documents = (workspace) => {
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
const hidden = /^<!--\s*ts\b(?<info>[^>]*)$/
const typescript = new Set(["ts", "typescript"])

/** The blocks of a document: the line before each, its lines, its language, and what else its info string says. */
export const blocks = (text) => {
  const found = []
  const lines = text.split("\n")
  for (let line = 0; line < lines.length; line++) {
    const visible = opening.exec(lines[line])?.groups
    const { fence, indent = "", info, language = "ts" } = visible ?? hidden.exec(lines[line])?.groups ?? {}
    if (info === undefined) continue
    const code = []
    const from = line + 1
    while (++line < lines.length && !(visible ? isClosing(lines[line], fence) : lines[line].trim() === "-->")) {
      code.push(lines[line].startsWith(indent) ? lines[line].slice(indent.length) : lines[line])
    }
    found.push({ code, from, hidden: visible === undefined, language, words: info.split(/\s+/).filter(Boolean) })
  }
  return found
}

const isClosing = (line, fence) => line.trim().startsWith(fence) && /^(`+|~+)$/.test(line.trim())

/** Puts the TypeScript that belongs together into one program, each block on the lines that it has in the document. */
export const programs = (found) => {
  const made = []
  let isOpen = false
  for (const block of found.filter(({ language }) => typescript.has(language))) {
    if (!(isOpen || block.words.includes("continues")) || made.length === 0) made.push([])
    const lines = made.at(-1)
    while (lines.length < block.from) lines.push("")
    lines.push(...block.code)
    isOpen = block.hidden
  }
  return made.map((lines) => `${lines.join("\n")}\n`)
}

const wordProblems = (workspace, name, { code, from, language, words }) =>
  words.flatMap((word) => {
    if (word === "continues") return []
    const file = /^file=(.+)$/.exec(word)?.[1]
    if (file === undefined && !typescript.has(language)) return []
    if (file === undefined) return [`${name}:${from} has an info string that says nothing here: ${word}.`]
    if (!existsSync(join(workspace, file))) return [`${name}:${from} names a file that isn't there: ${file}.`]
    return readFileSync(join(workspace, file), "utf8").trimEnd() === code.join("\n")
      ? []
      : [`${name}:${from} is not word for word what stands in ${file}.`]
  })

// A folder for each package, in which the package's own dependencies are found, and above them the whole workspace.
const layOut = (workspace, folder) => {
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

/** Everything that is wrong with the documents' code, as a line each. */
export const problems = (workspace = root) => {
  const folder = join(workspace, "node_modules", ".cache", "mintmark", "docs")
  const write = layOut(workspace, folder)
  const found = []
  const files = []
  for (const { name, text } of documents(workspace)) {
    const own = blocks(text)
    found.push(...own.flatMap((block) => wordProblems(workspace, name, block)))
    programs(own).forEach((program, index) => {
      const file = `${name}.${index}.ts`
      write(file, program)
      files.push(file)
    })
  }
  if (files.length === 0) return found

  write(
    "tsconfig.json",
    JSON.stringify({
      extends: relative(folder, join(workspace, "tsconfig.json")),
      compilerOptions: { noUnusedLocals: false, noUnusedParameters: false, tsBuildInfoFile: "../docs.tsbuildinfo" },
      files
    })
  )
  const { error, status, stderr, stdout } = spawnSync(
    "tsc",
    ["-p", join(folder, "tsconfig.json"), "--pretty", "false"],
    {
      cwd: folder,
      encoding: "utf8"
    }
  )
  if (error) return [...found, `tsc could not be started: ${error.message}.`]
  const said = `${stdout}${stderr}`.trim()
    .replaceAll(/^(.+)\.\d+\.ts\((\d+),(\d+)\): /gm, "$1:$2:$3 ")
  return status === 0 ? found : [...found, ...said.split("\n")]
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const found = problems()
  for (const line of found) console.error(line)
  if (found.length > 0) console.error("How blocks lean on each other is told at the head of scripts/docs.mjs.")
  process.exit(found.length === 0 ? 0 : 1)
}
