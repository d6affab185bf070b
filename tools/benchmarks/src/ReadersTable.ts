import { handWritten, mintmark } from "./contestants/index.ts"
import { spread } from "./harness/Statistics.ts"
import type { Measurement } from "./Measurement.ts"
import { format, lines } from "./Table.ts"

/** By the names of the command line. */
export type Measurements = Readonly<Record<string, Measurement>>

const rows = [
  mintmark.name,
  handWritten.name,
  "google-auth-library",
  "@azure/core-rest-pipeline",
  "@commercetools/ts-client"
]

/** The README's table: what users notice, of a few libraries. Made of the measurements that are named in it. */
export const readersTable = (measurements: Measurements): string => {
  const figure = (name: string, group: string, title: string) => {
    const column = measurements[name]?.columns.find((column) => column.group === group && column.title === title)
    if (column === undefined) throw new Error(`${name} has no column ${group}, ${title}`)
    return (row: string) => {
      const values = column.figures[row]
      return values === undefined ? undefined : { value: spread(values).median, unit: column.unit }
    }
  }
  const cached = figure("cached", "In a fiber", "one caller")
  const request = figure("request", "Over undici", "one after the other")
  const many = (group: string) => {
    const [requests, failed, last] = ["token requests", "failed", "p99"].map((title) => figure("herd", group, title))
    return (row: string): string => {
      const [made, broken, time] = [requests?.(row), failed?.(row), last?.(row)]
      if (made === undefined || broken === undefined || time === undefined) return "–"
      if (broken.value > 0) return `${format(broken.value, "count")} fail`
      const plural = made.value === 1 ? "request" : "requests"
      return `${format(made.value, "count")} token ${plural}, ${format(time.value, time.unit)}`
    }
  }
  const show = (found: ReturnType<typeof cached>): string =>
    found === undefined
      ? "–"
      : found.unit === "ns"
      ? `${(found.value / 1_000).toFixed(2)} µs`
      : format(found.value, found.unit)

  const cold = many("10,000 callers at a cold cache")
  const revoked = many("10,000 callers when the token was revoked")
  return lines([
    ["", "a cached token", "a token request", "10,000 callers, no token yet", "10,000 requests, token revoked"],
    ["---", "---:", "---:", "---:", "---:"],
    ...rows.map((row) => [row, show(cached(row)), show(request(row)), cold(row), revoked(row)])
  ])
}
