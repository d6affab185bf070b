import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { dispatchedFetch } from "@mintmark/core/test/support/dispatchedFetch"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Layer from "effect/Layer"
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
      : dispatchedFetch(new Undici.Agent({ connect })),
  "undici": (connect) =>
    connect === undefined ? NodeHttpClient.layerUndici : NodeHttpClient.layerUndiciOptions({ connect }),
  "node:http": (connect) => NodeHttpClient.layerNodeHttpOptions({ ...connect })
}

export const transportNames: ReadonlyArray<Transport> = ["fetch", "undici", "node:http"]
