// Draws what was exported: each token request and each call on a line of time, and the counter below.
import { attribute, type Span } from "./Collector.ts"

const [left, right, top, row] = [150, 770, 56, 34]

const text = (x: number, y: number, words: string, style = "") => `<text x="${x}" y="${y}" ${style}>${words}</text>`

/** An SVG of the spans. `counts` are lines of text below it. */
export const picture = (spans: ReadonlyArray<Span>, counts: ReadonlyArray<string>): string => {
  const millis = (nanos: string) => Number(BigInt(nanos) / 1000n) / 1000
  const shown = spans.toSorted((a, b) => millis(a.startTimeUnixNano) - millis(b.startTimeUnixNano))
  const start = Math.min(...shown.map(({ startTimeUnixNano }) => millis(startTimeUnixNano)))
  const end = Math.max(...shown.map(({ endTimeUnixNano }) => millis(endTimeUnixNano)))
  const x = (nanos: string) => left + (right - left) * (millis(nanos) - start) / (end - start)

  const lanes = ["token requests", "calls"]
  const bars = shown.map((span) => {
    const reason = attribute(span, "mintmark.reason")
    const lane = top + (reason === "" ? row : 0)
    const [from, to] = [x(span.startTimeUnixNano), x(span.endTimeUnixNano)]
    const bar = `<rect x="${from.toFixed(1)}" y="${lane}" width="${
      Math.max(2, to - from).toFixed(1)
    }" height="18" fill="${reason === "" ? "#8aa4c8" : "#c2410c"}"/>`
    return reason === "" ? bar : `${bar}\n${text(Math.round(from), lane - 4, reason)}`
  })
  const height = top + 2 * row + 20 * counts.length + 24
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 ${height}" font-family="monospace" font-size="12">`,
    `<rect width="800" height="${height}" fill="#fff"/>`,
    text(
      16,
      24,
      `${((end - start) / 1000).toFixed(1)} s of an application whose tokens live for 2 s`,
      `font-weight="bold"`
    ),
    ...lanes.map((lane, index) => text(16, top + index * row + 13, lane)),
    ...bars,
    ...counts.map((line, index) => text(16, top + 2 * row + 20 * (index + 1), line)),
    "</svg>\n"
  ].join("\n")
}
