// The licenses of the packages in a bundle, to be shipped beside it. esbuild and rolldown only collect comments.
import { readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"

/** The folder of the package that a file belongs to. */
const packageOf = (file) => /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]

/** Writes the licenses of all packages whose files are inputs of a bundle. */
export const writeNotices = async (metafile, path) => {
  const folders = [...new Set(Object.keys(metafile.inputs).map(packageOf))].filter((folder) => folder !== undefined)
  const notices = await Promise.all(
    folders.toSorted().map(async (folder) => {
      const { license, name, version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"))
      const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name))
      if (file === undefined) throw new Error(`${name} ships no license to pass on`)
      return `${name} ${version} (${license})\n\n${await readFile(join(folder, file), "utf8")}`
    })
  )
  await writeFile(path, notices.join(`\n${"-".repeat(80)}\n\n`))
}
