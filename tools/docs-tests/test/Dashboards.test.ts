import * as TokenError from "@mintmark/core/TokenError"
import type { Reason } from "@mintmark/core/TokenEvent"
import { readFileSync } from "node:fs"
import { assert, describe, it } from "vitest"

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8")

type Metric = readonly [name: string, labels: ReadonlyArray<string>]

/** The metrics that a module makes, as Prometheus names them. */
const metricsOf = (source: string): ReadonlyArray<Metric> => {
  const made = /(?:const (\w+) = |\b\w+: )Metric\.(counter|histogram)\("(\w+)"([^]*?)\n {0,2}\}\)/g
  return [...source.matchAll(made)].flatMap(([, variable, kind, name = "", options = ""]): ReadonlyArray<Metric> => {
    const given = /attributes: \{([^}]*)\}/.exec(options)
      ?? new RegExp(`withAttributes\\(${variable}, \\{([^}]*)\\}`).exec(source)
    const labels = given?.[1]?.split(",").map((label) => label.trim()) ?? []
    return kind === "counter"
      ? [[`${name}_total`, labels]]
      : ["bucket", "sum", "count"].map((suffix) => [`${name}_${suffix}`, [...labels, "le"]])
  })
}

const metrics = new Map([
  ...metricsOf(read("packages/core/src/internal/engine/Telemetry.ts")),
  ...metricsOf(read("packages/store/src/internal/Telemetry.ts"))
])

const reasons: ReadonlyArray<Reason> = ["first", "expiring", "expired", "rejected", "forced"]
const outcomes = ["obtained", "same", "shared", ...Object.keys(TokenError)]
const kinds = [...read("packages/store/src/internal/Telemetry.ts").matchAll(/"(\w+)"/g)].map(([, kind]) => kind)
const values: Record<string, ReadonlyArray<string | undefined>> = { reason: reasons, outcome: outcomes, kind: kinds }

const expressions = {
  "the dashboard": [
    ...read("examples/telemetry/grafana-dashboard.json").matchAll(/"(?:expr|query)": "((?:[^"\\]|\\.)*)"/g)
  ]
    .map(([, expression = ""]) => JSON.parse(`"${expression}"`) as string),
  "the alert rules": [
    ...read("examples/telemetry/alerts.yaml").matchAll(/expr: (?:>-\n)?([^]*?)\n {8}(?:for|labels):/g)
  ]
    .map(([, expression = ""]) => expression)
}

describe.each(Object.entries(expressions))("%s", (_, found) => {
  it("uses only metrics, labels and values that exist", () => {
    assert.isAtLeast(metrics.size, 6)
    assert.isAtLeast(found.length, 6)
    for (const expression of found.filter((text) => text.includes("mintmark_"))) {
      for (const [, name = "", selector = ""] of expression.matchAll(/\b(mintmark_\w+)(?:\{([^}]*)\})?/g)) {
        const labels = metrics.get(name)
        assert(labels !== undefined, `${name} in ${expression}`)
        for (const [, label = "", value = ""] of selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/g)) {
          assert.include(labels, label, expression)
          if (value.startsWith("$")) continue
          for (const each of value.split("|")) assert.include(values[label] ?? [], each, expression)
        }
      }
      const [name = ""] = /mintmark_\w+/.exec(expression) ?? []
      for (const [, by = ""] of expression.matchAll(/\bby \(([^)]*)\)/g)) {
        for (const label of by.split(",")) assert.include(metrics.get(name) ?? [], label.trim(), expression)
      }
    }
  })
})

describe("the monitoring of a fleet", () => {
  it("selects only labels and values that the fleet guide documents", () => {
    const page = read("docs/fleet.md")
    for (const file of ["grafana-dashboard.json", "alerts.yaml"]) {
      const text = read(`examples/fleet/monitoring/${file}`)
      const selectors = Array.from(text.matchAll(/\b(kind|outcome)[=!]~?\\?"([a-zA-Z_|]+)\\?"/g))
      assert.isAbove(selectors.length, 1)
      for (const [, , values = ""] of selectors) {
        for (const value of values.split("|")) assert.include(page, `\`${value}\``)
      }
    }
  })
})
