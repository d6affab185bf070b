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
        sending.started(options.kind, Option.getOrUndefined(options.parent))
        return {
          ...sending.span,
          ...options,
          status: { _tag: "Started", startTime: options.startTime },
          end: (_, exit) => exit._tag === "Failure" && sending.failed(Cause.squash(exit.cause))
        }
      }
    })
    // A client may have set some of it itself since then.
    const apply = () => {
      const fiber = Fiber.getCurrent()
      fiber?.setContext(withNothingOfTheCaller(fiber.context, tracer))
    }

    // The last change to the request: what the application's client does to it comes before. `mapRequest` would do the
    // same, by a client that is made for it.
    return http.postprocess(Effect.map(http.preprocess(request), (prepared) => sending.guarded(prepared, apply))).pipe(
      Effect.updateContext((context: Context.Context<R>) => withNothingOfTheCaller(context, tracer)),
      Effect.catchCause((cause) => sending.isRedirected() ? Effect.die(sending.again()) : Effect.failCause(cause)),
      Effect.ensuring(Effect.sync(sending.end))
    )
  })

/** Changes what isn't so already: each change of a context is paid for by all that reads it. */
const withNothingOfTheCaller = <R>(context: Context.Context<R>, tracer: Tracer.Tracer): Context.Context<R> => {
  let own = context
  const set = <A>(key: Context.Reference<A>, value: A) => {
    if (Context.get(own, key) !== value) own = Context.add(own, key, value)
  }
  set(Tracer.Tracer, tracer)
  set(References.TracerEnabled, true)
  set(Tracer.DisablePropagation, false)
  set(HttpClient.TracerDisabledWhen, constFalse)
  set(HttpClient.TracerPropagationEnabled, false)
  set(HttpClient.TracerHeaderFilter, isRetryAfter)
  const options = Context.get(own, UndiciOptions)
  if (options.maxRedirections !== 0) own = Context.add(own, UndiciOptions, { ...options, maxRedirections: 0 })
  const init = Context.getOrUndefined(own, FetchHttpClient.RequestInit)
  return init?.redirect === "manual" && init.cache === notCached.cache
    ? own
    : Context.add(own, FetchHttpClient.RequestInit, { ...init, redirect: "manual", ...notCached })
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
