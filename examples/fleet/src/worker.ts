// One process of the fleet. All that makes it one is the store's Layer: the program doesn't know of it.
import * as NodeRedis from "@effect/platform-node/NodeRedis"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Routera } from "@mintmark/routera/Routera"
import * as RedisTokenStore from "@mintmark/store/RedisTokenStore"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"

const program = Effect.gen(function*() {
  const routera = yield* Routera
  // No call of the API fails: where a token expires on its way, the request is sent once more with another token.
  const http = HttpClient.filterStatusOk(routera.http)
  yield* http.get("/me")
  yield* Console.log("ready")
  yield* Effect.repeat(http.get("/me"), Schedule.spaced("50 millis"))
})

// The connection is made in the background: a worker starts, and serves, without Redis, too.
const RedisLive = RedisTokenStore.connectInBackground(
  NodeRedis.layerConfig({ url: Config.String("REDIS_URL"), disableOfflineQueue: Config.succeed(true) })
)

// All of this fleet is on one machine, which may be busy. Elsewhere the 250 ms that Redis has for an answer are plenty.
const StoreLive = RedisTokenStore.layerConfig({ budget: Config.succeed("5 seconds") })

const RouteraLive = Routera.layerConfig().pipe(
  Layer.provide(Layer.provide(StoreLive, RedisLive)),
  Layer.provide(FetchHttpClient.layer)
)

NodeRuntime.runMain(Effect.provide(program, RouteraLive))
