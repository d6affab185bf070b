import * as HttpClient from "@effect/platform/HttpClient"
import type * as ProviderClient4 from "@mintmark/core/ProviderClient"
import type { Settings } from "@mintmark/core/Settings"
import type * as TokenError4 from "@mintmark/core/TokenError"
import type * as Effect4 from "effect-4/Effect"
import type * as HttpClient4 from "effect-4/http/HttpClient"
import type * as Scope4 from "effect-4/Scope"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ProviderClient } from "../ProviderClient.ts"
import type { Configurable, ProviderService } from "../ProviderService.ts"
import * as Bridge from "./bridge.ts"
import { toProviderClient } from "./client.ts"
import { config } from "./config.ts"
import { toTokenError } from "./tokenError.ts"

/** What makes a service of the engine's. */
export interface Description<in Options, in out Reply4, out Reply, in out Scopes extends ReadonlyArray<string>> {
  /** What the provider calls its settings. */
  readonly settings: Settings
  /** The engine's client, as the options would have it. */
  readonly make: (options: Options, toEngine: Bridge.ToEngine) => Effect4.Effect<
    ProviderClient4.ProviderClient<Reply4, Scopes>,
    TokenError4.TokenError,
    HttpClient4.HttpClient | Scope4.Scope
  >
  /** What the provider's reply adds, for the application. */
  readonly toReply: (reply: Reply4) => Reply
}

/** Makes the class that a provider's service extends, as core does. */
export const Service =
  <Self, Options extends object, Scopes extends ReadonlyArray<string> = never>() =>
  <const Id extends string, Reply4, Reply>(
    id: Id,
    description: Description<Options, Reply4, Reply, Scopes>
  ): ProviderService<Self, Id, ProviderClient<Reply, Scopes>, Options> => {
    const make = (options: Options) =>
      Effect.gen(function*() {
        const http = yield* HttpClient.HttpClient
        const bridge = yield* Bridge.make(http)
        const made = Effect.suspend(() => bridge.fromEngine(description.make(options, bridge.toEngine)))
        return yield* toProviderClient(yield* Effect.mapError(made, toTokenError), description.toReply, http, bridge)
      })
    const tag = Context.Tag(id)<Self, ProviderClient<Reply, Scopes>>()
    return Object.assign(tag, {
      make,
      layer: (options: Options) => Layer.scoped(tag, make(options)),
      layerConfig: (options?: Configurable<Options>) =>
        Layer.scoped(tag, Effect.flatMap(config(description.settings, options), make))
    })
  }

/** The reply of a provider that adds nothing. */
export const addsNothing = (): {} => ({})
