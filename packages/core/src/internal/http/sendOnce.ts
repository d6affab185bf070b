import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { constFalse, constVoid } from "effect/Function"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"

/*
 * Sends a request that holds credentials: once, to its own URL, and with nothing of the caller, whatever the client is
 * set to do around and below this.
 *
 * What a client is set to do is in the context that it sends with, and a client may set that itself: `RequestInit`, the
 * tracer, `TracerDisabledWhen`. Two hooks run within that context, right before a client of `HttpClient.make` sends:
 * it reads the request's URL, and it starts a span. So the URL, when it is read, puts what must apply into the context;
 * and the span, which is of a tracer of this module's own, is told of the response before anything else is.
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

/**
 * Sends a request once. Dies with `SentAgain` where the client sends it again, or makes an error of a redirect: a defect
 * is what no retry of a client catches.
 */
export const sendOnce = <E, R>(
  http: HttpClient.HttpClient.With<E, R>,
  request: HttpClientRequest.HttpClientRequest
): Effect.Effect<HttpClientResponse.HttpClientResponse, E, R> =>
  Effect.suspend(() => {
    const first: { -readonly [Name in keyof Omit<SentAgain, "_tag">]: SentAgain[Name] } = {
      status: undefined,
      retryAfter: undefined,
      error: undefined
    }
    const spans = new WeakSet<object>()
    let state: "unsent" | "sent" | "answered" | "redirected" = "unsent"
    let isOver = false

    const tracer = Tracer.make({
      span: (options) => {
        // A client that is made of another one sends through it, and both start a span.
        const isNested = Option.exists(options.parent, (parent) => spans.has(parent)) && state === "sent"
        if (options.kind === "client" && !isNested && state !== "unsent") throw new SentAgain(first)
        state = "sent"
        const span: Tracer.Span = {
          _tag: "Span",
          spanId: "",
          traceId: "",
          attributes: new Map(),
          status: { _tag: "Started", startTime: options.startTime },
          ...options,
          attribute: (name, value) => {
            if (name === "http.response.status_code" && typeof value === "number") {
              first.status = value
              state = value >= 300 && value <= 399 ? "redirected" : "answered"
            }
            if (name === "http.response.header.retry-after" && typeof value === "string") first.retryAfter = value
          },
          end: (_, exit) => {
            if (state === "sent" && exit._tag === "Failure") {
              first.error = Cause.squash(exit.cause)
              state = "answered"
            }
          },
          event: constVoid,
          addLinks: constVoid
        }
        spans.add(span)
        return span
      }
    })

    const guarded = (prepared: HttpClientRequest.HttpClientRequest): HttpClientRequest.HttpClientRequest => {
      if (state !== "unsent") throw new SentAgain(first)
      return Object.create(prepared, {
        url: {
          enumerable: true,
          get: () => {
            const fiber = isOver ? undefined : Fiber.getCurrent()
            fiber?.setContext(withNothingOfTheCaller(fiber.context, tracer))
            return state === "redirected" && !isOver ? "https://" : prepared.url
          }
        }
      })
    }

    // The last change to the request: what the application's client does to it comes before.
    return HttpClient.mapRequest(http, guarded).execute(request).pipe(
      Effect.updateContext((context: Context.Context<R>) => withNothingOfTheCaller(context, tracer)),
      Effect.catchCause((cause) => state === "redirected" ? Effect.die(new SentAgain(first)) : Effect.failCause(cause)),
      Effect.ensuring(Effect.sync(() => {
        isOver = true
      }))
    )
  })

const settings = Context.empty().pipe(
  Context.add(HttpClient.TracerPropagationEnabled, false),
  Context.add(HttpClient.TracerDisabledWhen, constFalse),
  Context.add(HttpClient.TracerHeaderFilter, (name, phase) => phase === "response" && name === "retry-after"),
  Context.add(Tracer.DisablePropagation, false),
  Context.add(References.TracerEnabled, true)
)

const withNothingOfTheCaller = <R>(context: Context.Context<R>, tracer: Tracer.Tracer): Context.Context<R> =>
  Context.merge(
    context,
    settings.pipe(
      Context.add(Tracer.Tracer, tracer),
      Context.add(FetchHttpClient.RequestInit, {
        ...Context.getOrUndefined(context, FetchHttpClient.RequestInit),
        redirect: "manual"
      }),
      Context.add(UndiciOptions, { ...Context.get(context, UndiciOptions), maxRedirections: 0 })
    )
  )

// `NodeHttpClient`'s, by its key: core knows nothing of Node.
const UndiciOptions = Context.Reference<object>("@effect/platform-node/NodeHttpClient/UndiciOptions", {
  defaultValue: () => ({})
})
