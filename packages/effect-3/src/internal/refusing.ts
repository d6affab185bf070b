import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import { constTrue } from "effect/Function"

/*
 * What the application's HTTP client does by itself below ours: it may follow a redirect with every header and the whole
 * body of the request, and it may send a request again.
 */

/**
 * Shows `refusalOf` each request just before it is sent, and fails with the error that it returns instead of sending it.
 *
 * `@effect/platform` asks of each request whether it is to be traced, redirected and repeated ones included, and has no
 * other place where all of them pass by. A client that is told by `withTracerDisabledWhen` doesn't ask us.
 */
export const refusing =
  <E1>(refusalOf: (request: HttpClientRequest.HttpClientRequest) => E1 | undefined) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E | E1, R> =>
    Effect.suspend(() => {
      let refused: { readonly error: E1 } | undefined
      const look =
        (isUntraced: (request: HttpClientRequest.HttpClientRequest) => boolean) =>
        (request: HttpClientRequest.HttpClientRequest): boolean => {
          const error = refusalOf(request)
          if (error === undefined) return isUntraced(request)
          refused = { error }
          throw refused
        }
      return Effect.flatMap(FiberRef.get(FiberRef.currentTracerEnabled), (isTraced) =>
        isTraced
          ? Effect.locallyWith(self, HttpClient.currentTracerDisabledWhen, look)
          : self.pipe(
            Effect.locally(HttpClient.currentTracerDisabledWhen, look(constTrue)),
            // Where nothing is traced, it is not called.
            Effect.locally(FiberRef.currentTracerEnabled, true)
          )).pipe(
          Effect.catchAllCause((cause): Effect.Effect<never, E | E1> =>
            refused === undefined || !isAbout(cause, refused) ? Effect.failCause(cause) : Effect.fail(refused.error)
          )
        )
    })

const isAbout = (cause: Cause.Cause<unknown>, refused: unknown): boolean =>
  [...Cause.defects(cause)].some((defect) => defect === refused)
