import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import { Agent, interceptors } from "undici"

/** `fetch` that leaves redirects to whoever called it. */
export const manual = Layer.effect(
  HttpClient.HttpClient,
  Effect.map(
    HttpClient.HttpClient,
    HttpClient.transformResponse(Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }))
  )
).pipe(Layer.provide(FetchHttpClient.layer))

/** Follows redirects of the API alone. */
export const following = (client: Layer.Layer<HttpClient.HttpClient>) =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, (http) => {
      const follows = HttpClient.followRedirects(http, 5)
      return HttpClient.make((request) => (request.url.endsWith("/token") ? http : follows).execute(request))
    })
  ).pipe(Layer.provide(client))

/** Undici as an application sets it up to follow redirects, but for the token endpoint, which may not be redirected. */
export const undiciFollowing = (options?: Agent.Options) =>
  NodeHttpClient.layerUndiciNoDispatcher.pipe(
    Layer.provide(Layer.effect(
      NodeHttpClient.Dispatcher,
      Effect.acquireRelease(
        Effect.sync(() => new Agent(options).compose(interceptors.redirect({ maxRedirections: 5 }))),
        (dispatcher) => Effect.promise(() => dispatcher.close())
      )
    ))
  )

/** Clients that follow redirects by themselves, in every way there is. */
export const followers = [
  { client: FetchHttpClient.layer, name: "fetch" },
  { client: undiciFollowing(), name: "undici with its redirect interceptor" },
  { client: following(manual), name: "fetch within followRedirects" },
  { client: following(NodeHttpClient.layerUndici), name: "undici within followRedirects" }
]
