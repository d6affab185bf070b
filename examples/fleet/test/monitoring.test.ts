import { assert, describe, it } from "@effect/vitest"
import { Routera } from "@mintmark/routera/Routera"
import * as Account from "@mintmark/sandbox/Account"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as KeyValueTokenStore from "@mintmark/store/KeyValueTokenStore"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Redacted from "effect/Redacted"
import { readFileSync } from "node:fs"

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8")
const files = { dashboard: read("../monitoring/grafana-dashboard.json"), alerts: read("../monitoring/alerts.yaml") }

/** What a process shows to Prometheus that had a problem with its store, and then shared a token. */
const exported = Effect.gen(function*() {
  const sandbox = yield* Sandbox
  const rubbish = KeyValueStore.makeStringOnly({
    get: () => Effect.succeed("rubbish"),
    set: () => Effect.void,
    remove: () => Effect.void,
    clear: Effect.void,
    size: Effect.succeed(1),
    keys: Effect.succeed([])
  })
  const RouteraLive = Routera.layer({
    clientId: Account.routera.clientId,
    clientSecret: Redacted.make(Account.routera.clientSecret),
    baseUrl: sandbox.urls.routera
  }).pipe(
    Layer.provide(
      KeyValueTokenStore.layer({ keys: [Redacted.make(btoa("0123456789abcdef0123456789abcdef"))] }).pipe(
        Layer.provide(Layer.succeed(KeyValueStore.KeyValueStore, rubbish))
      )
    ),
    Layer.provide(FetchHttpClient.layer)
  )
  yield* Effect.provide(Effect.flatMap(Routera, ({ token }) => token), RouteraLive)
  return yield* PrometheusMetrics.format()
}).pipe(Effect.provide(Sandbox.layer()), Effect.provideService(Metric.MetricRegistry, new Map()))

describe("the monitoring of a fleet", () => {
  it.live("uses every metric that a process exports, and no other", () =>
    Effect.gen(function*() {
      const names = (text: string) => new Set(text.match(/\bmintmark_[a-z_]+/g))
      const shown = names((yield* exported).replaceAll(/^#.*$/gm, ""))
      for (const [file, text] of Object.entries(files)) {
        for (const name of names(text)) assert.isTrue(shown.has(name), `${file} names ${name}`)
      }
      const used = names(files.dashboard)
      for (const name of ["mintmark_store_lookups", "mintmark_store_problems", "mintmark_token_requests"]) {
        assert.isTrue(used.has(name), name)
      }
    }))

  it("has a dashboard without overlapping panels, and an alert for each kind of problem", () => {
    const { panels }: { panels: ReadonlyArray<{ id: number; targets: ReadonlyArray<{ expr: string }> }> } = JSON.parse(
      files.dashboard
    )
    assert.strictEqual(new Set(panels.map(({ id }) => id)).size, panels.length)
    assert.isTrue(panels.every(({ targets }) => targets.length > 0))
    const alerts = Array.from(files.alerts.matchAll(/- alert: (\w+)\n\s+expr: /g), ([, name]) => name)
    assert.strictEqual(new Set(alerts).size, alerts.length)
    assert.isAtLeast(alerts.length, 8)
    assert.strictEqual((files.alerts.match(/summary: /g) ?? []).length, alerts.length)
  })
})
