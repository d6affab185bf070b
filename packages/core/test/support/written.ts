import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/**
 * A document of the workspace, and what it is with `text` between the comment `<!-- name -->` and its end. Spaces that
 * align a table's columns don't count. `MINTMARK_WRITE=1` writes it.
 */
export const written = (document: string, name: string, text: string): { found: string; made: string } => {
  const path = fileURLToPath(new URL(`../../../../${document}`, import.meta.url))
  const page = readFileSync(path, "utf8")
  const begin = `<!-- ${name} -->`
  const end = `<!-- /${name.split(":")[0]} -->`
  const made = `${page.slice(0, page.indexOf(begin) + begin.length)}\n\n${text}\n\n${page.slice(page.indexOf(end))}`
  if (process.env["MINTMARK_WRITE"] === "1") writeFileSync(path, made)
  return { found: page.replaceAll(/ +/g, " "), made: made.replaceAll(/ +/g, " ") }
}
