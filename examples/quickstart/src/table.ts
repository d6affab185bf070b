// The figures as text, for a terminal of 100 columns.
import { styleText } from "node:util"
import type { Row } from "./figures.ts"

interface Column {
  readonly heading: readonly [above: string, below: string]
  readonly align: "left" | "right"
  readonly cell: (row: Row) => string
}

const columns: ReadonlyArray<Column> = [
  { heading: ["", "Provider"], align: "left", cell: ({ provider }) => provider },
  { heading: ["", "Grant"], align: "left", cell: ({ grant }) => grant },
  { heading: ["", "Placement"], align: "left", cell: ({ placement }) => placement },
  { heading: ["Token", "type"], align: "left", cell: ({ tokenType }) => tokenType ?? "-" },
  { heading: ["", "Scopes"], align: "left", cell: ({ scopes }) => shorten(scopes) },
  {
    heading: ["", "Lifetime"],
    align: "right",
    cell: ({ lifetime }) => lifetime === undefined ? "-" : `${lifetime} s`
  },
  { heading: ["Token", "requests"], align: "right", cell: ({ tokenRequests }) => String(tokenRequests) },
  { heading: ["API", "calls"], align: "right", cell: ({ apiCalls }) => String(apiCalls) }
]

/** A provider without figures, or after them: what went wrong there. */
export interface Problem {
  readonly provider: string
  readonly problem: string
}

/** Two lines of headings and a line for each row; bold where the output is a terminal. */
export const table = (lines: ReadonlyArray<Row | Problem>): string => {
  const rows = lines.filter((line): line is Row => !("problem" in line))
  const names = Math.max(...["Provider", ...lines.map(({ provider }) => provider)].map(({ length }) => length))
  const cells = columns.map(({ align, cell, heading }) => {
    const texts = [...heading, ...rows.map(cell)]
    const width = Math.max(heading[1] === "Provider" ? names : 0, ...texts.map(({ length }) => length))
    return texts.map((text) => align === "left" ? text.padEnd(width) : text.padStart(width))
  })
  const lineOf = (index: number): string => cells.map((column) => column[index]).join("  ").trimEnd()
  return [
    styleText("bold", `${lineOf(0)}\n${lineOf(1)}`),
    ...lines.map((line) =>
      "problem" in line ? `${line.provider.padEnd(names)}  ${line.problem}` : lineOf(rows.indexOf(line) + 2)
    )
  ].join("\n")
}

const scopesWidth = 24

/** As many scopes as there is room for, and how many more there are. */
const shorten = (scopes: ReadonlyArray<string>): string => {
  const fits = (shown: number) => scopes.slice(0, shown).join(" ").length <= scopesWidth
  const shown = scopes.findLastIndex((_, index) => fits(index + 1)) + 1
  if (shown === scopes.length) return scopes.join(" ") || "-"
  return [...scopes.slice(0, Math.max(1, shown - 1)), `+${scopes.length - Math.max(1, shown - 1)}`].join(" ")
}
