// One runtime for the whole process: a runtime of each request would have a token of each request. The Layer stands in a
// constant for the same reason: two calls of `layerConfig` are two Layers.
import { Routee } from "@mintmark/routee"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"

export const RouteeLive = Layer.provide(Routee.layerConfig(), FetchHttpClient.layer)

export const runtime = ManagedRuntime.make(RouteeLive)
