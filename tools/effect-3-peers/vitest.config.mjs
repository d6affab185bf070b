// Runs the tests of effect-3 with the oldest Effect 3 and @effect/platform that its peer dependencies allow: to the files
// of that package, `effect` and `@effect/platform` are those of this folder.
import { fileURLToPath, pathToFileURL } from "node:url"
import { defineConfig, mergeConfig } from "vitest/config"

const tested = fileURLToPath(new URL("../../packages/effect-3/", import.meta.url))
const here = fileURLToPath(import.meta.url)
const { default: workspace } = await import(new URL("../../vitest.config.ts", import.meta.url).href)

const oldest = {
  name: "oldest-peers",
  enforce: "pre",
  async resolveId(source, importer) {
    if (!importer?.startsWith(tested) || !/^(effect|@effect\/platform)(\/|$)/.test(source)) return
    const { id } = await this.resolve(source, here, { skipSelf: true })
    return { id: pathToFileURL(id).href, external: true }
  }
}

// The cache has what these files are with the other Effect 3.
export default mergeConfig(workspace, defineConfig({ plugins: [oldest], test: { dir: tested, fsModuleCache: false } }))
