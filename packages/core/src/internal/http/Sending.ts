import * as Data from "effect/Data"
import { constVoid } from "effect/Function"

/*
 * What a request with credentials goes through that is sent once, whatever the application's client is set to do: for
 * the clients of both versions of Effect.
 *
 * What a client is set to do is in the context that it sends with, and a client may set that itself: `RequestInit`, the
 * tracer, `TracerDisabledWhen`. Two hooks run within that context, right before a client of `HttpClient.make` sends:
 * it reads the request's URL, and it starts a span. So the URL, when it is read, puts what must apply into the context;
 * and the span, which is of a tracer of our own, gets the response before anything else does.
 *
 * `HttpClient.followRedirects` reads the location of a redirect relative to the URL of the request that led there. Once
 * there is a redirect, the request has no URL to read it relative to, and the redirect is the response.
 */

/** What is known of the first response to a request that the client has tried to send again. */
export class SentAgain extends Data.Class<{
  /** Of the response; `undefined` if there was none. */
  readonly status: number | undefined
  readonly retryAfter: string | undefined
  /** Why there was none. */
  readonly error: unknown
}> {}

/** One request that is sent once. */
export const make = () => {
  let state: "unsent" | "sent" | "answered" | "redirected" = "unsent"
  let isOver = false
  let first = new SentAgain({ status: undefined, retryAfter: undefined, error: undefined })
  const spans = new WeakSet<object>()
  const isRedirected = () => state === "redirected"

  /** A span gets the response. */
  const attribute = (name: string, value: unknown): void => {
    if (name === "http.response.status_code" && typeof value === "number") {
      first = new SentAgain({ ...first, status: value })
      state = value >= 300 && value <= 399 ? "redirected" : "answered"
    }
    if (name === "http.response.header.retry-after" && typeof value === "string") {
      first = new SentAgain({ ...first, retryAfter: value })
    }
  }

  return {
    isRedirected,
    /** What is known of the first response, for a second attempt to end with. */
    again: () => first,
    /** The request, which can be sent once. `apply` puts into the current context what must apply. */
    guarded: <Request extends { readonly url: string }>(prepared: Request, apply: () => void): Request => {
      if (state !== "unsent") throw first
      return Object.create(prepared, {
        url: {
          enumerable: true,
          get: () => {
            if (isOver) return prepared.url
            apply()
            return isRedirected() ? "https://" : prepared.url
          }
        }
      })
    },
    /** What a span has that tells of the request, whichever Effect starts it. */
    span: () => ({
      _tag: "Span" as const,
      spanId: "",
      traceId: "",
      attributes: new Map<string, unknown>(),
      attribute,
      event: constVoid,
      addLinks: constVoid
    }),
    /** A span has started. A client that is made of another one sends through it, and both start a span. */
    started: (span: object, kind: string, parent: object | undefined): void => {
      const isNested = parent !== undefined && spans.has(parent) && state === "sent"
      if (kind === "client" && !isNested && state !== "unsent") throw first
      state = "sent"
      spans.add(span)
    },
    /** A span has ended with a failure. */
    failed: (error: unknown): void => {
      if (state !== "sent") return
      first = new SentAgain({ ...first, error })
      state = "answered"
    },
    /** The request has ended: it is treated as any other from now on. */
    end: (): void => {
      isOver = true
    }
  }
}
