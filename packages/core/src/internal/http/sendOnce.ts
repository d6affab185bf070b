import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { constFalse } from "effect/Function"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"
import * as Sending from "./Sending.ts"

/*
 * Sends a request that holds credentials: once, to its own URL, and with nothing of the caller, whatever the client is
 * set to do around and below this. `Sending` says how.
 */

/**
 * Sends a request once. Dies with `SentAgain` where the client sends it again, or makes an error of a redirect: a defect
 * is what no retry of a client catches.
 */
export const sendOnce = <E, R>(
  http: HttpClient.HttpClient.With<E, R>,
  request: HttpClientRequest.HttpClientRequest
): Effect.Effect<HttpClientResponse.HttpClientResponse, E, R> =>
  Effect.suspend(() => {
    const sending = Sending.make()
    const tracer = Tracer.make({
      span: (options) => {
        const span: Tracer.Span = {
          ...sending.span(),
          status: { _tag: "Started", startTime: options.startTime },
          ...options,
          end: (_, exit) => exit._tag === "Failure" && sending.failed(Cause.squash(exit.cause))
        }
        sending.started(span, options.kind, Option.getOrUndefined(options.parent))
        return span
      }
    })
    // A client may have set some of it itself since then.
    const apply = () => {
      const fiber = Fiber.getCurrent()
      fiber?.setContext(withNothingOfTheCaller(fiber.context, tracer))
    }

    // The last change to the request: what the application's client does to it comes before.
    return HttpClient.mapRequest(http, (prepared) => sending.guarded(prepared, apply)).execute(request).pipe(
      Effect.updateContext((context: Context.Context<R>) => withNothingOfTheCaller(context, tracer)),
      Effect.catchCause((cause) => sending.isRedirected() ? Effect.die(sending.again()) : Effect.failCause(cause)),
      Effect.ensuring(Effect.sync(sending.end))
    )
  })

const withNothingOfTheCaller = <R>(context: Context.Context<R>, tracer: Tracer.Tracer): Context.Context<R> => {
  const init = Context.getOrUndefined(context, FetchHttpClient.RequestInit)
  const own = settings.pipe(
    Context.add(Tracer.Tracer, tracer),
    Context.add(FetchHttpClient.RequestInit, { ...init, redirect: "manual", ...notCached }),
    Context.add(UndiciOptions, { ...Context.get(context, UndiciOptions), maxRedirections: 0 })
  )
  return Context.merge(context, own)
}

const isRetryAfter = (name: string, phase: "request" | "response") => phase === "response" && name === "retry-after"

// Next.js keeps the replies of `fetch`, also to a POST. A Worker of before November 2024 has no such option.
const notCached: RequestInit = "cache" in Request.prototype ? { cache: "no-store" } : {}

// `NodeHttpClient`'s, by its key: core knows nothing of Node.
const UndiciOptions = Context.Reference<{ readonly maxRedirections?: number | undefined }>(
  "@effect/platform-node/NodeHttpClient/UndiciOptions",
  {
    defaultValue: () => ({})
  }
)

const settings = Context.empty().pipe(
  Context.add(HttpClient.TracerPropagationEnabled, false),
  Context.add(HttpClient.TracerDisabledWhen, constFalse),
  Context.add(HttpClient.TracerHeaderFilter, isRetryAfter),
  Context.add(Tracer.DisablePropagation, false),
  Context.add(References.TracerEnabled, true)
)
