import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberRef from "effect/FiberRef"
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import * as Option from "effect/Option"
import type { TokenEvent } from "../ProviderClient.ts"

/*
 * The engine's spans and metrics, under the same names, where an application on Effect 3 looks for them.
 */

const requests = Metric.counter("mintmark_token_requests", { description: "Token requests", incremental: true })

const seconds = Metric.histogram(
  "mintmark_token_request_seconds",
  MetricBoundaries.exponential({ start: 0.005, factor: 2, count: 14 }),
  "Token requests, retries included"
)

/**
 * Reports a finished token request to the application's tracer and metrics. A tracer that fails for
 * one still gets the next.
 */
export const tell = (event: TokenEvent): Effect.Effect<void> =>
  event.requested
    ? Effect.catchAllDefect(Effect.zipRight(count(event), trace(event)), () => Effect.void)
    : Effect.void

const count = ({ endedAt, outcome, provider, reason, startedAt }: TokenEvent): Effect.Effect<void> => {
  const counted = requests.pipe(
    Metric.tagged("provider", provider),
    Metric.tagged("reason", reason),
    Metric.tagged("outcome", outcome)
  )
  const timed = seconds.pipe(Metric.tagged("provider", provider), Metric.tagged("outcome", outcome))
  return Effect.zipRight(Metric.increment(counted), Metric.update(timed, (endedAt - startedAt) / 1000))
}

/** The span stands alone: many callers may have waited for it, and it belongs to none. */
const trace = (event: TokenEvent): Effect.Effect<void> =>
  Effect.flatMap(FiberRef.get(FiberRef.currentTracerEnabled), (isEnabled) =>
    isEnabled
      ? Effect.map(Effect.tracer, (tracer) => {
        const span = tracer.span(
          "TokenSource.request",
          Option.none(),
          Context.empty(),
          [],
          nanos(event.startedAt),
          "client"
        )
        span.attribute("mintmark.provider", event.provider)
        span.attribute("mintmark.reason", event.reason)
        span.attribute("mintmark.outcome", event.outcome)
        span.end(nanos(event.endedAt), isObtained(event) ? Exit.void : Exit.fail(event.outcome))
      })
      : Effect.void)

const nanos = (millis: number): bigint => BigInt(Math.round(millis)) * 1_000_000n

const isObtained = ({ outcome }: TokenEvent): boolean =>
  outcome === "obtained" || outcome === "same" || outcome === "shared"
