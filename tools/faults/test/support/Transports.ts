import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type { LookupFunction } from "node:net"
import * as Undici from "undici"

/** What a connection is told: certificates to trust, and a resolver of names. */
export interface Connect {
  readonly ca?: string
  readonly lookup?: LookupFunction
}

export type Transport = "fetch" | "undici" | "node:http"

/** The HTTP clients that an application on Node would choose from. */
export const transports: Readonly<Record<Transport, (connect?: Connect) => Layer.Layer<HttpClient.HttpClient>>> = {
  "fetch": (connect) =>
    connect === undefined
      ? FetchHttpClient.layer
      : Layer.provide(FetchHttpClient.layer, fetchWith(connect)),
  "undici": (connect) =>
    connect === undefined ? NodeHttpClient.layerUndici : NodeHttpClient.layerUndiciOptions({ connect }),
  "node:http": (connect) => NodeHttpClient.layerNodeHttpOptions({ ...connect })
}

// Node's own fetch takes no options for its connections; the package that it is made of does.
const fetchWith = (connect: Connect) => {
  const dispatcher = new Undici.Agent({ connect })
  return Layer.succeed(FetchHttpClient.Fetch, async (input, init) => {
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
}

export const transportNames: ReadonlyArray<Transport> = ["fetch", "undici", "node:http"]
