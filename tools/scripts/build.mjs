// Builds the package in the current directory: types and JavaScript by TypeScript, then `/* #__PURE__ */` before
// every call at the top of a module, so that a bundler may drop what an application doesn't use.
import { transformFileAsync } from "@babel/core"
import annotatePureCalls from "babel-plugin-annotate-pure-calls"
import { spawnSync } from "node:child_process"
import { readdir, rm, writeFile } from "node:fs/promises"
import { basename, join } from "node:path"

// What an earlier build left behind must not be shipped, and must not stand in for what this one makes.
await rm("dist", { recursive: true, force: true })
const compiled = spawnSync("tsc", ["-p", "tsconfig.build.json"], { stdio: "inherit" })
if (compiled.status !== 0) process.exit(1)

const files = (await readdir("dist", { recursive: true })).filter((file) => file.endsWith(".js"))
await Promise.all(files.map(async (file) => {
  const path = join("dist", file)
  const { code, map } = await transformFileAsync(path, {
    babelrc: false,
    configFile: false,
    plugins: [annotatePureCalls],
    sourceMaps: true
  })
  await writeFile(path, `${code}\n//# sourceMappingURL=${basename(path)}.map\n`)
  await writeFile(`${path}.map`, JSON.stringify(map))
}))

await rm("dist/.tsbuildinfo")
