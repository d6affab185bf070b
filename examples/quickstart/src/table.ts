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

/** Two lines of headings and a line for each row; bold where the output is a terminal. */
export const table = (rows: ReadonlyArray<Row>): string => {
  const cells = columns.map(({ align, cell, heading }) => {
    const texts = [...heading, ...rows.map(cell)]
    const width = Math.max(...texts.map(({ length }) => length))
    return texts.map((text) => align === "left" ? text.padEnd(width) : text.padStart(width))
  })
  const [above, below, ...lines] = [0, 1, ...rows.map((_, index) => index + 2)].map((line) =>
    cells.map((column) => column[line]).join("  ").trimEnd()
  )
  return [styleText("bold", `${above}\n${below}`), ...lines].join("\n")
}

const scopesWidth = 24

/** As many scopes as there is room for, and how many more there are. */
const shorten = (scopes: ReadonlyArray<string>): string => {
  const fits = (shown: number) => scopes.slice(0, shown).join(" ").length <= scopesWidth
  const shown = scopes.findLastIndex((_, index) => fits(index + 1)) + 1
  if (shown === scopes.length) return scopes.join(" ") || "-"
  return [...scopes.slice(0, Math.max(1, shown - 1)), `+${scopes.length - Math.max(1, shown - 1)}`].join(" ")
}
