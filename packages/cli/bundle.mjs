// Puts the built command and all that it imports into a few files, so that `npx` fetches one small package, which
// starts quickly and asks nothing of the Node that runs it but to be 20 or later.
import { writeNotices } from "@mintmark/scripts/notices"
import { build } from "esbuild"
import { cp, readdir, readFile, rm } from "node:fs/promises"
import { dirname, join } from "node:path"

const isLibrary = (file) => /^(index|ExitCode)\./.test(file)
for (const file of await readdir("dist")) {
  if (!isLibrary(file)) await rm(join("dist", file), { recursive: true })
}

const page = "../../src/page/"

/** The sandbox finds its page by a path that leads elsewhere from here. */
const movePage = {
  name: "move-page",
  setup: ({ onLoad }) =>
    onLoad({ filter: /sandbox\/(src|dist)\/internal\/page\.[jt]s$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8")
      if (!source.includes(page)) throw new Error(`${path} no longer reads ${page}`)
      await cp(join(dirname(path), page), "dist/page", { recursive: true })
      return { contents: source.replaceAll(page, "./page/"), loader: path.endsWith(".ts") ? "ts" : "js" }
    })
}

const { metafile } = await build({
  entryPoints: ["src/bin.ts"],
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  // For a sandbox over TLS alone, which the command doesn't start.
  external: ["selfsigned"],
  // A CommonJS package among the imports asks for Node's own modules by `require`.
  banner: { js: `import { createRequire as from } from "node:module"; const require = from(import.meta.url);` },
  plugins: [movePage],
  metafile: true,
  logLevel: "warning"
})

writeNotices(metafile, "dist/THIRD-PARTY.txt")
