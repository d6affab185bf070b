import { execFile } from "node:child_process"
import { promisify } from "node:util"

const run = promisify(execFile)

/** The modules that importing a package loads in a fresh Node process, such as `effect/dist/Effect.js`. */
export const modulesOf = async (folder: string, specifiers: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const source = `import { registerHooks } from "node:module"
const loaded = []
registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
for (const specifier of ${JSON.stringify(specifiers)}) await import(specifier)
process.stdout.write(JSON.stringify(loaded))`
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", source], {
    cwd: folder,
    maxBuffer: 16 * 2 ** 20
  })
  const loaded: ReadonlyArray<string> = JSON.parse(stdout)
  return loaded.map((url) => url.replace(/^.*\/node_modules\//, ""))
}
