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
export class SentAgain {
  readonly _tag = "SentAgain"
  /** Of the response; `undefined` if there was none. */
  readonly status: number | undefined
  readonly retryAfter: string | undefined
  /** Why there was none. */
  readonly error: unknown
  constructor({ error, retryAfter, status }: Omit<SentAgain, "_tag">) {
    this.status = status
    this.retryAfter = retryAfter
    this.error = error
  }
}

/** One request that is sent once. */
export class Sending {
  private state: "unsent" | "sent" | "answered" | "redirected" = "unsent"
  private isOver = false
  private first: Omit<SentAgain, "_tag"> = { status: undefined, retryAfter: undefined, error: undefined }
  private readonly spans = new WeakSet<object>()

  get isRedirected(): boolean {
    return this.state === "redirected"
  }

  /** What is known of the first response, for a second attempt to end with. */
  get again(): SentAgain {
    return new SentAgain(this.first)
  }

  /** The request, which can be sent once. `apply` puts into the current context what must apply. */
  readonly guarded = <Request extends { readonly url: string }>(prepared: Request, apply: () => void): Request => {
    if (this.state !== "unsent") throw this.again
    return Object.create(prepared, {
      url: {
        enumerable: true,
        get: () => {
          if (this.isOver) return prepared.url
          apply()
          return this.isRedirected ? "https://" : prepared.url
        }
      }
    })
  }

  /** What a span has that tells of the request, whichever Effect starts it. */
  readonly span = () => ({
    _tag: "Span" as const,
    spanId: "",
    traceId: "",
    attributes: new Map<string, unknown>(),
    attribute: this.attribute,
    event: constVoid,
    addLinks: constVoid
  })

  /** A span has started. A client that is made of another one sends through it, and both start a span. */
  readonly started = (span: object, kind: string, parent: object | undefined): void => {
    const isNested = parent !== undefined && this.spans.has(parent) && this.state === "sent"
    if (kind === "client" && !isNested && this.state !== "unsent") throw this.again
    this.state = "sent"
    this.spans.add(span)
  }

  /** A span gets the response. */
  readonly attribute = (name: string, value: unknown): void => {
    if (name === "http.response.status_code" && typeof value === "number") {
      this.first = { ...this.first, status: value }
      this.state = value >= 300 && value <= 399 ? "redirected" : "answered"
    }
    if (name === "http.response.header.retry-after" && typeof value === "string") {
      this.first = { ...this.first, retryAfter: value }
    }
  }

  /** A span has ended with a failure. */
  readonly failed = (error: unknown): void => {
    if (this.state !== "sent") return
    this.first = { ...this.first, error }
    this.state = "answered"
  }

  /** The request has ended: it is treated as any other from now on. */
  readonly end = (): void => {
    this.isOver = true
  }
}
