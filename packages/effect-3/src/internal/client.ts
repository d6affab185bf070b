import type { HttpClient } from "@effect/platform/HttpClient"
import type * as AccessToken4 from "@mintmark/core/AccessToken"
import { attachmentOf } from "@mintmark/core/internal/http/attachment"
import type * as ProviderClient4 from "@mintmark/core/ProviderClient"
import type * as TokenError4 from "@mintmark/core/TokenError"
import * as Effect4 from "effect-4/Effect"
import * as Fiber4 from "effect-4/Fiber"
import * as Stream4 from "effect-4/Stream"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { AccessToken } from "../AccessToken.ts"
import type { ProviderClient } from "../ProviderClient.ts"
import type { TokenError } from "../TokenError.ts"
import { fromAccessToken, toAccessToken } from "./accessToken.ts"
import type { Bridge } from "./bridge.ts"
import { carry } from "./carry.ts"
import { tell } from "./telemetry.ts"
import { toTokenError } from "./tokenError.ts"

interface Known<Reply> {
  readonly token: AccessToken<Reply>
  readonly answer: Effect.Effect<AccessToken<Reply>>
}

/** The engine's client, as the application sees it. */
export const toProviderClient = <Reply4, Reply, Scopes extends ReadonlyArray<string>>(
  client: ProviderClient4.ProviderClient<Reply4, Scopes>,
  toReply: (reply: Reply4) => Reply,
  http: HttpClient,
  bridge: Bridge
): Effect.Effect<ProviderClient<Reply, Scopes>> => {
  const run = <A>(effect: Effect4.Effect<A, TokenError4.TokenError>): Effect.Effect<A, TokenError> =>
    Effect.mapError(bridge.fromEngine(effect), toTokenError)

  // The same token is the same value each time.
  const tokens = new WeakMap<AccessToken4.AccessToken<Reply4>, Known<Reply>>()
  const knownOf = (token: AccessToken4.AccessToken<Reply4>): Known<Reply> => {
    const known = tokens.get(token)
    if (known !== undefined) return known
    const own = toAccessToken(token, toReply)
    const made = { token: own, answer: Effect.succeed(own) }
    tokens.set(token, made)
    return made
  }
  const answer = (token: AccessToken4.AccessToken<Reply4>) => knownOf(token).answer

  const views = new WeakMap<ProviderClient4.ProviderClient<Reply4, Scopes>, ProviderClient<Reply, Scopes>>()
  const view = (
    client: ProviderClient4.ProviderClient<Reply4, Scopes>
  ): Effect.Effect<ProviderClient<Reply, Scopes>> =>
    Effect.suspend(() => {
      const known = views.get(client)
      if (known !== undefined) return Effect.succeed(known)
      const attached = attachmentOf(client.http)
      if (attached === undefined) {
        return Effect.dieMessage("the engine's client doesn't say how requests carry its token")
      }
      const made: ProviderClient<Reply, Scopes> = {
        token: Effect.suspend(() => {
          const token = client.peek()
          return token === undefined ? Effect.flatMap(run(client.token), answer) : answer(token)
        }),
        peek: () => {
          const token = client.peek()
          return token && knownOf(token).token
        },
        renew: Effect.flatMap(run(client.renew), answer),
        reject: (token) => bridge.fromEngine(Effect4.asVoid(client.reject(fromAccessToken(token)))),
        events: Stream.asyncPush((emit) => {
          const listening = Stream4.runForEach(client.events, (event) => Effect4.sync(() => emit.single(event))).pipe(
            Effect4.andThen(Effect4.sync(() => emit.end())),
            // A subscriber misses no event from then on.
            Effect4.forkDetach({ startImmediately: true })
          )
          return Effect.acquireRelease(
            bridge.fromEngine(listening),
            (fiber) => bridge.fromEngine(Fiber4.interrupt(fiber))
          )
        }, { bufferSize: 1024, strategy: "sliding" }),
        http: carry(http, attached, bridge),
        withScopes: (scopes) => Effect.flatMap(run(client.withScopes(scopes)), view)
      }
      views.set(client, made)
      return Effect.succeed(made)
    })

  const telling = Stream4.runForEach(client.events, (event) => bridge.toEngine(tell(event))).pipe(
    Effect4.forkScoped({ startImmediately: true })
  )
  return Effect.zipRight(bridge.fromEngine(telling), view(client))
}
