// Builds the engine in: core, the providers, and what they need of Effect 4. What stays outside is the application's
// own Effect 3, and no type that is left speaks of anything else.
import { writeNotices } from "@mintmark/scripts/notices"
import { build } from "esbuild"
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { join, resolve, sep } from "node:path"

const own = resolve("src") + sep

const modules = (await readdir("src")).filter((file) => file.endsWith(".ts"))

for (const file of await readdir("dist")) {
  if (/\.js(\.map)?$/.test(file) || file === "internal") await rm(join("dist", file), { recursive: true })
}

/** To this package's own files `effect` is the application's; to core's and the providers' it is Effect 4. */
const applicationsOwn = {
  name: "applications-own",
  setup: ({ onResolve }) =>
    onResolve(
      { filter: /^(effect|@effect\/platform)(\/|$)/ },
      ({ importer, path }) => importer.startsWith(own) ? { path, external: true, sideEffects: false } : undefined
    )
}

/** Core and the providers as they are published: what is pure in them is marked, so that what is not used is left out. */
const asPublished = {
  name: "as-published",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^@mintmark\// }, ({ path }) => {
      const [, name, module] = /^@mintmark\/([^/]+)\/(.+)$/.exec(path)
      return { path: resolve("..", name, "dist", `${module}.js`), sideEffects: false }
    })
}

const { metafile } = await build({
  entryPoints: modules.map((file) => join("src", file)),
  outdir: "dist",
  chunkNames: "engine/[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "neutral",
  target: "es2022",
  plugins: [applicationsOwn, asPublished],
  metafile: true,
  logLevel: "warning"
})

const imported = new Set(
  Object.values(metafile.outputs).flatMap(({ imports }) => imports).filter(({ external }) => external).map(({ path }) =>
    path
  )
)
for (const path of imported) {
  if (!/^(effect|@effect\/platform)\//.test(path)) throw new Error(`the bundle still imports ${path}`)
}

// A type that is core's or a provider's is copied, with what it needs of its own module. What it needs of Effect has the
// same name there and in Effect 3.
const foreign = /^((?:import|export) type \{ (.*) \} from )"@mintmark\/([\w-]+)\/(\w+)"/gm
const statement =
  /^(?:\/\*\*(?:(?!\*\/)[^])*\*\/\n)?(?:export|import|declare)\b[^]*?(?=^(?:\/\*\*|export|import|declare|\/\/#)|(?![^]))/gm

const named = new Map()
await mkdir("dist/engine", { recursive: true })
for (const file of (await readdir("dist")).filter((file) => file.endsWith(".d.ts"))) {
  const types = await readFile(join("dist", file), "utf8")
  const own = types.replaceAll(foreign, (_, start, names, name, module) => {
    const copy = `${name}.${module}`
    const known = named.get(copy) ?? { path: resolve("..", name, "dist", `${module}.d.ts`), names: new Set() }
    for (const each of names.split(", ")) known.names.add(each.split(" ")[0])
    named.set(copy, known)
    return `${start}"./engine/${copy}.ts"`
  })
  await writeFile(join("dist", file), own)
}
for (const [copy, { names, path }] of named) {
  const statements = (await readFile(path, "utf8")).match(statement).map((text) => {
    const code = text.replace(/^\/\*\*(?:(?!\*\/)[^])*\*\/\n/, "")
    return { text, code, name: /^export (?:type|interface) (\w+)/.exec(code)?.[1] }
  })
  const mentions = ({ code }, name) => new RegExp(`\\b${name}\\b`).test(code)
  const wanted = new Set(statements.filter(({ name }) => names.has(name)))
  for (const each of wanted) {
    for (const other of statements) if (other.name !== undefined && mentions(each, other.name)) wanted.add(other)
  }
  const imports = statements.filter(({ code }) => {
    const local = /^import (?:type )?\* as (\w+) from/.exec(code)?.[1]
    return local !== undefined && [...wanted].some((each) => mentions(each, local))
  })
  const text = [...imports.map(({ code }) => code), ...[...wanted].map(({ text }) => text)].join("")
  await writeFile(join("dist/engine", `${copy}.d.ts`), text)
}
for (const folder of ["dist", "dist/engine"]) {
  for (const file of (await readdir(folder)).filter((file) => file.endsWith(".d.ts"))) {
    const types = await readFile(join(folder, file), "utf8")
    for (const [, path] of types.matchAll(/(?:^(?:import|export).* from |import\()"([^"]+)"/gm)) {
      if (!/^(effect|@effect\/platform)\/|^\.\/(engine\/[\w-]+\.)?\w+\.ts$/.test(path)) {
        throw new Error(`${folder}/${file} speaks of ${path}`)
      }
    }
  }
}

writeNotices(metafile, "dist/THIRD-PARTY.txt")
