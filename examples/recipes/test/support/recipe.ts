import { assert } from "@effect/vitest"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import type { TokenError } from "@mintmark/core/TokenError"
import * as Sandbox from "@mintmark/sandbox/Sandbox"
import type * as Server from "@mintmark/sandbox/Server"
import type { ConfigError } from "effect/Config"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"

type Client = Effect.Effect<
  ProviderClient.ProviderClient<unknown, never>,
  TokenError | ConfigError,
  HttpClient.HttpClient | Scope.Scope
>

/** A recipe: its client, the servers that play the provider, and a path of its API. */
export interface Recipe {
  readonly name: string
  readonly client: Client
  readonly servers: ReadonlyArray<Server.Server>
  readonly path: string
  /** How many requests it makes: one for the token, one to the API, by default. */
  readonly requests?: number
}

/** Makes the recipe's request at the servers that simulate its provider: the real URLs, on this machine. */
export const works = (recipe: Recipe) =>
  Effect.gen(function*() {
    const { fetch, journal } = yield* Sandbox.Sandbox
    const { http } = yield* Effect.provide(
      recipe.client,
      Layer.provide(FetchHttpClient.layer, Layer.succeed(FetchHttpClient.Fetch, fetch))
    )
    const { status } = yield* http.get(recipe.path)
    const reasons = (yield* journal).flatMap(({ reason }) => reason ?? [])
    assert.deepStrictEqual(reasons, [])
    assert.strictEqual(status, 200)
    assert.strictEqual((yield* journal).length, recipe.requests ?? 2)
  }).pipe(Effect.scoped, Effect.provide(Sandbox.Sandbox.layer({ servers: recipe.servers })))
