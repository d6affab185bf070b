import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import type { HttpClientError } from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Sending from "@mintmark/core/internal/http/Sending"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import { constFalse } from "effect/Function"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Tracer from "effect/Tracer"

type Sent = Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError>

/**
 * Sends a request that holds credentials as core does: once, to its own URL, and with nothing of the caller. What must
 * apply is set in the current fiber, which is expected to have nothing else to do.
 */
export const sendOnce = (http: HttpClient.HttpClient, request: HttpClientRequest.HttpClientRequest): Sent =>
  Effect.suspend(() => {
    const sending = Sending.make()
    const tracer = Tracer.make({
      span: (name, parent, context, links, startTime, kind) => {
        sending.started(kind, Option.getOrUndefined(parent))
        return {
          ...sending.span,
          name,
          parent,
          context,
          status: { _tag: "Started", startTime },
          links,
          sampled: false,
          kind,
          end: (_, exit) => exit._tag === "Failure" && sending.failed(Cause.squash(exit.cause))
        }
      },
      context: (run) => run()
    })
    const apply = () => {
      const fiber = Option.getOrUndefined(Fiber.getCurrentFiber())
      if (!isSettable(fiber)) return
      fiber.setFiberRef(FiberRef.currentTracerEnabled, true)
      fiber.setFiberRef(HttpClient.currentTracerDisabledWhen, constFalse)
      fiber.setFiberRef(HttpClient.currentTracerPropagation, false)
      fiber.setFiberRef(
        DefaultServices.currentServices,
        Context.add(fiber.getFiberRef(DefaultServices.currentServices), Tracer.Tracer, tracer)
      )
      fiber.setFiberRef(FiberRef.currentContext, withoutRedirects(fiber.getFiberRef(FiberRef.currentContext)))
    }
    apply()

    // The last change to the request: what the application's client does to it comes before.
    return HttpClient.mapRequest(http, (prepared) => sending.guarded(prepared, apply)).execute(request).pipe(
      Effect.catchAllCause((cause) => sending.isRedirected() ? Effect.die(sending.again()) : Effect.failCause(cause)),
      Effect.ensuring(Effect.sync(sending.end))
    )
  })

const withoutRedirects = (context: Context.Context<never>): Context.Context<never> =>
  context.pipe(
    Context.add(FetchHttpClient.RequestInit, {
      ...Context.getOrElse(context, FetchHttpClient.RequestInit, () => ({})),
      redirect: "manual"
    }),
    Context.add(UndiciOptions, { ...Context.getOrElse(context, UndiciOptions, () => ({})), maxRedirections: 0 })
  )

// `NodeHttpClient`'s, by its key: this package has nothing of Node's.
const UndiciOptions = Context.GenericTag<never, object>("@effect/platform-node/NodeHttpClient/undiciOptions")

/** Every fiber of Effect 3 can be set, which its type doesn't tell. */
interface Settable {
  readonly getFiberRef: <A>(fiberRef: FiberRef.FiberRef<A>) => A
  readonly setFiberRef: <A>(fiberRef: FiberRef.FiberRef<A>, value: A) => void
}

const isSettable = (fiber: unknown): fiber is Settable =>
  Predicate.hasProperty(fiber, "setFiberRef") && Predicate.isFunction(fiber.setFiberRef)
