import type { Measurement } from "./Measurement.ts"
import { markdown } from "./Table.ts"

/** A measurement, as a section of the page: it says how it is made again, and of when it is. */
export const section = (name: string, measurement: Measurement, made: string): string =>
  between(
    name,
    markdown({
      ...measurement,
      about: `${measurement.about}\n\n\`npm run bench ${name}\` measures this again. These figures are ${made}.`
    })
  )

/** The section of a page that is written already, if it has one. */
export const sectionOf = (page: string, name: string): string | undefined => {
  const [start, end] = marks(name)
  const [from, to] = [page.indexOf(start), page.indexOf(end)]
  return from === -1 || to === -1 ? undefined : page.slice(from, to + end.length)
}

/** The page with another text between its marks. */
export const withSection = (page: string, name: string, text: string): string => {
  const known = sectionOf(page, name)
  if (known === undefined) throw new Error(`no place for ${name}`)
  return page.replace(known, () => text)
}

/** A text between the marks by which it is found. */
export const between = (name: string, text: string): string => marks(name).join(`\n\n${text}\n\n`)

const marks = (name: string): readonly [start: string, end: string] => [
  `<!-- ${name}: written by npm run bench -->`,
  `<!-- /${name} -->`
]
