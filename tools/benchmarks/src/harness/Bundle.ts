import { build, transform } from "esbuild"
import { builtinModules } from "node:module"
import { brotliCompressSync, gzipSync } from "node:zlib"
import { rolldown } from "rolldown"

/** What a bundle weighs, in bytes. */
export interface Weight {
  readonly minified: number
  readonly gzip: number
  readonly brotli: number
}

export interface Bundled extends Weight {
  /** How much lighter it would be without our own modules. */
  readonly own: Weight
  /** The modules that are in it, such as `effect/dist/Effect.js`. */
  readonly modules: ReadonlyArray<string>
  /** How many bytes of it each module is, before blanks are removed and it is compressed. */
  readonly bytes: Readonly<Record<string, number>>
  /** What it still imports. */
  readonly imports: ReadonlyArray<string>
  readonly code: string
}

const weigh = (code: string | Uint8Array): Weight => ({
  minified: Buffer.byteLength(code),
  gzip: gzipSync(code, { level: 9 }).length,
  brotli: brotliCompressSync(code).length
})

/** A program's bundle by esbuild. */
export const byEsbuild = async (program: string): Promise<Bundled> => {
  const { metafile, outputFiles: [file] } = await build({
    entryPoints: [program],
    bundle: true,
    minifyIdentifiers: true,
    minifySyntax: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    mainFields: ["module", "main"],
    external: ["node:*", ...builtinModules],
    metafile: true,
    write: false,
    logLevel: "silent"
  })
  const code = file?.text ?? ""
  const whole = weigh(await dense(code))
  const bytes = Object.fromEntries(
    Object.values(metafile.outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).map(([path, { bytesInOutput }]) => [shortOf(path), bytesInOutput])
    )
  )
  return {
    ...whole,
    code,
    own: await weightOf(code, (module) => module.startsWith("@mintmark/")),
    imports: Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path)),
    modules: Object.keys(bytes).filter((module) => bytes[module] !== 0),
    bytes
  }
}

const dense = async (code: string): Promise<string> => (await transform(code, { minifyWhitespace: true })).code

// As long as it may, esbuild writes the name of each module above its code.
const without = (code: string, leavesOut: (module: string) => boolean): string => {
  let isLeftOut = false
  return code.split("\n").filter((line) => {
    const name = /^\/\/ (\S+\.js)$/.exec(line)?.[1]
    if (name !== undefined) isLeftOut = leavesOut(shortOf(name))
    return !isLeftOut
  }).join("\n")
}

const shortOf = (path: string): string => path.replace(/^.*node_modules\//, "")

/** How much lighter the code of a bundle would be without some of its modules. */
export const weightOf = async (code: string, isPart: (module: string) => boolean): Promise<Weight> => {
  const [whole, rest] = [weigh(await dense(code)), weigh(await dense(without(code, isPart)))]
  return {
    minified: whole.minified - rest.minified,
    gzip: whole.gzip - rest.gzip,
    brotli: whole.brotli - rest.brotli
  }
}

/** The same by rolldown. */
export const byRolldown = async (program: string): Promise<Weight> => {
  const bundle = await rolldown({
    input: program,
    platform: "neutral",
    resolve: { mainFields: ["module", "main"] },
    external: [/^node:/, ...builtinModules],
    logLevel: "silent"
  })
  const { output: [chunk] } = await bundle.generate({ minify: true })
  await bundle.close()
  return weigh(chunk.code)
}
