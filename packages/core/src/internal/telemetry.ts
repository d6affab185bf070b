import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type { Reason, TokenEvent } from "../TokenSource.ts"

const flights = Metric.counter("mintmark_token_requests", {
  description: "Token requests",
  incremental: true
})

const seconds = Metric.histogram("mintmark_token_request_seconds", {
  description: "Token requests, retries included",
  boundaries: Metric.exponentialBoundaries({ start: 0.005, factor: 2, count: 14 })
})

/** A span for one flight. It stands alone: many callers may wait for it, and it belongs to none. */
export const span = (provider: string, reason: Reason) =>
  Effect.withSpan("TokenSource.request", {
    kind: "client",
    root: true,
    attributes: { "mintmark.provider": provider, "mintmark.reason": reason }
  }, { captureStackTrace: false })

// A metric finds its series by a key that it computes once: it pays to keep the metric. There are few of them.
const kept = new Map<string, readonly [typeof flights, typeof seconds]>()

const metricsOf = ({ outcome, provider, reason }: TokenEvent) => {
  const key = `${provider} ${reason} ${outcome}`
  let metrics = kept.get(key)
  if (metrics === undefined) {
    metrics = [
      Metric.withAttributes(flights, { provider, reason, outcome }),
      Metric.withAttributes(seconds, { provider, outcome })
    ]
    kept.set(key, metrics)
  }
  return metrics
}

/** Counts a flight that is over, if it made a token request. */
export const count = (event: TokenEvent): Effect.Effect<void> => {
  if (!event.requested) return Effect.void
  const [flights, seconds] = metricsOf(event)
  return Effect.andThen(Metric.update(flights, 1), Metric.update(seconds, (event.endedAt - event.startedAt) / 1000))
}
