import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import type * as AccessToken from "@mintmark/core/AccessToken"
import * as TokenSource from "@mintmark/core/TokenSource"
import { Sandbox } from "@mintmark/sandbox"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { credentials, generic } from "./support/generic.ts"

const herd = 10_000

const transports = [
  { transport: "fetch", client: FetchHttpClient.layer },
  { transport: "undici", client: NodeHttpClient.layerUndici }
]

const value = (token: AccessToken.AccessToken) => Redacted.value(token.value)

for (const { client, transport } of transports) {
  describe(`TokenSource, over HTTP with ${transport}`, () => {
    it.effect(
      `sends one token request for ${herd} fibers: with a cold cache, at the moment of expiry, and after a revocation`,
      () =>
        Effect.gen(function*() {
          const sandbox = yield* Sandbox
          const source = yield* TokenSource.makeSource(
            generic(sandbox.urls.generic),
            credentials
          )
          const all = (caller: Effect.Effect<AccessToken.AccessToken, unknown>) =>
            Effect.map(
              Effect.forEach(Array.from({ length: herd }), () => caller, { concurrency: "unbounded" }),
              (tokens) => new Set(tokens.map(value))
            )
          const requests = Effect.map(sandbox.counts({ provider: "generic" }), ({ token }) => token)

          const [cold] = yield* all(source.get)
          assert.strictEqual(yield* requests, 1)

          yield* TestClock.adjust("1 hour")
          const [second, ...others] = yield* all(source.get)
          assert.deepStrictEqual(others, [])
          assert.notStrictEqual(second, cold)
          assert.strictEqual(yield* requests, 2)

          yield* sandbox.revoke({ provider: "generic" })
          const revoked = yield* source.get
          const third = yield* all(Effect.andThen(source.reject(revoked), source.get))
          assert.strictEqual(third.size, 1)
          assert.isFalse(third.has(value(revoked)))
          assert.strictEqual(yield* requests, 3)
        }).pipe(Effect.provide(Layer.mergeAll(Sandbox.layer(), client)))
    )
  })
}
