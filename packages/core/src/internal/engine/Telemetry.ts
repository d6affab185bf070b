import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Tracer from "effect/Tracer"
import type * as TokenError from "../../TokenError.ts"
import type { Reason, TokenEvent } from "../../TokenEvent.ts"

/*
 * The span, the metrics and the log of token requests. No secret is in any of them.
 */

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

/** The log of each token request, at level Debug. */
export const logRequest = (
  { endedAt, outcome, provider, reason, requested, startedAt }: TokenEvent
): Effect.Effect<void> =>
  Effect.logDebug(
    `${provider}: ${requested ? "" : "no "}token request (${reason}): ${outcome} after ${
      Math.round(endedAt - startedAt)
    } ms`
  )

/** The log of a token that can't be renewed, while it is still served. */
export const logFailing = (
  error: TokenError.TokenError,
  validUntil: number,
  failingFor: number
): Effect.Effect<void> =>
  Effect.logWarning(
    `${error.provider}: the access token could not be renewed${
      failingFor > 0 ? ` for ${seconds(failingFor)}` : ""
    }; the cached one is valid until ${new Date(validUntil).toISOString()}.${advice(error)} (${error.message})`
  )

/** The log of a token that was obtained after a warning. */
export const logRecovered = (provider: string, failedFor: number): Effect.Effect<void> =>
  Effect.logInfo(`${provider}: the access token was renewed, after ${seconds(failedFor)} of failures.`)

const seconds = (millis: number): string => `${Math.round(millis / 1000)} s`

// Of refused credentials, and of an option that can't be used, the error itself says what to check.
const advice = ({ reason }: TokenError.TokenError): string => {
  switch (reason._tag) {
    case "RequestRefused":
      return " Check the scopes and the parameters of the token request."
    case "Throttled":
    case "Unavailable":
      return "kind" in reason && reason.kind === "credentials"
        ? " Check the source of the credentials."
        : " The token request is retried: no action is needed unless this lasts."
    case "ReplyNotUnderstood":
    case "Unsafe":
      return " Check the token endpoint's URL, and any proxy between it and this process."
    default:
      return ""
  }
}
