import * as HttpClient from "@effect/platform/HttpClient"
import { makeClient } from "@mintmark/core/internal/makeClient"
import type { Provider } from "@mintmark/core/Provider"
import * as Effect4 from "effect-4/Effect"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Options, ProviderClient } from "../ProviderClient.ts"
import type { Configurable, ProviderService } from "../ProviderService.ts"
import * as Bridge from "./bridge.ts"
import { toProviderClient } from "./client.ts"
import { config } from "./config.ts"
import { fromOptions } from "./options.ts"
import { toTokenError } from "./tokenError.ts"

/** Makes the class that a provider's service extends, as core does. `toReply` is the engine's reply, for the application. */
export const Service =
  <Self, Own extends Options, Scopes extends ReadonlyArray<string> = never>() =>
  <const Id extends string, Reply4, Reply>(
    id: Id,
    provider: Provider<Reply4>,
    toReply: (reply: Reply4) => Reply
  ): ProviderService<Self, Id, ProviderClient<Reply, Scopes>, Own> => {
    const make = (options: Own) =>
      Effect.gen(function*() {
        const http = yield* HttpClient.HttpClient
        const bridge = yield* Bridge.make(http)
        const made = Effect4.suspend(() => Effect4.fromResult(fromOptions(provider, options, bridge.toEngine))).pipe(
          Effect4.flatMap((options) => makeClient<Reply4, Scopes>(provider, options))
        )
        return yield* toProviderClient(
          yield* Effect.mapError(bridge.fromEngine(made), toTokenError),
          toReply,
          http,
          bridge
        )
      })
    const tag = Context.Tag(id)<Self, ProviderClient<Reply, Scopes>>()
    return Object.assign(tag, {
      make,
      layer: (options: Own) => Layer.scoped(tag, make(options)),
      layerConfig: (options?: Configurable<Own>) =>
        Layer.scoped(tag, Effect.flatMap(config<Own>(provider, options), make))
    })
  }

/** The reply of a provider that adds nothing. */
export const addsNothing = (): {} => ({})
