// What the quickstart does with a provider's service.
import * as Effect from "effect/Effect"
import type { HttpClientRequest } from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import type { Client } from "./providers.ts"

/** How many API calls are made at the same time. */
export const callsAtOnce = 5

/**
 * Calls the API several times at once: all of the calls carry one token. Where the token came with a refresh token,
 * renews it and calls again. Without a request, only the token is requested.
 */
export const visit = Effect.fnUntraced(function*(client: Client, request: HttpClientRequest | undefined) {
  const call = request === undefined
    ? Effect.asVoid(client.token)
    : Effect.asVoid(Effect.flatMap(client.http.execute(request), HttpClientResponse.filterStatusOk))
  const calls = Effect.all(Effect.replicate(call, callsAtOnce), { concurrency: "unbounded", discard: true })

  yield* calls
  const token = yield* client.token
  if (token.refreshToken !== undefined) {
    yield* client.renew
    yield* calls
  }
})
