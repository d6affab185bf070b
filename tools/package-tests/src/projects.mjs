// A project for each package, in which nothing stands but that package, `effect`, and what its README says to install.
import { blocks, isTest, programs } from "@mintmark/scripts/docs"
import { packages, root } from "@mintmark/scripts/workspace"
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { join, relative } from "node:path"
import { modules, published } from "./packages.mjs"
import { npmrc } from "./registry.mjs"
import { fetched } from "./run.mjs"

export const folder = process.env.MINTMARK_PUBLISHED ?? ""

/** Where the project of a package is. */
export const projectOf = ({ short }, from = folder) => join(from, "projects", short)

/** The examples, by the names of their folders. */
export const examples = packages().flatMap(({ folder }) => /^examples\/(.+)$/.exec(folder)?.slice(1) ?? [])

/** Where the copy of an example is. */
export const copyOf = (example, from = folder) => join(from, "examples", example)

/** Copies an example as the release leaves it: a folder of its own, with nothing of the workspace around it. */
export const copy = (example, to, from = folder) =>
  cpSync(join(from, "workspace", "examples", example), to, { recursive: true })

/** The packages that a README tells to install. */
export const installed = (readme) =>
  blocks(readme)
    .flatMap(({ code }) => code)
    .filter((line) => /^npm (install|i|add) /.test(line))
    .slice(0, 1)
    .flatMap((line) => line.split(" ").slice(2))
    .filter((word) => word !== "" && !/^[-.]/.test(word))

/** The first program of a README, with all that continues it. */
export const programOf = ({ readme }) => programs(blocks(readme))[0]?.text

/** What of it is run: the program itself, since its continuation may need a server that isn't there. */
const runnable = (readme) => {
  const found = blocks(readme)
  return programs(found.slice(0, found.findIndex(({ language }) => language === "ts") + 1))[0].text
}

// What the workspace's own lock file has in one version alone, so that a new release elsewhere changes nothing here.
const pinned = () => {
  const versions = new Map()
  for (
    const [, name, version] of readFileSync(join(root, "pnpm-lock.yaml"), "utf8").matchAll(
      /^ {2}'?(@?[^@'\s]+)@([^'():\s]+)'?:$/gm
    )
  ) {
    versions.set(name, versions.get(name) === undefined || versions.get(name) === version ? version : null)
  }
  return Object.fromEntries([...versions].filter(([, version]) => version !== null))
}

const write = (path, content) => {
  mkdirSync(join(path, ".."), { recursive: true })
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content, null, 2))
}

/**
 * Writes the projects, copies the examples beside them, and installs them all at once by name from a registry: each sees
 * what is its own, and no more.
 */
export const install = async (into, registry) => {
  const overrides = pinned()
  write(join(into, ".npmrc"), npmrc(registry))
  write(join(into, "package.json"), { private: true })
  write(
    join(into, "pnpm-workspace.yaml"),
    [
      "packages: [projects/*, examples/*]",
      "pmOnFail: ignore",
      "allowBuilds: { esbuild: false, msgpackr-extract: false, workerd: false }",
      "overrides:",
      ...Object.entries(overrides).map(([name, version]) => `  "${name}": "${version}"`)
    ].join("\n")
  )

  for (const example of examples) copy(example, copyOf(example, into), into)
  for (const one of published) {
    const names = new Set([one.name, ...Object.keys(one.manifest.peerDependencies ?? {}), ...installed(one.readme)])
    const wanted = (name) =>
      name.startsWith("@mintmark/") ? "latest" : one.manifest.peerDependencies?.[name] ?? overrides[name] ?? "^4.1.0"
    write(join(projectOf(one, into), "package.json"), {
      name: `a-user-of-${one.short}`,
      private: true,
      type: "module",
      dependencies: Object.fromEntries([...names].map((name) => [name, wanted(name)]))
    })
    write(
      join(projectOf(one, into), "modules.ts"),
      modules(one).map((module, index) => `export * as module${index} from "${module}"\n`).join("")
    )
    const program = programOf(one)
    if (program === undefined) continue
    const name = isTest(program) ? "readme.test" : "readme"
    write(join(projectOf(one, into), `${name}.ts`), program)
    const toRun = isTest(program) ? program : runnable(one.readme)
    write(join(projectOf(one, into), `${name}.js`), stripTypeScriptTypes(toRun))
  }
  await fetched("pnpm", ["install", "--prefer-offline", "--no-frozen-lockfile"], {
    cwd: into,
    env: { ...process.env, CI: "true" }
  })
}

/** The `.ts` files of the projects of these packages. */
export const sources = (chosen) =>
  chosen.flatMap((one) =>
    readdirSync(projectOf(one)).filter((file) => file.endsWith(".ts")).map((file) => join(projectOf(one), file))
  )

/** Where a package was installed in its project. */
export const installedAt = (one) => join(projectOf(one), "node_modules", one.name)

/** Every file below a folder, but those of its dependencies. */
export const filesIn = (path) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith("node_modules"))
