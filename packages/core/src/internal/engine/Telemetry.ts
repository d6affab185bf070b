import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Tracer from "effect/Tracer"
import type { Reason, TokenEvent } from "../../TokenEvent.ts"

/**
 * The span of a token request. It is a root: many callers may wait for it, and it belongs to none. `Effect.withSpan`
 * would also give it a stack frame, which costs as much as the span.
 */
export const span = (provider: string, reason: Reason) => <A, E>(self: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.useSpan("TokenSource.request", {
    kind: "client",
    root: true,
    attributes: { "mintmark.provider": provider, "mintmark.reason": reason }
  }, (span) => Effect.provideService(self, Tracer.ParentSpan, span))

const makeMetrics = ({ outcome, provider, reason }: TokenEvent) => ({
  requests: Metric.counter("mintmark_token_requests", {
    description: "Token requests",
    incremental: true,
    attributes: { provider, reason, outcome }
  }),
  seconds: Metric.histogram("mintmark_token_request_seconds", {
    description: "Token requests, retries included",
    boundaries: Metric.exponentialBoundaries({ start: 0.005, factor: 2, count: 14 }),
    attributes: { provider, outcome }
  })
})

// A metric finds its series by a key that it computes once, if it has its attributes from the start. There are few.
const kept = new Map<string, ReturnType<typeof makeMetrics>>()

/** Counts what has returned, if it made a token request. */
export const count = (event: TokenEvent, context: Context.Context<never>): void => {
  if (!event.requested) return
  const key = `${event.provider} ${event.reason} ${event.outcome}`
  let metrics = kept.get(key)
  if (metrics === undefined) {
    metrics = makeMetrics(event)
    kept.set(key, metrics)
  }
  metrics.requests.updateUnsafe(1, context)
  metrics.seconds.updateUnsafe((event.endedAt - event.startedAt) / 1000, context)
}
