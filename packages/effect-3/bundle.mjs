// Builds the engine in: core, the providers, and what they need of Effect 4. What stays outside is the application's
// own Effect 3, and no type that is left speaks of anything else.
import { writeNotices } from "@mintmark/scripts/notices"
import { build } from "esbuild"
import { readdir, readFile, rm } from "node:fs/promises"
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
for (const file of (await readdir("dist")).filter((file) => file.endsWith(".d.ts"))) {
  const types = await readFile(join("dist", file), "utf8")
  for (const [, path] of types.matchAll(/(?:^(?:import|export).* from |import\()"([^"]+)"/gm)) {
    if (!/^(effect|@effect\/platform)\/|^\.\/\w+\.ts$/.test(path)) throw new Error(`dist/${file} speaks of ${path}`)
  }
}

await writeNotices(metafile, "dist/THIRD-PARTY.txt")
