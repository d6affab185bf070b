import { ratios, spread } from "./harness/Statistics.ts"
import type { Column, Goal, Measurement, Unit } from "./Measurement.ts"

/** A measurement as Markdown: a table of all contestants, what had to be reached, and the notes. */
export const markdown = (measurement: Measurement): string =>
  [
    `## ${measurement.title}`,
    measurement.about,
    ...tables(measurement.columns),
    goals(measurement.columns),
    measurement.notes.map((note) => `- ${note}`).join("\n")
  ].filter((block) => block !== "").join("\n\n")

const tables = (columns: ReadonlyArray<Column>): ReadonlyArray<string> =>
  [...groupBy(columns, ({ group }) => group)].map(([group, columns]) => `### ${group}\n\n${table(columns)}`)

const table = (columns: ReadonlyArray<Column>, show = cell): string => {
  const rows = [...new Set(columns.flatMap(({ figures }) => Object.keys(figures)))]
  return lines([
    ["", ...columns.map(({ title }) => title)],
    ["---", ...columns.map(() => "---:")],
    ...rows.map((name) => [name, ...columns.map((column) => show(column, name))])
  ])
}

/** The rows of a table in Markdown, of which the first is its head and the second says how each column is aligned. */
export const lines = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => `| ${row.map((text, column) => pad(text, widths[column] ?? 0)).join(" | ")} |`).join("\n")
}

const pad = (text: string, width: number): string =>
  text === "---" ? "-".repeat(width) : text === "---:" ? `${"-".repeat(width - 1)}:` : text.padEnd(width)

/** A ratio with its spread where there is a floor, and the figure itself. */
const cell = (column: Column, name: string): string => {
  const values = column.figures[name]
  if (values === undefined) return ""
  const { median } = spread(values)
  const rate = column.isRate ? `, ${integer.format(1e6 / median)}/s` : ""
  const figure = `${format(median, column.unit)}${rate}`
  const floor = column.floor === undefined || column.floor === name ? undefined : column.figures[column.floor]
  return floor === undefined ? figure : `${ratio(values, floor)} (${figure})`
}

const ratio = (values: ReadonlyArray<number>, floor: ReadonlyArray<number>): string => {
  const { high, low, median } = spread(ratios(values, floor))
  return `**${times(median)}** ${times(low)}–${times(high)}`
}

/** A ratio, as the tables write it. */
export const times = (ratio: number): string => `×${ratio < 10 ? ratio.toFixed(2) : integer.format(ratio)}`

const integer = new Intl.NumberFormat("en", { maximumFractionDigits: 0 })

/** A figure, as the tables write it. */
export const format = (value: number, unit: Unit): string =>
  unit === "count" ? integer.format(value) : `${value < 10 ? value.toFixed(1) : integer.format(value)} ${unit}`

const goals = (columns: ReadonlyArray<Column>): string => {
  const found = columns.flatMap((column) => (column.goals ?? []).map((goal) => judge(column, goal)))
  if (found.length === 0) return ""
  const rows = [...groupBy(found, ({ what }) => what)].flatMap(([what, judgments]) => {
    const row = (what: string, { atMost, figure, show }: typeof judgments[number]) => [
      what,
      show(figure),
      show(atMost),
      figure <= atMost ? "reached" : "**missed**"
    ]
    // A count that must be reached in several tables is judged by its worst figure, and a ratio in each of them.
    return judgments.every(({ isRatio }) => isRatio) && judgments.length > 1
      ? judgments.map((judgment) => row(`${judgment.group}, ${what}`, judgment))
      : [row(what, judgments.reduce((a, b) => a.figure > b.figure ? a : b))]
  })
  return lines([["must be reached", "is", "at most", ""], ["---", "---:", "---:", "---"], ...rows])
}

const judge = (column: Column, goal: Goal) => ({
  group: column.group,
  isRatio: goal.to !== undefined,
  what: `${column.title}: ${goal.of}${goal.to === undefined ? "" : ` to ${others(goal.to)}`}`,
  figure: reached(column, goal),
  atMost: goal.atMost,
  show: (value: number) => goal.to === undefined ? format(value, column.unit) : times(value)
})

const others = (names: ReadonlyArray<string>): string =>
  names.length === 1 ? `${names[0]}` : `the best of the ${names.length} others that can do it`

const reached = ({ figures }: Column, { of, to }: Goal): number => {
  const values = figures[of] ?? []
  return to === undefined
    ? spread(values).median
    : Math.max(...to.map((other) => spread(ratios(values, figures[other] ?? [])).median))
}

const groupBy = <A>(values: ReadonlyArray<A>, key: (value: A) => string): ReadonlyMap<string, ReadonlyArray<A>> => {
  const groups = new Map<string, Array<A>>()
  for (const value of values) groups.set(key(value), [...groups.get(key(value)) ?? [], value])
  return groups
}
