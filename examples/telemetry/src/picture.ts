// Draws what was exported, below one line of time: what the token was doing, each token request, each API call, and what
// was refused.
import { attribute, type Span, wasRefused } from "./Collector.ts"

const [left, right] = [130, 960]
const lanes = { token: 84, requests: 138, calls: 178 }
const axis = 214
const colors = { fresh: "#2f855a", expiring: "#d69e2e", request: "#2b6cb0", call: "#8aa4c8", refused: "#c53030" }

const millis = (nanos: string): number => Number(BigInt(nanos) / 1000n) / 1000

/** A bar of an SVG, with what it is as its title. */
interface Bar {
  readonly lane: number
  readonly from: number
  readonly to: number
  readonly color: string
  readonly title: string
}

/** From when to when the application had which token: fresh, then expiring, which is while another is requested. */
const tokens = (requests: ReadonlyArray<Span>, end: number): ReadonlyArray<Bar> => {
  const obtained = requests.filter((span) => !wasRefused(span))
  return obtained.flatMap((span, index): ReadonlyArray<Bar> => {
    const from = millis(span.endTimeUnixNano)
    const next = obtained[index + 1]
    const to = next === undefined ? end : millis(next.endTimeUnixNano)
    const renewal = requests.find((each) => millis(each.startTimeUnixNano) > from)
    const until = renewal === undefined ? to : Math.min(to, millis(renewal.startTimeUnixNano))
    const isRefused = renewal !== undefined && attribute(renewal, "mintmark.reason") === "rejected"
    const after = isRefused
      ? { color: colors.refused, title: "refused" }
      : { color: colors.expiring, title: "expiring" }
    const name = `token ${index + 1}`
    return [
      { lane: lanes.token, from, to: until, color: colors.fresh, title: `${name}: fresh` },
      { lane: lanes.token, from: until, to, color: after.color, title: `${name}: ${after.title}` }
    ]
  })
}

/** An SVG of the spans. `counts` are lines of text below it. */
export const picture = (spans: ReadonlyArray<Span>, counts: ReadonlyArray<string>): string => {
  const sorted = spans.toSorted((a, b) => millis(a.startTimeUnixNano) - millis(b.startTimeUnixNano))
  const requests = sorted.filter(({ name }) => name === "TokenSource.request")
  const calls = sorted.filter(({ name }) => name === "GET")
  const start = Math.min(...sorted.map(({ startTimeUnixNano }) => millis(startTimeUnixNano)))
  const end = Math.max(...sorted.map(({ endTimeUnixNano }) => millis(endTimeUnixNano)))
  const x = (time: number): number => left + (right - left) * (time - start) / (end - start)

  const barOf = (lane: number, color: string) => (span: Span): Bar => ({
    lane,
    from: millis(span.startTimeUnixNano),
    to: millis(span.endTimeUnixNano),
    color: wasRefused(span) ? colors.refused : color,
    title: `${attribute(span, "mintmark.reason") || "call"}${wasRefused(span) ? ": refused" : ""}`
  })
  const bars = [
    ...tokens(requests, end),
    ...requests.map(barOf(lanes.requests, colors.request)),
    ...calls.map(barOf(lanes.calls, colors.call))
  ]
  const rect = ({ color, from, lane, title, to }: Bar): string =>
    `<rect x="${x(from).toFixed(1)}" y="${lane}" width="${
      Math.max(2, x(to) - x(from)).toFixed(1)
    }" height="18" fill="${color}"><title>${title}</title></rect>`

  const seconds = Array.from({ length: Math.floor((end - start) / 1000) + 1 }, (_, second) => second)
  const tick = (second: number): string => {
    const at = x(start + 1000 * second).toFixed(1)
    return `<path d="M${at} 70V${axis}" stroke="#ddd"/>\n${text(at, axis + 16, `${second} s`, `text-anchor="middle"`)}`
  }
  const legend = [
    ["fresh token", colors.fresh],
    ["expiring, and renewed", colors.expiring],
    ["token request", colors.request],
    ["API call", colors.call],
    ["refused", colors.refused]
  ]
  const height = axis + 44 + 18 * counts.length
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="1000" height="${height}" fill="#fff"/>`,
    text(16, 24, `${((end - start) / 1000).toFixed(1)} s of an application that calls an API`, `font-weight="bold"`),
    ...legend.map(([name, color], index) =>
      `<rect x="${16 + 170 * index}" y="38" width="12" height="12" fill="${color}"/>\n${
        text(34 + 170 * index, 48, `${name}`)
      }`
    ),
    ...seconds.map(tick),
    `<path d="M${left} ${axis}H${right}" stroke="#555"/>`,
    ...Object.entries(lanes).map(([name, lane]) => text(16, lane + 13, name)),
    ...bars.filter(({ from, to }) => from < to).map(rect),
    ...requests.map((span) =>
      text(x(millis(span.startTimeUnixNano)).toFixed(1), lanes.requests - 5, barOf(0, "")(span).title)
    ),
    ...counts.map((line, index) => text(16, axis + 44 + 18 * index, line, `font-family="monospace" font-size="11"`)),
    "</svg>\n"
  ].join("\n")
}

const text = (x: number | string, y: number, words: string, style = "") =>
  `<text x="${x}" y="${y}" ${style}>${words}</text>`
