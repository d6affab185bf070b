// The licenses of the packages in a bundle, to be shipped beside it. esbuild and rolldown only collect comments.
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** Writes the licenses of all packages whose files are inputs of a bundle. */
export const writeNotices = ({ inputs }, path) => {
  const folderOf = (file) => /^.*\/node_modules\/(@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.slice(0, 1) ?? []
  const notices = [...new Set(Object.keys(inputs).flatMap(folderOf))].toSorted().map((folder) => {
    const { license, name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
    const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name))
    if (file === undefined) throw new Error(`${name} ships no license to pass on`)
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8")}`
  })
  writeFileSync(path, notices.join(`\n${"-".repeat(80)}\n\n`))
}
