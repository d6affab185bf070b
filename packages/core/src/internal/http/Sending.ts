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
  let status: number | undefined
  let retryAfter: string | undefined
  let error: unknown
  const isRedirected = () => state === "redirected"
  /** What is known of the first response, for a second attempt to end with. */
  const again = () => new SentAgain({ status, retryAfter, error })

  /** A span gets the response. */
  const attribute = (name: string, value: unknown): void => {
    if (name === "http.response.status_code" && typeof value === "number") {
      status = value
      state = value >= 300 && value <= 399 ? "redirected" : "answered"
    }
    if (name === "http.response.header.retry-after" && typeof value === "string") retryAfter = value
  }

  return {
    isRedirected,
    again,
    /** The request, which can be sent once. `apply` puts into the current context what must apply. */
    guarded: <Request extends { readonly url: string }>(prepared: Request, apply: () => void): Request => {
      if (state !== "unsent") throw again()
      // A getter of its own would give each request a hidden class of its own.
      return new Proxy(prepared, {
        get: (request, name) => {
          if (name !== "url" || isOver) return Reflect.get(request, name)
          apply()
          return isRedirected() ? "https://" : request.url
        }
      })
    },
    /** What a span has that tells of the request, whichever Effect starts it. */
    span: { ...blank, attribute },
    /** A span has started. A client that is made of another one sends through it, and both start a span. */
    started: (kind: string, parent: object | undefined): void => {
      const isNested = parent !== undefined && "attribute" in parent && parent.attribute === attribute &&
        state === "sent"
      if (kind === "client" && !isNested && state !== "unsent") throw again()
      state = "sent"
    },
    /** A span has ended with a failure. */
    failed: (cause: unknown): void => {
      if (state !== "sent") return
      error = cause
      state = "answered"
    },
    /** The request has ended: it is treated as any other from now on. */
    end: (): void => {
      isOver = true
    }
  }
}

const blank = {
  _tag: "Span" as const,
  spanId: "",
  traceId: "",
  attributes: new Map<string, unknown>(),
  event: constVoid,
  addLinks: constVoid
}
