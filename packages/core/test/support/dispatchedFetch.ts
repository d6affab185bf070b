import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Undici from "undici"

/** `fetch` over a dispatcher: Node's own takes no options for its connections; the package that it is made of does. */
export const dispatchedFetch = (dispatcher: Undici.Dispatcher): Layer.Layer<HttpClient.HttpClient> =>
  Layer.provide(
    FetchHttpClient.layer,
    Layer.succeed(FetchHttpClient.Fetch, async (input, init) => {
      const { body, headers, method, redirect, signal } = new Request(input, init)
      const response = await Undici.fetch(String(input), {
        method,
        headers: Object.fromEntries(headers),
        body: await new Response(body).arrayBuffer(),
        redirect,
        signal,
        dispatcher
      })
      return new Response(await response.arrayBuffer(), { status: response.status })
    })
  )
